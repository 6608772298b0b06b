// SPDX-License-Identifier: Apache-2.0
// Destinations that die and come back: what fits the bounds arrives, what does not is counted, the engine never waits.
#include "runtime/sink/shipping.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <catch2/catch.hpp>
#include <filesystem>
#include <functional>
#include <set>
#include <sstream>
#include <thread>

#include "tests/support/run_command.h"

namespace recipe {
namespace {

using namespace std::chrono_literals;

// tests/support/receiver.py, as often as it is started.
class Receiver {
 public:
  Receiver(const ScratchFolder& folder, std::string kind, std::string answer = "200")
      : folder_(folder), kind_(std::move(kind)), answer_(std::move(answer)) {
    address_ = kind_.starts_with("unix") ? folder.path("socket") : "0";
    start();
  }
  ~Receiver() { stop(SIGKILL); }

  void start() {
    int ends[2];
    REQUIRE(pipe2(ends, O_CLOEXEC) == 0);
    pid_ = fork();
    if (pid_ == 0) {
      dup2(ends[1], STDOUT_FILENO);
      const std::string file = folder_.path("received");
      execl("/usr/bin/python3", "python3", RECIPE_SOURCE_DIR "/tests/support/receiver.py", kind_.c_str(), address_.c_str(),
            file.c_str(), answer_.c_str(), static_cast<char*>(nullptr));
      _exit(1);
    }
    close(ends[1]);
    char line[256] = {};
    const ssize_t got = read(ends[0], line, sizeof line - 1);
    close(ends[0]);
    REQUIRE(got > 1);
    address_ = std::string(line, static_cast<size_t>(got) - 1);
  }
  void stop(int signal) {
    if (pid_ <= 0) return;
    kill(pid_, signal);
    waitpid(pid_, nullptr, 0);
    pid_ = -1;
  }
  void answer(const std::string& code) { answer_ = code; }
  [[nodiscard]] const std::string& address() const { return address_; }
  [[nodiscard]] std::vector<std::string> lines() const {
    std::vector<std::string> all;
    std::istringstream text(folder_.read("received"));
    for (std::string line; std::getline(text, line);) all.push_back(line);
    return all;
  }
  [[nodiscard]] bool has(size_t count) const {
    for (int i = 0; i < 1500; ++i) {
      if (lines().size() >= count) return true;
      std::this_thread::sleep_for(10ms);
    }
    return false;
  }

 private:
  const ScratchFolder& folder_;
  std::string kind_, answer_, address_;
  pid_t pid_ = -1;
};

ShippingOptions quick(const std::string& spool = {}, uint64_t bound = 16u << 20) {
  ShippingOptions options;
  options.name = "the receiver";
  options.first_pause = 10ms;
  options.longest_pause = 50ms;
  options.patience = 20s;
  if (!spool.empty()) {
    auto opened = Spool::open(spool, bound);
    REQUIRE(opened.ok());
    options.spool.emplace(std::move(*opened));
  }
  return options;
}

void put(Destination& destination, int from, int to, const std::string& more = {}) {
  for (int i = from; i < to; ++i) {
    const auto begin = std::chrono::steady_clock::now();
    (void)destination.put("message " + std::to_string(i) + more + "\n", 1);
    CHECK(std::chrono::steady_clock::now() - begin < 2s);  // it waits for nobody; a loaded machine may be slow
  }
}

// Which of the messages 0 ... count - 1 are not among the lines.
std::vector<int> missing(const std::vector<std::string>& lines, int count) {
  std::set<int> found;
  for (const std::string& line : lines) {
    const size_t at = line.find("message ");
    if (at != std::string::npos) found.insert(std::stoi(line.substr(at + 8)));
  }
  std::vector<int> lost;
  for (int i = 0; i < count; ++i) {
    if (!found.contains(i)) lost.push_back(i);
  }
  return lost;
}

std::unique_ptr<Transport> http(const std::string& port, const std::vector<std::string>& headers = {}) {
  auto transport = make_http_transport("http://127.0.0.1:" + port + "/hook", "application/x-ndjson", headers);
  REQUIRE(transport.ok());
  return std::move(*transport);
}

struct Kind {
  const char* receiver;
  int end;  // the signal that ends it
  std::function<std::unique_ptr<Transport>(const std::string& address)> make;
};

const std::vector<Kind>& kinds() {
  static const std::vector<Kind> kKinds = {
      {"http", SIGKILL, [](const std::string& port) { return http(port); }},
      {"unix", SIGTERM, make_unix_transport},
      {"tcp", SIGTERM, [](const std::string& port) { return make_tcp_transport("127.0.0.1", port); }},
      {"unixgram", SIGTERM, [](const std::string& path) { return make_syslog_transport(path, false); }},
  };
  return kKinds;
}

}  // namespace

TEST_CASE("a receiver that dies and comes back misses nothing that fits the bounds, with a spool and without") {
  for (const Kind& kind : kinds()) {
    for (const bool spool : {true, false}) {
      INFO(kind.receiver << (spool ? " with a spool" : " without"));
      const ScratchFolder folder;
      Receiver receiver(folder, kind.receiver);
      const auto destination = make_shipping(kind.make(receiver.address()), quick(spool ? folder.path("spool") : ""));
      put(*destination, 0, 100);
      REQUIRE(receiver.has(50));
      receiver.stop(kind.end);
      put(*destination, 100, 400);
      std::this_thread::sleep_for(100ms);
      receiver.start();
      put(*destination, 400, 500);
      const Status closed = destination->close();
      INFO((closed.ok() ? "" : closed.error().message()));
      CHECK(closed.ok());
      receiver.stop(SIGTERM);
      CHECK(missing(receiver.lines(), 500) == std::vector<int>{});
      CHECK(destination->refused() == 0);
    }
  }
}

TEST_CASE("what waits in the spool when the daemon ends is sent by the next one, before what is new") {
  const ScratchFolder folder;
  Receiver receiver(folder, "unix");
  receiver.stop(SIGTERM);
  {
    ShippingOptions options = quick(folder.path("spool"));
    options.patience = 100ms;
    const auto destination = make_shipping(make_unix_transport(receiver.address()), std::move(options));
    put(*destination, 0, 100);
    CHECK(destination->close().ok());  // it is not lost
    CHECK(destination->remark().starts_with("100 messages for the receiver wait in"));
    CHECK(destination->refused() == 0);
  }
  receiver.start();
  auto destination = make_shipping(make_unix_transport(receiver.address()), quick(folder.path("spool")));
  put(*destination, 100, 110);
  CHECK(destination->close().ok());
  destination.reset();
  receiver.stop(SIGTERM);
  const auto lines = receiver.lines();
  CHECK(missing(lines, 110) == std::vector<int>{});
  REQUIRE_FALSE(lines.empty());
  CHECK(lines.front() == "message 0");
  CHECK_FALSE(std::filesystem::exists(folder.path("spool")));
}

TEST_CASE("what does not fit the bounds is refused, counted and said, and the rest arrives") {
  const ScratchFolder folder;
  Receiver receiver(folder, "unix");
  receiver.stop(SIGTERM);
  ShippingOptions options = quick(folder.path("spool"), 20'000);
  options.queue_bytes = 10'000;
  const auto destination = make_shipping(make_unix_transport(receiver.address()), std::move(options));
  int said = 0;
  for (int i = 0; i < 1000; ++i) {
    if (!destination->put("message " + std::to_string(i) + std::string(100, 'x') + "\n", 1).ok()) ++said;
  }
  const uint64_t refused = destination->refused();
  CHECK(refused > 500);
  CHECK(said >= 1);
  CHECK(static_cast<uint64_t>(said) < refused);  // not once for each
  receiver.start();
  CHECK_FALSE(destination->close().ok());
  receiver.stop(SIGTERM);
  CHECK(missing(receiver.lines(), 1000).size() == refused);
  CHECK(destination->refused() == refused);
}

TEST_CASE("without a spool what is left at the end is lost, and said so") {
  const ScratchFolder folder;
  ShippingOptions options = quick();
  options.patience = 50ms;
  const auto destination = make_shipping(make_unix_transport(folder.path("nobody")), std::move(options));
  put(*destination, 0, 7);
  const Status closed = destination->close();
  REQUIRE_FALSE(closed.ok());
  CHECK(closed.error().what.find("7 detections did not reach the receiver") != std::string::npos);
  CHECK(closed.error().what.find("No such file") != std::string::npos);
  CHECK(destination->refused() == 7);
}

TEST_CASE("a webhook that is overloaded gets everything later; what it will never take is refused, and only that") {
  const ScratchFolder folder;
  Receiver receiver(folder, "http", "503");
  auto destination = make_shipping(http(receiver.address(), {"Authorization: Bearer x"}), quick());
  put(*destination, 0, 20);
  std::this_thread::sleep_for(100ms);
  CHECK(receiver.lines().empty());
  receiver.stop(SIGKILL);
  receiver.answer("poison");
  receiver.start();
  (void)destination->put("poison\n", 1);
  put(*destination, 20, 40);
  CHECK_FALSE(destination->close().ok());
  CHECK(destination->refused() == 1);
  CHECK(missing(receiver.lines(), 40) == std::vector<int>{});
  const std::string headers = folder.read("received.headers");
  CHECK(headers.find("Authorization: Bearer x") != std::string::npos);
  CHECK(headers.find("application/x-ndjson") != std::string::npos);
}

TEST_CASE("syslog lines have a head of RFC 5424, once, and are framed by their length over TCP") {
  const ScratchFolder folder;
  Receiver receiver(folder, "udp");
  const auto send = [](const std::unique_ptr<Transport>& transport, const std::string& text) {
    CHECK(transport->send({text}).kind == Outcome::Kind::kDelivered);
  };
  send(make_syslog_udp_transport("127.0.0.1", receiver.address(), false), "plain\n");
  send(make_syslog_udp_transport("127.0.0.1", receiver.address(), true), "<82>1 - h a p m - CEF:0\n");
  send(make_udp_transport("127.0.0.1", receiver.address()), "bare\n");
  REQUIRE(receiver.has(3));
  CHECK(receiver.lines()[0].starts_with("<86>1 20"));
  CHECK(receiver.lines()[0].ends_with(" detection - plain"));
  CHECK(receiver.lines()[1] == "<82>1 - h a p m - CEF:0");
  CHECK(receiver.lines()[2] == "bare");

  const ScratchFolder other;
  Receiver stream(other, "tcp");
  send(make_syslog_tcp_transport("127.0.0.1", stream.address(), true), "<82>1 - h a p m - x\n");
  send(make_tcp_transport("127.0.0.1", stream.address()), "end\n");
  REQUIRE(stream.has(1));
  stream.stop(SIGTERM);
  CHECK(other.read("received").find("end\n") != std::string::npos);
}

TEST_CASE("a datagram that is too long is refused and holds nothing up") {
  const ScratchFolder folder;
  Receiver receiver(folder, "udp");
  const auto destination = make_shipping(make_udp_transport("127.0.0.1", receiver.address()), quick());
  (void)destination->put(std::string(100'000, 'x') + "\n", 3);
  put(*destination, 0, 1);
  CHECK_FALSE(destination->close().ok());
  CHECK(destination->refused() == 3);
  REQUIRE(receiver.has(1));
  CHECK(receiver.lines()[0] == "message 0");
}

TEST_CASE("a log is rotated before it is too large, old pieces go, and nothing is split") {
  const ScratchFolder folder;
  const std::string path = folder.path("log");
  const auto destination = make_shipping(make_log_transport(path, {4'000, 2}), quick());
  for (int i = 0; i < 40; ++i) {
    put(*destination, i * 10, i * 10 + 10, std::string(10, 'x'));
    std::this_thread::sleep_for(2ms);
  }
  REQUIRE(destination->close().ok());
  CHECK(folder.list() == std::vector<std::string>{"log", "log.1", "log.2"});
  for (const char* name : {"log", "log.1", "log.2"}) {
    const std::string text = folder.read(name);
    CHECK(text.size() <= 4'000 + 25 * 10 * 40);
    CHECK(text.starts_with("message "));
    CHECK(text.ends_with("x\n"));
  }
  CHECK(folder.read("log").find("message 399") != std::string::npos);
  struct stat rights {};
  REQUIRE(stat(path.c_str(), &rights) == 0);
  CHECK((rights.st_mode & 0777) == 0600);
}

TEST_CASE("a log that someone else moved away is begun anew, and a full disk waits for room") {
  const ScratchFolder folder;
  const std::string path = folder.path("log");
  const auto transport = make_log_transport(path, {});
  CHECK(transport->send({"one\n"}).kind == Outcome::Kind::kDelivered);
  std::filesystem::rename(path, folder.path("moved"));
  CHECK(transport->send({"two\n"}).kind == Outcome::Kind::kDelivered);
  CHECK(folder.read("moved") == "one\n");
  CHECK(folder.read("log") == "two\n");
  CHECK(make_log_transport(folder.path("no/log"), {})->send({"x\n"}).kind == Outcome::Kind::kRetry);
  CHECK(make_log_transport("/dev/full", {})->send({"x\n"}).kind == Outcome::Kind::kRetry);
}

TEST_CASE("a destination that hangs does not hold its owner up, and its thread takes no signals") {
  struct Hanging final : Transport {
    std::atomic<bool>& go;
    explicit Hanging(std::atomic<bool>& flag) : go(flag) {}
    Outcome send(const std::vector<std::string>&) override {
      while (!go) std::this_thread::sleep_for(1ms);
      return {};
    }
  };
  std::atomic<bool> go = false;
  static std::atomic<pthread_t> caught{};
  signal(SIGUSR1, [](int) { caught = pthread_self(); });
  const auto destination = make_shipping(std::make_unique<Hanging>(go), quick());
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < 1000; ++i) CHECK(destination->put("x\n", 1).ok());
  CHECK(destination->flush().ok());
  CHECK(std::chrono::steady_clock::now() - begin < 5s);
  kill(getpid(), SIGUSR1);
  for (int i = 0; i < 1000 && caught == pthread_t{}; ++i) std::this_thread::sleep_for(1ms);
  CHECK(caught == pthread_self());
  signal(SIGUSR1, SIG_DFL);
  go = true;
  CHECK(destination->close().ok());
}

}  // namespace recipe
