// SPDX-License-Identifier: Apache-2.0
// Each program of the objects alone before the verifier: it is accepted, and how many instructions were walked is printed, one
// line a program, for tests/vm to collect. What this kernel has no hook for (`reciped features`) is named and left out.
#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include <catch2/catch.hpp>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "tests/support/needs_bpf.h"

using namespace recipe;

namespace {

const bool by_lines = std::setvbuf(stdout, nullptr, _IOLBF, 0) == 0;  // what was found out is known if the rest takes too long

constexpr uint32_t kMostInstructions = 900'000;  // the kernel refuses at 1,000,000; other kernels and compilers walk more

struct CloseObject {
  void operator()(bpf_object* object) const { bpf_object__close(object); }
};
using Object = std::unique_ptr<bpf_object, CloseObject>;

struct Program {
  std::string name, section;
};

Object open(const std::string& file) {
  libbpf_set_print(nullptr);
  Object object(bpf_object__open(file.c_str()));
  REQUIRE(object != nullptr);
  return object;
}

std::vector<Program> programs_of(const std::string& file) {
  const Object object = open(file);
  std::vector<Program> all;
  bpf_program* program = nullptr;
  while ((program = bpf_object__next_program(object.get(), program)) != nullptr)
    all.push_back({bpf_program__name(program), bpf_program__section_name(program)});
  return all;
}

// The kind of hook, by the name that `reciped features` has for it; empty: one that every kernel has.
std::string feature_of(const std::string& section) {
  const std::string kind = section.substr(0, section.find('/'));
  if (kind.starts_with("fentry") || kind.starts_with("fexit") || kind.starts_with("fmod_ret")) return "fentry";
  return kind.starts_with("lsm") ? "lsm" : "";
}

const Feature* missing(const Features& features, const std::string& name) {
  for (const Feature& feature : features.list) {
    if (feature.name == name && !feature.available) return &feature;
  }
  return nullptr;
}

struct Verdict {
  int error = 0;
  uint32_t walked = 0;
  std::string log;  // what the verifier says of sizes and, where it refuses, why; no walk
};

// A log is asked for where the program was refused: an accepted one whose log is larger than the buffer would be refused for
// it.
Verdict verify(const std::string& file, const std::string& wanted, bool log_it = false) {
  constexpr uint32_t kStatisticsOnly = 4;  // BPF_LOG_STATS: errors are logged too
  const Object object = open(file);
  std::vector<char> log(1 << 20);
  bpf_program* chosen = nullptr;
  bpf_program* program = nullptr;
  while ((program = bpf_object__next_program(object.get(), program)) != nullptr) {
    const bool it = wanted == bpf_program__name(program);
    bpf_program__set_autoload(program, it);
    if (it) chosen = program;
  }
  REQUIRE(chosen != nullptr);
  if (log_it) {
    bpf_program__set_log_level(chosen, kStatisticsOnly);
    bpf_program__set_log_buf(chosen, log.data(), log.size());
  }
  Verdict verdict;
  verdict.error = bpf_object__load(object.get());
  if (verdict.error != 0) {
    if (!log_it) return verify(file, wanted, true);
    verdict.log = log.data();
    return verdict;
  }
  bpf_prog_info info{};
  __u32 bytes = sizeof info;
  REQUIRE(bpf_obj_get_info_by_fd(bpf_program__fd(chosen), &info, &bytes) == 0);
  verdict.walked = info.verified_insns;
  return verdict;
}

// The programs at the ends of system calls are many and alike: some stand for all where the verifier is slow (tests/vm).
enum class Which : uint8_t { kHooks, kSomeCalls, kOtherCalls };

Which which(const std::string& section) {
  const std::string prefix = "tracepoint/syscalls/sys_exit_";
  if (!section.starts_with(prefix)) return Which::kHooks;
  for (const char* call : {"openat", "mmap", "unlink", "renameat2", "fchmodat", "setxattr"}) {
    if (section == prefix + call) return Which::kSomeCalls;
  }
  return Which::kOtherCalls;
}

void check(const std::string& file, Which wanted) {
  const Features features = probe_features();
  for (const Program& program : programs_of(file)) {
    if (which(program.section) != wanted) continue;
    if (const Feature* hook = missing(features, feature_of(program.section)); hook != nullptr) {
      std::printf("no hook here for %s (%s): %s\n", program.name.c_str(), program.section.c_str(), hook->reason.c_str());
      continue;
    }
    const Verdict verdict = verify(file, program.name);
    INFO(program.name << " (" << program.section << ")\n" << verdict.log);
    CHECK(verdict.error == 0);
    CHECK(verdict.walked <= kMostInstructions);
    if (verdict.error == 0) std::printf("verified %s %s %u\n", program.name.c_str(), program.section.c_str(), verdict.walked);
  }
}

}  // namespace

TEST_CASE("the verifier accepts the test programs and walks fewer instructions than the bound") {
  check(RECIPE_GENERATED_DIR "/bpf/recipe_probes_test.o", Which::kHooks);
}

TEST_CASE("the verifier accepts the probes of kernel hooks and walks fewer instructions than the bound") {
  check(RECIPE_GENERATED_DIR "/bpf/recipe_probes.o", Which::kHooks);
}

TEST_CASE("the verifier accepts the probes of some system calls and walks fewer instructions than the bound") {
  check(RECIPE_GENERATED_DIR "/bpf/recipe_probes.o", Which::kSomeCalls);
}

TEST_CASE("the verifier accepts the probes of the other system calls and walks fewer instructions than the bound") {
  check(RECIPE_GENERATED_DIR "/bpf/recipe_probes.o", Which::kOtherCalls);
}
