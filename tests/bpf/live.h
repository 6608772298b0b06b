// SPDX-License-Identifier: Apache-2.0
// The probes on this machine, looking at this test's own children only: a filter of names goes in, decoded events come out.
#pragma once
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <functional>
#include <string>
#include <vector>

#include "bpf/abi/filter_image.h"
#include "runtime/artefact/lay_out.h"
#include "runtime/event.h"
#include "runtime/kernel/kernel.h"
#include "tests/support/needs_bpf.h"

namespace recipe::test {

// One block that wants each of the names, whatever else is true.
inline Filter filter_of_names(const std::vector<std::string>& names) {
  FilterSlot slot;
  slot.clauses = {ClauseId{0}};
  Filter filter;
  filter.blocks = {FilterBlock{EventId::exec, names, {slot}}};
  return filter;
}

// The default block: every exec is a candidate.
inline Filter filter_of_everything() {
  return filter_of_names({});
}

struct Record {
  std::vector<uint64_t> bytes;
  Event event;
};

// The kernel half is loaded once a program (the verifier takes its time); each Live starts with an empty ring, no filter, its
// own count.
class Live {
 public:
  Live() {
    static const std::unique_ptr<Kernel> loaded = [] {
      Result<std::unique_ptr<Kernel>> result = Kernel::load();
      if (!result.ok()) FAIL(result.error().message());
      return std::move(result.value());
    }();
    kernel_ = loaded.get();
    install({});
    REQUIRE(kernel_->drain([](std::span<const std::byte>) {}).ok());
    kernel_->set_scope(true);
    REQUIRE(kernel_->watch(static_cast<uint32_t>(getpid())).ok());
    before_ = kernel_->counters();
  }

  // Since this object began.
  [[nodiscard]] uint64_t count(counter_row row) const { return kernel_->counters()[row] - before_[row]; }

  void install(const Filter& filter) {
    Result<FilterImage> image = lay_out(filter, 0x1234'5678'9abc'def0, ++generation_);
    REQUIRE(image.ok());
    const Status status = kernel_->install(image.value());
    if (!status.ok()) FAIL(status.error().message());
  }

  // What is in the ring now. Children must have been waited for.
  std::vector<Record> records() {
    std::vector<Record> all;
    const auto keep = [&](std::span<const std::byte> bytes) {
      Record& record = all.emplace_back();
      record.bytes.resize((bytes.size() + 7) / 8);
      std::memcpy(record.bytes.data(), bytes.data(), bytes.size());
    };
    REQUIRE(kernel_->drain(keep).ok());
    for (Record& record : all) {
      const Status status = record.event.decode(std::as_bytes(std::span(record.bytes)));
      if (!status.ok()) FAIL(status.error().message());
    }
    return all;
  }

  Kernel* operator->() { return kernel_; }
  [[nodiscard]] static uint32_t generation() { return generation_; }

 private:
  Kernel* kernel_ = nullptr;
  KernelCounters before_{};
  inline static uint32_t generation_ = 0;
};

// In a child of this process; returns its pid once it has gone.
inline pid_t in_child(const std::function<void()>& work) {
  const pid_t pid = fork();
  if (pid == 0) {
    work();
    _exit(127);
  }
  int status = 0;
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  return pid;
}

inline void exec(const std::string& path, const std::vector<std::string>& argv) {
  std::vector<char*> pointers;
  for (const std::string& element : argv) pointers.push_back(const_cast<char*>(element.c_str()));
  pointers.push_back(nullptr);
  char* const environment[] = {nullptr};
  execve(path.c_str(), pointers.data(), environment);
}

inline pid_t run(const std::string& path, const std::vector<std::string>& argv) {
  return in_child([&] { exec(path, argv); });
}

inline std::vector<std::string> strings(std::span<const std::string_view> views) {
  return {views.begin(), views.end()};
}

}  // namespace recipe::test
