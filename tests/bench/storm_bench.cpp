// SPDX-License-Identifier: Apache-2.0
// Storms of execs, of opens and of another system call, with the daemon on and off in turn and the whole library loaded, as
// ratios of throughput; and the daemon's own memory.
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <functional>
#include <sstream>

#include "tests/bench/bench.h"
#include "tests/bench/daemon.h"

namespace recipe::bench {
namespace {

constexpr int kRounds = 9;
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

// Opens and closes of one file, a second.
double open_storm(const std::string& path) {
  const double begin = now_seconds();
  for (int i = 0; i < kOpens; ++i) {
    const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0) std::abort();
    close(file);
  }
  return kOpens / (now_seconds() - begin);
}

// Datagram sockets connected to an address of loopback, a second: the least work that a connect can be.
double connect_storm() {
  const int socket_fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(9);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const double begin = now_seconds();
  for (int i = 0; i < kConnects; ++i) {
    if (connect(socket_fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) std::abort();
  }
  const double rate = kConnects / (now_seconds() - begin);
  close(socket_fd);
  return rate;
}

// Calls that no probe hangs on, a second.
double call_storm() {
  const double begin = now_seconds();
  for (int i = 0; i < kCalls; ++i) (void)getppid();
  return kCalls / (now_seconds() - begin);
}

struct Storm {
  std::string name, budget;
  std::function<double()> run;  // a rate
};

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
      {"open and close of one file", "≥ 0.91 × (tracepoint)", [&] { return open_storm(file); }},
      {"connect of a datagram socket", "", connect_storm},
      {"another system call", "≥ 0.97 ×", call_storm},
  };
  for (const Storm& storm : storms) {
    if (!storm_row(storm, arguments)) return;
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
