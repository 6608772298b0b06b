// SPDX-License-Identifier: Apache-2.0
// Kernel time per event, by the kernel's own count of runs and their time, beside an empty program at the same hook; rounds in
// turn. Figures hold some 50 ns of the counting itself (the empty program's row).
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/bpf.h>
#include <unistd.h>

#include "compiler/compile.h"
#include "runtime/artefact/lay_out.h"
#include "runtime/kernel/kernel.h"
#include "tests/bench/bench.h"
#include "tests/bench/daemon.h"
#include "tests/bench/generate.h"
#include "tests/bench/storms.h"

namespace recipe::bench {
namespace {

constexpr int kRounds = 9;
constexpr int kExecs = 400;

struct Setting {
  std::string what;
  std::string recipes;
  std::vector<std::string> arguments;  // of the tiny program
  std::string budget;
  FilterImage image;
  std::vector<double> nanoseconds{};
};

FilterImage image_of(const std::string& recipes, uint32_t generation) {
  Compilation compilation;
  compile_text(compilation, "bench.recipe", recipes, {});
  if (!compilation.ok) std::abort();
  auto image = lay_out(compilation.artefact.filter, 0x5eed, generation);
  if (!image.ok()) std::abort();
  return std::move(*image);
}

// An empty tp_btf program at exec: what the hook and the counting cost.
class EmptyProbe {
 public:
  EmptyProbe() {
    const bpf_insn code[] = {{.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 0, .src_reg = 0, .off = 0, .imm = 0},
                             {.code = BPF_JMP | BPF_EXIT, .dst_reg = 0, .src_reg = 0, .off = 0, .imm = 0}};
    LIBBPF_OPTS(bpf_prog_load_opts, options, .expected_attach_type = BPF_TRACE_RAW_TP);
    const int id = libbpf_find_vmlinux_btf_id("sched_process_exec", BPF_TRACE_RAW_TP);
    options.attach_btf_id = id > 0 ? static_cast<__u32>(id) : 0;
    program_ = bpf_prog_load(BPF_PROG_TYPE_TRACING, "recipe_empty", "GPL", code, 2, &options);
    if (program_ >= 0) link_ = bpf_raw_tracepoint_open(nullptr, program_);
  }
  ~EmptyProbe() {
    if (link_ >= 0) close(link_);
    if (program_ >= 0) close(program_);
  }
  EmptyProbe(const EmptyProbe&) = delete;
  EmptyProbe& operator=(const EmptyProbe&) = delete;

  [[nodiscard]] std::pair<uint64_t, uint64_t> runs() const {  // count, ns
    bpf_prog_info facts{};
    __u32 bytes = sizeof facts;
    if (program_ < 0 || bpf_obj_get_info_by_fd(program_, &facts, &bytes) != 0) return {};
    return {facts.run_cnt, facts.run_time_ns};
  }

 private:
  int program_ = -1, link_ = -1;
};

struct Runs {
  uint64_t count = 0, ns = 0;
};

Runs runs_of(const Kernel& kernel, std::string_view part) {
  Runs runs;
  for (const ProbeStatistics& probe : kernel.statistics()) {
    if (probe.name.find(part) == std::string::npos) continue;
    runs.count = std::max(runs.count, probe.runs);
    runs.ns += probe.run_ns;
  }
  return runs;
}

double per_run(const Runs& before, const Runs& after) {
  return after.count == before.count
             ? 0
             : static_cast<double>(after.ns - before.ns) / static_cast<double>(after.count - before.count);
}

// Opens and connects that no recipe wants, at the end of their system call.
struct EventSetting {
  std::string what;
  std::string probe;  // part of the program's name
  std::string recipes;
  double (*storm)();
  std::string budget;
  FilterImage image;
  std::vector<double> nanoseconds{};
};

constexpr int kCalls = 20'000;

void event_rows(Kernel& kernel) {
  const auto opens = [] { return open_storm(RECIPE_SOURCE_DIR "/README.md", kCalls); };
  const auto connects = [] { return connect_storm(kCalls); };
  const std::string named_file = "file.name == \"name{}\" and file.access has read";
  const std::string named_process = "process.name == \"program{0}\" and dst.port == {0}";
  std::vector<EventSetting> settings;
  settings.push_back(
      {"open that no recipe wants, 1 clause loaded", "_open", many_clauses_on("open", named_file, 1), opens, "", {}});
  settings.push_back({"the same, 4,096 clauses", "_open", many_clauses_on("open", named_file, 4096), opens, "", {}});
  settings.push_back({"open for reading, a clause of writes below a folder is loaded",
                      "_open",
                      many_clauses_on("open", "file.path under \"/etc/d{}\" and file.access has write", 1),
                      opens,
                      "",
                      {}});
  settings.push_back({"connect that no recipe wants, 1 clause loaded",
                      "_connect",
                      many_clauses_on("connect", named_process, 1),
                      connects,
                      "",
                      {}});
  settings.push_back(
      {"the same, 4,096 clauses", "_connect", many_clauses_on("connect", named_process, 4096), connects, "", {}});
  settings.push_back({"connect, a clause of an address is loaded",
                      "_connect",
                      many_clauses_on("connect", "dst.ip == 192.0.2.{}", 1),
                      connects,
                      "",
                      {}});
  for (EventSetting& setting : settings) setting.image = image_of(setting.recipes, 1);
  const auto ignore = [](std::span<const std::byte>) {};
  for (int round = 0; round < kRounds; ++round) {
    for (EventSetting& setting : settings) {
      if (!kernel.install(setting.image).ok()) std::abort();
      static_cast<void>(setting.storm());
      static_cast<void>(kernel.drain(ignore));
      const Runs before = runs_of(kernel, setting.probe);
      static_cast<void>(setting.storm());
      setting.nanoseconds.push_back(per_run(before, runs_of(kernel, setting.probe)));
      static_cast<void>(kernel.drain(ignore));
    }
  }
  for (const EventSetting& setting : settings) row(setting.what, figure(spread(setting.nanoseconds), "ns", 0), setting.budget);
}

}  // namespace

void kernel_rows() {
  Kernel::Options options;
  options.events = 0;
  for (const EventId event : {EventId::exec, EventId::open, EventId::connect})
    options.events |= uint64_t{1} << static_cast<int>(event);
  auto kernel = Kernel::load(options);
  if (!kernel.ok()) {
    row("kernel time of an exec", "not run: " + kernel.error().message(), "");
    return;
  }
  if (!(*kernel)->enable_statistics().ok()) {
    row("kernel time of an exec", "not run: no statistics of runs", "");
    return;
  }
  const std::string head = "recipe r { title \"t\" category execution importance low on exec when ";
  const std::string own = "process.name == recipe_bench_tiny";
  const std::vector<std::string> eight = {"-a", "--bb", "ccc", "-d", "--ee=1", "ffff", "--match"};
  std::vector<Setting> settings;
  settings.push_back({"exec that no recipe wants, 1 clause loaded", many_clauses(1, 1), {}, "≤ 300 ns", {}});
  settings.push_back({"the same, 4,096 clauses over 512 names", many_clauses(4096, 512), {}, "≤ 1.1 × of 1 clause", {}});
  settings.push_back({"the same, 4,096 clauses over 4,096 names", many_clauses(4096, 4096), {}, "", {}});
  settings.push_back({"name wanted, 8 arguments, none fits", head + own + " and argv contains \"--other\" }", eight, "", {}});
  settings.push_back(
      {"match, 8 arguments, with emission", head + own + " and argv contains \"--match\" }", eight, "≤ 1,600 ns", {}});
  settings.push_back(
      {"unwanted, but a clause without a pivot is loaded", head + "argv contains \"--other\" }", eight, "≤ 800 ns", {}});
  for (Setting& setting : settings) setting.image = image_of(setting.recipes, 1);

  const EmptyProbe empty;
  std::vector<double> empty_ns, life_ns;
  const auto ignore = [](std::span<const std::byte>) {};
  for (int round = 0; round < kRounds; ++round) {
    for (Setting& setting : settings) {
      if (!(*kernel)->install(setting.image).ok()) std::abort();
      static_cast<void>(exec_storm(tiny_program(), 20, setting.arguments));
      static_cast<void>((*kernel)->drain(ignore));
      const Runs exec = runs_of(**kernel, "exec"), fork = runs_of(**kernel, "fork"), leave = runs_of(**kernel, "exit");
      const auto [empty_count, empty_time] = empty.runs();
      static_cast<void>(exec_storm(tiny_program(), kExecs, setting.arguments));
      setting.nanoseconds.push_back(per_run(exec, runs_of(**kernel, "exec")));
      life_ns.push_back(per_run(fork, runs_of(**kernel, "fork")) + per_run(leave, runs_of(**kernel, "exit")));
      const auto [count, time] = empty.runs();
      if (count > empty_count)
        empty_ns.push_back(static_cast<double>(time - empty_time) / static_cast<double>(count - empty_count));
      static_cast<void>((*kernel)->drain(ignore));
    }
  }
  if (!empty_ns.empty()) row("an empty program at the exec hook", figure(spread(empty_ns), "ns", 0), "");
  for (const Setting& setting : settings) row(setting.what, figure(spread(setting.nanoseconds), "ns", 0), setting.budget);
  row("fork and exit together", figure(spread(life_ns), "ns", 0), "≤ 300 ns");
  row("4,096 clauses over 1 clause, unwanted",
      fmt::format("{:.2f} ×", spread(settings[1].nanoseconds).median / spread(settings[0].nanoseconds).median), "≤ 1.1 ×");
  event_rows(**kernel);
  for (const ProbeStatistics& probe : (*kernel)->statistics()) {
    row("verified instructions: " + probe.name, std::to_string(probe.verified_instructions), "≤ 1,000,000");
  }
}

}  // namespace recipe::bench
