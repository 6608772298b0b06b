// SPDX-License-Identifier: Apache-2.0
// Subjects of a real nats-server, with a stream behind them and without.
#include <catch2/catch.hpp>
#include <csignal>
#include <set>
#include <sstream>
#include <thread>

#include "tests/support/certificates.h"
#include "tests/support/server.h"

namespace recipe {
namespace {

const std::string kAsk = RECIPE_SOURCE_DIR "/tests/support/ask_nats.py";

struct Nats {
  ScratchFolder folder;
  std::string program = program_or_skip({"/usr/bin/nats-server", "/usr/sbin/nats-server"}, "nats-server"), port = free_port();
  std::unique_ptr<Running> running;
  std::vector<std::string> more;  // of the server's options

  explicit Nats(std::vector<std::string> options = {}) : more(std::move(options)) { start(); }
  void start() {
    running.reset();
    std::vector<std::string> words{program, "-a", "127.0.0.1", "-p", port, "-js", "-sd", folder.path("data")};
    words.insert(words.end(), more.begin(), more.end());
    running = std::make_unique<Running>(words);
    wait_until_it_listens(port);
  }
  [[nodiscard]] CommandResult ask(const std::vector<std::string>& words) const {
    std::vector<std::string> all = {"/usr/bin/python3", kAsk, port};
    all.insert(all.end(), words.begin(), words.end());
    return run_command(all);
  }
  void make_stream() const { REQUIRE(ask({"make", "detections"}).code == 0); }
  [[nodiscard]] std::unique_ptr<Transport> transport(bool stream, const std::string& subject = "detections") const {
    auto made = make_nats_transport("127.0.0.1", port, subject, stream, Settings(Values{{"timeout", "5"}}));
    REQUIRE(made.ok());
    return std::move(*made);
  }
  [[nodiscard]] std::vector<std::string> kept() const {
    std::vector<std::string> lines;
    std::istringstream text(ask({"read"}).out);
    for (std::string line; std::getline(text, line);) lines.push_back(line);
    return lines;
  }
  [[nodiscard]] Server server() {
    Server all;
    all.start = [this] { start(); };
    all.stop = [this] { running->stop(SIGKILL); };
    all.transport = [this] { return transport(true); };
    all.lines = [this](size_t) { return kept(); };
    return all;
  }
};

Outcome sent(const std::string& port, Values settings, const std::string& host = "127.0.0.1") {
  settings.insert({"timeout", "5"});
  auto made = make_nats_transport(host, port, "detections", false, Settings(settings));
  REQUIRE(made.ok());
  return (*made)->send({"{\"id\":\"one\"}\n"});
}

bool delivered(const Outcome& outcome) {
  UNSCOPED_INFO(outcome.error.what);
  CHECK(outcome.error.what.find("secret") == std::string::npos);
  return outcome.kind == Outcome::Kind::kDelivered;
}

}  // namespace

TEST_CASE("nats: a server that wants a login takes the right one, and a wrong or missing one waits") {
  SECTION("a user and a password") {
    const Nats nats({"--user", "recipe", "--pass", "secret"});
    CHECK(delivered(sent(nats.port, {{"user", "recipe"}, {"password", "secret"}})));
    CHECK(sent(nats.port, {{"user", "recipe"}, {"password", "secret2"}}).kind == Outcome::Kind::kRetry);
    CHECK(sent(nats.port, {}).kind == Outcome::Kind::kRetry);
  }
  SECTION("a token") {
    const Nats nats({"--auth", "secret"});
    CHECK(delivered(sent(nats.port, {{"token", "secret"}})));
    CHECK(sent(nats.port, {{"token", "other"}}).kind == Outcome::Kind::kRetry);
    CHECK(sent(nats.port, {}).kind == Outcome::Kind::kRetry);
  }
}

TEST_CASE("nats: over TLS only a server of an authority that we were told of, under its own name, gets something") {
  const Certificates made;
  const std::string ca = made.make("server", "IP:127.0.0.1"), other = made.make("other", "IP:127.0.0.1");
  const Nats nats({"--tls", "--tlscert", ca, "--tlskey", made.key("server"), "--user", "recipe", "--pass", "secret"});
  const Values login{{"user", "recipe"}, {"password", "secret"}};
  const auto with = [&](Values more) {
    more.insert(login.begin(), login.end());
    return more;
  };
  CHECK(delivered(sent(nats.port, with({{"ca", ca}}))));
  CHECK_FALSE(delivered(sent(nats.port, with({{"ca", other}}))));
  CHECK_FALSE(delivered(sent(nats.port, with({{"tls", "yes"}}))));           // not of those that this machine trusts
  CHECK_FALSE(delivered(sent(nats.port, with({{"ca", ca}}), "localhost")));  // the certificate has another name
  CHECK_FALSE(delivered(sent(nats.port, with({{"tls", "no"}}))));            // the server insists, and is unknown
}

TEST_CASE("nats: who was told to speak TLS says nothing to a server without it") {
  const Nats nats({"--user", "recipe", "--pass", "secret"});
  CHECK_FALSE(delivered(sent(nats.port, {{"tls", "yes"}, {"user", "recipe"}, {"password", "secret"}})));
}

TEST_CASE("nats: a server that knows its clients by certificate takes ours") {
  const Certificates made;
  const std::string ca = made.make("server", "IP:127.0.0.1"), own = made.make("client", "DNS:client");
  const Nats nats({"--tlsverify", "--tlscert", ca, "--tlskey", made.key("server"), "--tlscacert", own});
  CHECK(delivered(sent(nats.port, {{"ca", ca}, {"cert", own}, {"key", made.key("client")}})));
  CHECK_FALSE(delivered(sent(nats.port, {{"ca", ca}})));
}

TEST_CASE("jetstream: a stream has what was sent") {
  Nats nats;
  nats.make_stream();
  check_round_trip(nats.server());
}

TEST_CASE("jetstream: a server that dies and comes back misses nothing, and has nothing twice") {
  Nats nats;
  nats.make_stream();
  const ScratchFolder folder;
  check_death(nats.server(), folder);
}

TEST_CASE("jetstream: the same id is kept once") {
  Nats nats;
  nats.make_stream();
  const auto transport = nats.transport(true);
  const std::string one = "{\"id\":\"one\",\"x\":1}\n", two = "{\"id\":\"two\"}\n";
  for (int i = 0; i < 3; ++i) REQUIRE(transport->send({one, two}).kind == Outcome::Kind::kDelivered);
  CHECK(nats.kept() == std::vector<std::string>{"{\"id\":\"one\",\"x\":1}", "{\"id\":\"two\"}"});
}

TEST_CASE("jetstream: without a stream nothing counts as delivered, and what is too long is refused alone") {
  Nats nats;
  const auto transport = nats.transport(true);
  const Outcome outcome = transport->send({"{}\n"});
  CHECK(outcome.kind == Outcome::Kind::kRetry);
  CHECK(outcome.error.what.find("no stream") != std::string::npos);
  nats.make_stream();
  const auto destination = make_shipping(nats.transport(true), quick_shipping());
  REQUIRE(destination->put("{\"id\":\"a\"}\n", 1).ok());
  REQUIRE(destination->put("{\"id\":\"b\",\"x\":\"" + std::string(2u << 20, 'x') + "\"}\n", 1).ok());
  REQUIRE(destination->put("{\"id\":\"c\"}\n", 1).ok());
  CHECK_FALSE(destination->close().ok());
  CHECK(destination->refused() == 1);
  CHECK(nats.kept() == std::vector<std::string>{"{\"id\":\"a\"}", "{\"id\":\"c\"}"});
}

TEST_CASE("nats: who listens gets every detection") {
  Nats nats;
  Running listener({"/usr/bin/python3", kAsk, nats.port, "listen", "detections", nats.folder.path("heard")});
  REQUIRE(listener.line() == "listening");
  Server server = nats.server();
  server.transport = [&] { return nats.transport(false); };
  server.lines = [&](size_t at_least) {
    std::vector<std::string> lines;
    for (int i = 0; i < 3000 && lines.size() < at_least; ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
      lines.clear();
      std::istringstream text(nats.folder.read("heard"));
      for (std::string line; std::getline(text, line);) lines.push_back(line);
    }
    return lines;
  };
  check_round_trip(server);
}

TEST_CASE("nats: what is no NATS took nothing") {
  for (const bool stream : {false, true}) {
    check_strangers([stream](const std::string& port) {
      auto made = make_nats_transport("127.0.0.1", port, "s", stream, Settings(Values{{"timeout", "1"}}));
      REQUIRE(made.ok());
      return std::move(*made);
    });
  }
}

}  // namespace recipe
