// SPDX-License-Identifier: Apache-2.0
// Storms of execs, of opens and of another system call, with the daemon on and off in turn and the whole library loaded, as
// ratios of throughput; and the daemon's own memory.
#include <bpf/bpf.h>
#include <linux/bpf.h>
#include <linux/perf_event.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <fstream>
#include <functional>
#include <sstream>

#include "runtime/kernel/probes.h"
#include "tests/bench/bench.h"
#include "tests/bench/daemon.h"
#include "tests/bench/storms.h"

namespace recipe::bench {
namespace {

constexpr int kRounds = 7;
constexpr int kExecs = 1500;
constexpr int kOpens = 200'000, kConnects = 200'000, kCalls = 2'000'000;

double resident_mebibytes(pid_t pid) {
  std::ifstream in("/proc/" + std::to_string(pid) + "/status");
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("VmRSS:")) return std::stod(line.substr(6)) / 1024;
  }
  return 0;
}

double cpu_seconds(pid_t pid) {
  std::ifstream in("/proc/" + std::to_string(pid) + "/stat");
  std::string text;
  std::getline(in, text);
  std::istringstream fields(text.substr(text.rfind(')') + 2));
  std::string skipped;
  for (int i = 0; i < 11; ++i) fields >> skipped;
  double user = 0, kernel = 0;
  fields >> user >> kernel;
  return (user + kernel) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

struct Storm {
  std::string name, budget;
  std::function<double()> run;  // a rate
  const char* tracepoint = "";  // its system call's: what an empty program there costs is measured beside it
};

// A program that does nothing at the end of a system call: what the hook itself costs.
class EmptyAtSyscall {
 public:
  explicit EmptyAtSyscall(const char* tracepoint) {
    const bpf_insn code[] = {{.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 0, .src_reg = 0, .off = 0, .imm = 0},
                             {.code = BPF_JMP | BPF_EXIT, .dst_reg = 0, .src_reg = 0, .off = 0, .imm = 0}};
    program_ = bpf_prog_load(BPF_PROG_TYPE_TRACEPOINT, "recipe_empty", "GPL", code, 2, nullptr);
    const Result<uint64_t> number = tracepoint_number(tracepoint);
    if (program_ < 0 || !number.ok()) return;
    perf_event_attr attributes{};
    attributes.type = PERF_TYPE_TRACEPOINT;
    attributes.size = sizeof attributes;
    attributes.config = *number;
    event_ = static_cast<int>(syscall(SYS_perf_event_open, &attributes, -1, 0, -1, PERF_FLAG_FD_CLOEXEC));
    if (event_ >= 0)
      attached_ = ioctl(event_, PERF_EVENT_IOC_SET_BPF, program_) == 0 && ioctl(event_, PERF_EVENT_IOC_ENABLE, 0) == 0;
  }
  ~EmptyAtSyscall() {
    if (event_ >= 0) close(event_);
    if (program_ >= 0) close(program_);
  }
  EmptyAtSyscall(const EmptyAtSyscall&) = delete;
  EmptyAtSyscall& operator=(const EmptyAtSyscall&) = delete;
  [[nodiscard]] bool attached() const { return attached_; }

 private:
  int program_ = -1, event_ = -1;
  bool attached_ = false;
};

void empty_row(const Storm& storm) {
  std::vector<double> ratios;
  for (int round = 0; round < kRounds; ++round) {
    const double off = storm.run();
    double on = 0;
    {
      const EmptyAtSyscall empty(storm.tracepoint);
      if (!empty.attached()) return row("the same, an empty program at that hook", "not run: cannot attach it", "");
      on = storm.run();
    }
    ratios.push_back(on / ((off + storm.run()) / 2));
  }
  row("the same, an empty program at that hook", figure(spread(ratios), "×", 3), "");
}

// Off, on, off: the ratio of on to the mean of off. false: the daemon cannot watch.
bool storm_row(const Storm& storm, const std::vector<std::string>& arguments) {
  static_cast<void>(storm.run());
  std::vector<double> ratios;
  for (int round = 0; round < kRounds; ++round) {
    const double off = storm.run();
    auto daemon = Daemon::start(arguments);
    if (!daemon) {
      row(storm.name, "not run: reciped cannot watch", "");
      return false;
    }
    const double on = storm.run();
    daemon.reset();
    const double off_again = storm.run();
    ratios.push_back(on / ((off + off_again) / 2));
  }
  row(storm.name + ", daemon on / off", figure(spread(ratios), "×", 3), storm.budget);
  return true;
}

}  // namespace

void storm_rows() {
  const std::vector<std::string> arguments = {"run", "--recipes", RECIPE_SOURCE_DIR "/rules", "--output", "/dev/null"};
  const std::string file = RECIPE_SOURCE_DIR "/README.md";
  const Storm storms[] = {
      {"exec storm of a tiny static program", "≥ 0.99 ×", [] { return exec_storm(tiny_program(), kExecs); }},
      {"exec storm of /bin/true", "", [] { return exec_storm("/bin/true", kExecs); }},
      {"open and close of one file", "≥ 0.91 × (tracepoint)", [&] { return open_storm(file, kOpens); },
       "syscalls/sys_exit_openat"},
      {"connect of a datagram socket", "", [] { return connect_storm(kConnects); }, "syscalls/sys_exit_connect"},
      {"another system call", "≥ 0.97 ×", [] { return call_storm(kCalls); }, "syscalls/sys_exit_openat"},
  };
  for (const Storm& storm : storms) {
    if (!storm_row(storm, arguments)) return;
    if (*storm.tracepoint != '\0') empty_row(storm);
  }
  auto daemon = Daemon::start(arguments);
  if (!daemon) return;
  const double before = cpu_seconds(daemon->pid());
  sleep(5);
  row("daemon, nothing wanted for 5 s: processor time",
      fmt::format("{:.2f} % of a core", (cpu_seconds(daemon->pid()) - before) / 5 * 100), "≤ 0.1 %");
  row("daemon: resident memory", fmt::format("{:.1f} MiB", resident_mebibytes(daemon->pid())), "≤ 50 MiB");
}

}  // namespace recipe::bench
