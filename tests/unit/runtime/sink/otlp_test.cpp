// SPDX-License-Identifier: Apache-2.0
// OTLP: Debian has no collector, so tests/support/receiver.py takes the requests, and they are read with the protocol's
// published definition where tools/validators has fetched it (npm @opentelemetry/otlp-transformer); else by their JSON alone.
#include <catch2/catch.hpp>
#include <csignal>
#include <filesystem>
#include <iostream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "runtime/report/report.h"
#include "tests/support/server.h"

namespace recipe {
namespace {

using Json = nlohmann::json;

struct Collector {
  ScratchFolder folder;
  std::string port = "0", answer;
  std::unique_ptr<Running> running;

  explicit Collector(std::string code = "200") : answer(std::move(code)) { start(); }
  void start() {
    running.reset();
    running = std::make_unique<Running>(std::vector<std::string>{
        "/usr/bin/python3", RECIPE_SOURCE_DIR "/tests/support/receiver.py", "http", port, folder.path("received"), answer});
    port = running->line();
    REQUIRE_FALSE(port.empty());
  }
  [[nodiscard]] std::unique_ptr<Transport> transport() const {
    auto made =
        make_otlp_transport("http://127.0.0.1:" + port, {"Authorization: Bearer x"}, Settings(Values{{"timeout", "5"}}));
    REQUIRE(made.ok());
    return std::move(*made);
  }
  // Requests follow each other without a sign between them.
  [[nodiscard]] std::vector<Json> requests() const {
    std::vector<Json> all;
    std::istringstream text(folder.read("received"));
    while (text.peek() == '{') {
      Json one;
      text >> one;
      all.push_back(std::move(one));
    }
    return all;
  }
  [[nodiscard]] std::vector<Json> records() const {
    std::vector<Json> all;
    for (const Json& request : requests()) {
      for (const Json& resource : request["resourceLogs"]) {
        for (const Json& record : resource["scopeLogs"][0]["logRecords"]) all.push_back(record);
      }
    }
    return all;
  }
};

Json attribute(const Json& record, const std::string& key) {
  for (const Json& each : record["attributes"]) {
    if (each["key"] == key) return each["value"];
  }
  return nullptr;
}

// What the published definition makes of it, and whether anything of it got lost.
void check_by_definition(const Json& request) {
  const std::string validators = RECIPE_SOURCE_DIR "/build/validators";
  if (!std::filesystem::is_directory(validators + "/node_modules/@opentelemetry/otlp-transformer")) {
    std::cerr << "not checked: npm @opentelemetry/otlp-transformer (tools/validators fetches it)\n";
    return;
  }
  const auto ran =
      run_command({"/usr/bin/env", "node", RECIPE_SOURCE_DIR "/tests/support/read_otlp.js", validators}, request.dump());
  INFO(ran.err);
  REQUIRE(ran.code == 0);
  CHECK(Json::parse(ran.out) == request);
}

}  // namespace

TEST_CASE("otlp: a detection is a log record that the protocol's definition reads whole") {
  const Collector collector;
  const Detection detection = server_detection(0);
  Sink sink(make_printer(Format::kJson, {}), make_shipping(collector.transport(), quick_shipping()));
  REQUIRE(sink.write(detection).ok());
  REQUIRE(sink.write(server_detection(1)).ok());
  Coverage coverage;
  coverage.end_unix_ns = 1'795'428'010'000'000'000;
  REQUIRE(sink.close(coverage).ok());
  for (const Json& request : collector.requests()) check_by_definition(request);
  const auto records = collector.records();
  REQUIRE(records.size() == 3);
  CHECK(records[0]["timeUnixNano"] == std::to_string(detection.time_unix_ns));
  CHECK(records[0]["severityNumber"] == 17);
  CHECK(records[0]["body"]["stringValue"] == detection.message);
  CHECK(attribute(records[0], "id")["stringValue"] == detection.id);
  CHECK(attribute(records[0], "process.pid")["intValue"] == "42");
  CHECK(attribute(records[0], "process.parent.name")["stringValue"] == "sh");
  CHECK(attribute(records[0], "event.argv")["arrayValue"]["values"][0]["stringValue"] == "perl");
  CHECK(records[1]["severityNumber"] == 10);
  CHECK(records[2]["body"]["stringValue"] == "coverage");
  CHECK(records[2]["timeUnixNano"] == "1795428010000000000");
  CHECK(attribute(records[2], "coverage.verdict")["stringValue"] == "complete");
  const Json resource = collector.requests()[0]["resourceLogs"][0]["resource"]["attributes"];
  CHECK(resource[0]["value"]["stringValue"] == "reciped");
  CHECK(resource[2]["value"]["stringValue"] == "box");
  const std::string headers = collector.folder.read("received.headers");
  CHECK(headers.find("Content-Type: application/json") != std::string::npos);
  CHECK(headers.find("Authorization: Bearer x") != std::string::npos);
}

TEST_CASE("otlp: a collector that dies and comes back misses nothing") {
  Collector collector;
  Server server;
  server.start = [&] { collector.start(); };
  server.stop = [&] { collector.running->stop(SIGKILL); };
  server.transport = [&] { return collector.transport(); };
  server.lines = [&](size_t) {
    std::vector<std::string> lines;
    for (const Json& record : collector.records()) {
      const Json id = attribute(record, "id");
      lines.push_back(id.is_null() ? "coverage" : R"({"id":")" + id["stringValue"].get<std::string>() + "\"" + record.dump());
    }
    return lines;
  };
  const ScratchFolder folder;
  check_death(server, folder);
}

TEST_CASE("otlp: records that the collector refuses are counted and not sent again") {
  const Collector collector("partial");
  const auto destination = make_shipping(collector.transport(), quick_shipping());
  REQUIRE(destination->put(to_json(server_detection(0)) + "\n", 1).ok());
  const Status closed = destination->close();
  REQUIRE_FALSE(closed.ok());
  CHECK(closed.error().what.find("too old") != std::string::npos);
  CHECK(destination->refused() == 1);
  CHECK(collector.records().size() == 1);
}

TEST_CASE("otlp: only the answers that the protocol names are tried again") {
  for (const auto& [code, kind] : std::map<std::string, Outcome::Kind>{{"429", Outcome::Kind::kRetry},
                                                                       {"502", Outcome::Kind::kRetry},
                                                                       {"503", Outcome::Kind::kRetry},
                                                                       {"504", Outcome::Kind::kRetry},
                                                                       {"500", Outcome::Kind::kRejected},
                                                                       {"400", Outcome::Kind::kRejected}}) {
    INFO(code);
    const Collector collector(code);
    CHECK(collector.transport()->send({"{}\n"}).kind == kind);
  }
  check_strangers([](const std::string& port) {
    auto made = make_otlp_transport("http://127.0.0.1:" + port, {}, Settings(Values{{"timeout", "1"}}));
    REQUIRE(made.ok());
    return std::move(*made);
  });
}

}  // namespace recipe
