// SPDX-License-Identifier: Apache-2.0
// Exec storms with the daemon on and off in turn, as ratios of throughput; and the daemon's own memory.
#include <fcntl.h>
#include <unistd.h>

#include <fstream>
#include <sstream>

#include "tests/bench/bench.h"
#include "tests/bench/daemon.h"

namespace recipe::bench {
namespace {

constexpr int kRounds = 9;
constexpr int kExecs = 1500;

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

}  // namespace

void storm_rows() {
  const std::vector<std::string> arguments = {"run", "--recipes", RECIPE_SOURCE_DIR "/rules", "--output", "/dev/null"};
  for (const auto& [name, program] :
       {std::pair<std::string, std::string>{"a tiny static program", tiny_program()}, {"/bin/true", "/bin/true"}}) {
    static_cast<void>(exec_storm(program, kExecs));
    std::vector<double> ratios;
    for (int round = 0; round < kRounds; ++round) {
      const double off = exec_storm(program, kExecs);
      auto daemon = Daemon::start(arguments);
      if (!daemon) {
        row("exec storm of " + name, "not run: reciped cannot watch", "");
        return;
      }
      const double on = exec_storm(program, kExecs);
      daemon.reset();
      const double off_again = exec_storm(program, kExecs);
      ratios.push_back(on / ((off + off_again) / 2));
    }
    row("exec storm of " + name + ", daemon on / off", figure(spread(ratios), "×", 3), name[0] == 'a' ? "≥ 0.99 ×" : "");
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
