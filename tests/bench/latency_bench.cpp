// SPDX-License-Identifier: Apache-2.0
// From the exec in the kernel (the event's own time) to the JSON line read from the daemon's stdout.
#include <time.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "tests/bench/bench.h"
#include "tests/bench/daemon.h"

namespace recipe::bench {
namespace {

constexpr int kExecs = 300;

// RFC 3339 with nanoseconds → ns since the epoch.
int64_t unix_ns(const std::string& text) {
  std::tm parts{};
  const char* rest = strptime(text.c_str(), "%Y-%m-%dT%H:%M:%S", &parts);
  int64_t nanoseconds = 0;
  if (rest != nullptr && *rest == '.') {
    std::string digits(rest + 1, text.size() - static_cast<size_t>(rest + 1 - text.c_str()) - 1);
    digits.resize(9, '0');
    nanoseconds = std::stoll(digits);
  }
  return static_cast<int64_t>(timegm(&parts)) * 1'000'000'000 + nanoseconds;
}

int64_t wall_ns() {
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  return static_cast<int64_t>(now.tv_sec) * 1'000'000'000 + now.tv_nsec;
}

}  // namespace

void latency_rows() {
  const auto folder = std::filesystem::temp_directory_path() / fmt::format("recipe_bench_{}", getpid());
  std::filesystem::create_directory(folder);
  std::ofstream(folder / "tiny.recipe")
      << "recipe tiny { title \"t\" category execution importance low on exec when process.name == "
         "recipe_bench_tiny }\n";
  std::vector<double> milliseconds;
  {
    auto daemon = Daemon::start({"run", "--recipes", (folder / "tiny.recipe").string(), "--format", "json"});
    std::string pending;
    for (int i = 0; daemon && i < kExecs; ++i) {
      static_cast<void>(exec_storm(tiny_program(), 1));
      size_t end = std::string::npos;
      while ((end = pending.find('\n')) == std::string::npos) {
        char buffer[65536];
        const ssize_t got = read(daemon->output(), buffer, sizeof buffer);
        if (got <= 0) break;
        pending.append(buffer, static_cast<size_t>(got));
      }
      if (end == std::string::npos) break;
      const int64_t now = wall_ns();
      const auto line = nlohmann::json::parse(pending.substr(0, end), nullptr, false);
      pending.erase(0, end + 1);
      if (line.is_discarded() || !line.contains("time")) continue;
      milliseconds.push_back(static_cast<double>(now - unix_ns(line["time"].get<std::string>())) / 1e6);
      usleep(i % 3 == 0 ? 20'000 : 1'000);  // now and then the reader has gone to sleep
    }
  }
  std::filesystem::remove_all(folder);
  if (milliseconds.size() < kExecs / 2) {
    row("exec to detection on stdout", "not run: reciped cannot watch", "");
    return;
  }
  std::sort(milliseconds.begin(), milliseconds.end());
  const auto at = [&](double share) {
    return milliseconds[static_cast<size_t>(share * static_cast<double>(milliseconds.size() - 1))];
  };
  row(fmt::format("exec to detection on stdout, {} execs: p50, p99, highest", milliseconds.size()),
      fmt::format("{:.2f}, {:.2f}, {:.2f} ms", at(0.5), at(0.99), at(1)), "p50 ≤ 1, p99 ≤ 5 ms");
}

}  // namespace recipe::bench
