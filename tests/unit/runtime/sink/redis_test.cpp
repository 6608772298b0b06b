// SPDX-License-Identifier: Apache-2.0
// Streams of a real redis-server.
#include <catch2/catch.hpp>
#include <csignal>
#include <sstream>

#include "tests/support/server.h"

namespace recipe {
namespace {

struct Redis {
  ScratchFolder folder;
  std::string program = program_or_skip({"/usr/bin/redis-server"}, "redis-server"), port = free_port();
  std::unique_ptr<Running> running;

  explicit Redis(std::string more = {}) : more_(std::move(more)) { start(); }

  void start() {
    running.reset();
    const std::string config = folder.write("redis.conf", "bind 127.0.0.1\nport " + port + "\ndir " + folder.path() +
                                                              "\nappendonly yes\nappendfsync always\nsave \"\"\n"
                                                              "requirepass secret\n" +
                                                              more_);
    running = std::make_unique<Running>(std::vector<std::string>{program, config});
    wait_until_it_listens(port);
  }
  [[nodiscard]] std::unique_ptr<Transport> transport(std::map<std::string, std::string> more = {}) const {
    more.insert({{"password", "secret"}, {"timeout", "5"}});
    auto made = make_redis_transport("127.0.0.1", port, "detections", Settings(more));
    REQUIRE(made.ok());
    return std::move(*made);
  }
  [[nodiscard]] std::vector<std::string> ask(std::vector<std::string> words) const {
    words.insert(words.begin(), {"/usr/bin/redis-cli", "-p", port, "-a", "secret", "--no-auth-warning", "--raw"});
    std::vector<std::string> lines;
    std::istringstream text(run_command(words).out);
    for (std::string line; std::getline(text, line);) lines.push_back(line);
    return lines;
  }
  [[nodiscard]] Server server() {
    Server all;
    all.start = [this] { start(); };
    all.stop = [this] { running->stop(SIGKILL); };
    all.transport = [this] { return transport(); };
    all.lines = [this](size_t) {
      std::vector<std::string> lines = ask({"XRANGE", "detections", "-", "+"});
      std::erase_if(lines, [](const std::string& line) { return !line.starts_with("{"); });
      return lines;
    };
    return all;
  }

 private:
  std::string more_;
};

}  // namespace

TEST_CASE("redis: detections arrive as entries of the stream, their ids beside them") {
  Redis redis;
  check_round_trip(redis.server());
  const auto words = redis.ask({"XRANGE", "detections", "-", "+", "COUNT", "1"});
  REQUIRE(words.size() == 5);
  CHECK(words[1] == "id");
  CHECK(words[2] == id_of(words[4]));
  CHECK(words[3] == "detection");
}

TEST_CASE("redis: a server that dies and comes back misses nothing") {
  Redis redis;
  const ScratchFolder folder;
  check_death(redis.server(), folder);
}

TEST_CASE("redis: a user of the server's own list is logged in, and one with another password is not") {
  Redis redis("user recipe on >pass2 ~detections +xadd\n");
  const auto send = [&](const std::string& password) {
    const Outcome outcome = redis.transport({{"user", "recipe"}, {"password", password}})->send({"{\"id\":\"one\"}\n"});
    CHECK(outcome.error.what.find(password) == std::string::npos);
    return outcome.kind;
  };
  CHECK(send("pass3") == Outcome::Kind::kRetry);
  CHECK(redis.ask({"XLEN", "detections"}) == std::vector<std::string>{"0"});
  CHECK(send("pass2") == Outcome::Kind::kDelivered);
  CHECK(redis.ask({"XLEN", "detections"}) == std::vector<std::string>{"1"});
}

TEST_CASE("redis: what is no Redis took nothing") {
  check_strangers([](const std::string& port) {
    auto made = make_redis_transport("127.0.0.1", port, "s", Settings(Values{{"timeout", "1"}}));
    REQUIRE(made.ok());
    return std::move(*made);
  });
}

TEST_CASE("redis: a stream keeps as many entries as it is told") {
  Redis redis;
  const auto transport = redis.transport({{"maxlen", "500"}});
  const std::vector<std::string> batch(250, "{\"id\":\"x\"}\n");
  for (int i = 0; i < 10; ++i) REQUIRE(transport->send(batch).kind == Outcome::Kind::kDelivered);
  const int kept = std::stoi(redis.ask({"XLEN", "detections"}).at(0));
  CHECK(kept >= 500);
  CHECK(kept < 1000);
}

TEST_CASE("redis: no memory, a wrong password and a key of another type are tried again, not thrown away") {
  Redis redis;
  const auto transport = redis.transport();
  REQUIRE(redis.ask({"SET", "detections", "x"}).at(0) == "OK");
  Outcome outcome = transport->send({"{}\n", "{}\n"});
  CHECK(outcome.kind == Outcome::Kind::kRetry);
  CHECK(outcome.error.what.find("WRONGTYPE") != std::string::npos);
  REQUIRE(redis.ask({"DEL", "detections"}).at(0) == "1");
  REQUIRE(redis.ask({"CONFIG", "SET", "maxmemory", "1"}).at(0) == "OK");
  outcome = transport->send({"{}\n"});
  CHECK(outcome.kind == Outcome::Kind::kRetry);
  CHECK(outcome.error.what.find("OOM") != std::string::npos);
  REQUIRE(redis.ask({"CONFIG", "SET", "maxmemory", "0"}).at(0) == "OK");
  CHECK(transport->send({"{}\n"}).kind == Outcome::Kind::kDelivered);
  outcome = redis.transport({{"password", "guess"}})->send({"{}\n"});
  CHECK(outcome.kind == Outcome::Kind::kRetry);
  CHECK(outcome.error.what.find("guess") == std::string::npos);
}

}  // namespace recipe
