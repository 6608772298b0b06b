// SPDX-License-Identifier: Apache-2.0
// Kafka's protocol over TCP with librdkafka's broker in a process of its own: Debian has no Kafka.
#include <catch2/catch.hpp>
#include <csignal>

#include "tests/support/certificates.h"
#include "tests/support/server.h"

namespace recipe {
namespace {

struct Broker {
  Running program{{RECIPE_BIN_DIR "/../tests/bin/recipe_mock_kafka"}};
  std::string servers = program.line();

  std::vector<std::string> ask(const std::string& text) {
    program.say(text + "\n");
    std::vector<std::string> lines;
    for (std::string line = program.line(); line != "ok"; line = program.line()) {
      REQUIRE_FALSE(line.empty());
      lines.push_back(line);
    }
    return lines;
  }
  [[nodiscard]] std::unique_ptr<Transport> transport(std::map<std::string, std::string> more = {}) const {
    more.insert({{"timeout", "5"}, {"reconnect.backoff.max.ms", "200"}});
    auto made = make_kafka_transport(servers, "detections", Settings(more));
    REQUIRE(made.ok());
    return std::move(*made);
  }
  [[nodiscard]] Server server() {
    Server all;
    all.start = [this] { ask("up"); };
    all.stop = [this] { ask("down"); };
    all.transport = [this] { return transport(); };
    all.lines = [this](size_t at_least) {
      std::vector<std::string> lines = ask("dump detections " + std::to_string(at_least));
      for (std::string& line : lines) {
        const std::string key = line.substr(0, line.find('\t'));
        line.erase(0, key.size() + 1);
        CHECK(key == id_of(line));
      }
      return lines;
    };
    return all;
  }
};

}  // namespace

TEST_CASE("kafka: detections arrive as records under their ids") {
  Broker broker;
  check_round_trip(broker.server());
}

TEST_CASE("kafka: a broker that goes and comes back misses nothing") {
  Broker broker;
  const ScratchFolder folder;
  check_death(broker.server(), folder);
}

TEST_CASE("kafka: a record that is too long is refused, and only that") {
  Broker broker;
  const auto destination = make_shipping(broker.transport(), quick_shipping());
  REQUIRE(destination->put("{\"id\":\"a\"}\n", 1).ok());
  REQUIRE(destination->put("{\"id\":\"b\",\"x\":\"" + std::string(2u << 20, 'x') + "\"}\n", 1).ok());
  REQUIRE(destination->put("{\"id\":\"c\"}\n", 1).ok());
  CHECK_FALSE(destination->close().ok());
  CHECK(destination->refused() == 1);
  std::vector<std::string> ids;
  for (const std::string& line : broker.server().lines(2)) ids.emplace_back(id_of(line));
  std::sort(ids.begin(), ids.end());
  CHECK(ids.front() == "a");
  CHECK(ids.back() == "c");
}

TEST_CASE("kafka: what is no Kafka took nothing") {
  check_strangers([](const std::string& port) {
    auto made = make_kafka_transport("127.0.0.1:" + port, "s", Settings(Values{{"timeout", "1"}}));
    REQUIRE(made.ok());
    return std::move(*made);
  });
}

TEST_CASE("kafka: logins and TLS are librdkafka's own, and a broker without them gets nothing, no password either") {
  Broker broker;
  const Certificates certificates;
  const std::string ca = certificates.make("kafka", "DNS:localhost");
  for (const Values& settings : {Values{{"security.protocol", "SSL"}, {"ssl.ca.location", ca}},
                                 Values{{"security.protocol", "SASL_SSL"},
                                        {"ssl.ca.location", ca},
                                        {"sasl.mechanism", "SCRAM-SHA-512"},
                                        {"sasl.username", "recipe"},
                                        {"sasl.password", "hunter22"}},
                                 Values{{"security.protocol", "SASL_PLAINTEXT"},
                                        {"sasl.mechanism", "PLAIN"},
                                        {"sasl.username", "recipe"},
                                        {"sasl.password", "hunter22"}}}) {
    Values all = settings;
    all.insert({"timeout", "2"});
    auto made = make_kafka_transport(broker.servers, "detections", Settings(all));
    INFO((made.ok() ? "" : made.error().what));
    REQUIRE(made.ok());
    const Outcome outcome = (*made)->send({"{\"id\":\"one\"}\n"});
    CHECK(outcome.kind == Outcome::Kind::kRetry);
    CHECK(outcome.error.what.find("hunter22") == std::string::npos);
  }
  REQUIRE(broker.transport()->send({"{\"id\":\"two\"}\n"}).kind == Outcome::Kind::kDelivered);
  CHECK(broker.server().lines(1) == std::vector<std::string>{"{\"id\":\"two\"}"});
}

TEST_CASE("kafka: a setting that librdkafka does not know is an error that shows no value") {
  const auto made =
      make_kafka_transport("127.0.0.1:1", "s", Settings(Values{{"sasl.mechanism", "PLAIN"}, {"sasl.pasword", "secret"}}));
  REQUIRE_FALSE(made.ok());
  CHECK(made.error().what.find("sasl.pasword") != std::string::npos);
  CHECK(made.error().what.find("secret") == std::string::npos);
}

}  // namespace recipe
