// SPDX-License-Identifier: Apache-2.0
#include "tests/support/server.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <csignal>
#include <cstdlib>
#include <iostream>
#include <map>
#include <set>
#include <thread>

#include "runtime/report/report.h"

namespace recipe {
namespace {

using namespace std::chrono_literals;

sockaddr_in loopback(uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

std::string id_in(const std::string& line) {
  return std::string(id_of(line));
}

}  // namespace

Running::Running(const std::vector<std::string>& arguments) {
  int in[2], out[2];
  REQUIRE(pipe2(in, O_CLOEXEC) == 0);
  REQUIRE(pipe2(out, O_CLOEXEC) == 0);
  std::vector<char*> argv;
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  pid_ = fork();
  if (pid_ == 0) {
    dup2(in[0], STDIN_FILENO);
    dup2(out[1], STDOUT_FILENO);
    const int nowhere = open("/dev/null", O_WRONLY);
    if (std::getenv("RECIPE_SERVER_WORDS") == nullptr) dup2(nowhere, STDERR_FILENO);
    execv(argv[0], argv.data());
    _exit(127);
  }
  close(in[0]);
  close(out[1]);
  in_ = in[1];
  out_ = out[0];
}

void Running::stop(int signal) {
  if (pid_ <= 0) return;
  close(in_);
  kill(pid_, signal);
  waitpid(pid_, nullptr, 0);
  close(out_);
  pid_ = -1;
}

void Running::say(const std::string& text) const {
  REQUIRE(write(in_, text.data(), text.size()) == static_cast<ssize_t>(text.size()));
}

std::string Running::line() {
  while (true) {
    const size_t end = read_.find('\n');
    if (end != std::string::npos) {
      std::string first = read_.substr(0, end);
      read_.erase(0, end + 1);
      return first;
    }
    char piece[65536];
    const ssize_t got = read(out_, piece, sizeof piece);
    if (got <= 0) return {};
    read_.append(piece, static_cast<size_t>(got));
  }
}

std::string program_or_skip(const std::vector<std::string>& paths, const std::string& package) {
  for (const std::string& path : paths) {
    if (access(path.c_str(), X_OK) == 0) return path;
  }
  std::cerr << "skipped: " << paths.front() << " is not there: install Debian's package " << package << std::endl;
  std::_Exit(77);
}

std::string free_port() {
  const int one = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = loopback(0);
  socklen_t size = sizeof address;
  REQUIRE(bind(one, reinterpret_cast<sockaddr*>(&address), size) == 0);
  REQUIRE(getsockname(one, reinterpret_cast<sockaddr*>(&address), &size) == 0);
  close(one);
  return std::to_string(ntohs(address.sin_port));
}

void wait_until_it_listens(const std::string& port) {
  for (int i = 0; i < 6000; ++i) {
    const int one = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const sockaddr_in address = loopback(static_cast<uint16_t>(std::stoi(port)));
    const bool there = connect(one, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    close(one);
    if (there) return;
    std::this_thread::sleep_for(10ms);
  }
  FAIL("the server does not listen on " << port);
}

Detection server_detection(int number) {
  Detection detection;
  detection.time_unix_ns = 1'795'428'000'000'000'000 + number * int64_t{1'000'000'007};
  detection.id = uuid_v7(detection.time_unix_ns);
  detection.sequence = static_cast<uint64_t>(number) + 1;
  detection.recipe = "perl_code";
  detection.message = "number " + std::to_string(number) + R"( ran "perl" 'x' \ $(y) € 😀)";
  detection.importance = number % 2 == 0 ? Importance::kHigh : Importance::kLow;
  detection.tags = {"cicd", "two words"};
  detection.why = {"process.name == perl", "a.recipe", 3, {}, {}};
  detection.event = "exec";
  detection.argv = {"perl", "-e", "print \"a\tb\x01\n\";"};
  detection.process.pid = 42;
  detection.process.exe = "/usr/bin/perl";
  detection.ancestors.emplace_back().name = "sh";
  detection.host = {"box", "0123", "6.1", "Debian", "boot"};
  return detection;
}

ShippingOptions quick_shipping(const std::string& spool, uint64_t bound) {
  ShippingOptions options;
  options.name = "the server";
  options.first_pause = 20ms;
  options.longest_pause = 200ms;
  options.patience = 120s;  // only a test that fails waits for it
  if (!spool.empty()) {
    auto opened = Spool::open(spool, bound);
    REQUIRE(opened.ok());
    options.spool.emplace(std::move(*opened));
  }
  return options;
}

void check_round_trip(const Server& server) {
  Sink sink(make_printer(Format::kJson, {}), make_shipping(server.transport(), quick_shipping()));
  std::map<std::string, std::string> sent;
  for (int i = 0; i < 20; ++i) {
    const Detection detection = server_detection(i);
    sent[detection.id] = to_json(detection);
    REQUIRE(sink.write(detection).ok());
  }
  Coverage coverage;
  coverage.mode = Coverage::Mode::kMachine;
  coverage.begin_unix_ns = 1'795'428'000'000'000'000;
  coverage.end_unix_ns = 1'795'428'010'000'000'000;
  const Status closed = sink.close(coverage);
  INFO((closed.ok() ? "" : closed.error().message()));
  REQUIRE(closed.ok());
  CHECK(sink.refused() == 0);
  std::map<std::string, std::string> got;
  size_t coverages = 0;
  for (const std::string& line : server.lines(21)) {
    if (line.starts_with(R"({"coverage":)")) {
      ++coverages;
    } else {
      got[id_in(line)] = line;
    }
  }
  CHECK(coverages == 1);
  CHECK(got == sent);
}

void check_death(const Server& server, const ScratchFolder& folder) {
  constexpr int kEach = 60;
  std::set<std::string> sent;
  Sink sink(make_printer(Format::kJson, {}), make_shipping(server.transport(), quick_shipping(folder.path("spool"))));
  int number = 0;
  const auto write = [&] {
    for (int i = 0; i < kEach; ++i) {
      const Detection detection = server_detection(number++);
      sent.insert(detection.id);
      const auto begin = std::chrono::steady_clock::now();
      REQUIRE(sink.write(detection).ok());
      CHECK(std::chrono::steady_clock::now() - begin < 2s);  // it waits for nobody; a loaded machine may be slow
    }
  };
  write();
  (void)server.lines(kEach);
  for (int death = 0; death < 2; ++death) {
    write();  // some of these are under way when it dies
    server.stop();
    write();
    std::this_thread::sleep_for(100ms);
    server.start();
    write();
  }
  const Status closed = sink.close({});
  INFO((closed.ok() ? "" : closed.error().message()));
  REQUIRE(closed.ok());
  CHECK(sink.refused() == 0);
  std::map<std::string, std::set<std::string>> got;
  for (const std::string& line : server.lines(sent.size() + 1)) {
    if (!id_in(line).empty()) got[id_in(line)].insert(line);
  }
  std::set<std::string> arrived;
  for (const auto& [id, lines] : got) {
    arrived.insert(id);
    CHECK(lines.size() == 1);  // the same each time that it came
  }
  CHECK(arrived == sent);
}

void check_strangers(const std::function<std::unique_ptr<Transport>(const std::string& port)>& make) {
  const std::string message = to_json(server_detection(1)) + "\n";
  {
    INFO("nobody there");
    CHECK(make(free_port())->send({message}).kind == Outcome::Kind::kRetry);
  }
  for (const char* way : {"hang", "garbage", "close", "endless"}) {
    INFO(way);
    Running stranger({"/usr/bin/python3", RECIPE_SOURCE_DIR "/tests/support/misbehave.py", way});
    const std::string port = stranger.line();
    REQUIRE_FALSE(port.empty());
    const auto transport = make(port);
    for (int i = 0; i < 2; ++i) {
      const Outcome outcome = transport->send({message, message});
      CHECK(outcome.kind == Outcome::Kind::kRetry);
      CHECK_FALSE(outcome.error.what.empty());
    }
    stranger.stop(SIGTERM);
  }
}

}  // namespace recipe
