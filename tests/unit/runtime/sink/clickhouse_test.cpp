// SPDX-License-Identifier: Apache-2.0
// A table of a real clickhouse-server, made from the schema of detections.
#include <catch2/catch.hpp>
#include <csignal>
#include <nlohmann/json.hpp>
#include <sstream>
#include <thread>

#include "runtime/report/report.h"
#include "runtime/sink/http_client.h"
#include "tests/support/certificates.h"
#include "tests/support/server.h"

namespace recipe {
namespace {

struct Clickhouse {
  ScratchFolder folder;
  std::string program = program_or_skip({"/usr/sbin/clickhouse-server", "/usr/bin/clickhouse-server"}, "clickhouse-server");
  std::string port = free_port(), secure_port = free_port(), config;
  Certificates certificates;
  std::string certificate = certificates.make("clickhouse", "DNS:localhost");
  std::unique_ptr<Running> running;

  Clickhouse() {
    const std::string users = folder.write("users.xml",
                                           "<yandex><profiles><default/></profiles><quotas><default/></quotas><users><default>"
                                           "<password>secret</password><networks><ip>127.0.0.1</ip></networks>"
                                           "<profile>default</profile><quota>default</quota></default></users></yandex>");
    config =
        folder.write("config.xml",
                     "<yandex><logger><level>warning</level><console>1</console></logger><listen_host>127.0.0.1</listen_host>"
                     "<http_port>" +
                         port + "</http_port><https_port>" + secure_port + "</https_port><openSSL><server><certificateFile>" +
                         certificate + "</certificateFile><privateKeyFile>" + certificates.key("clickhouse") +
                         "</privateKeyFile><verificationMode>none</verificationMode></server></openSSL><tcp_port>" +
                         free_port() + "</tcp_port><path>" + folder.path("data/") + "</path><tmp_path>" + folder.path("tmp/") +
                         "</tmp_path><users_config>" + users +
                         "</users_config><default_profile>default</default_profile><default_database>default</default_database>"
                         "<mark_cache_size>5000000</mark_cache_size></yandex>");
    start();
  }
  void start() {
    running.reset();
    running = std::make_unique<Running>(std::vector<std::string>{program, "--config-file=" + config});
    wait_until_it_listens(port);
  }
  [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + port + "/"; }
  [[nodiscard]] std::unique_ptr<Transport> transport(const std::string& password = "secret") const {
    auto made = make_clickhouse_transport(url(), "default", "detections", detection_schema(),
                                          Settings(Values{{"user", "default"}, {"password", password}, {"timeout", "30"}}));
    REQUIRE(made.ok());
    return std::move(*made);
  }
  [[nodiscard]] std::vector<std::string> ask(const std::string& query) const {
    Settings settings;
    auto client = make_http_client(url(), {"X-ClickHouse-User: default", "X-ClickHouse-Key: secret"}, settings);
    REQUIRE(client.ok());
    const HttpAnswer answer = (*client)->post({}, query);
    INFO(answer.body << answer.trouble);
    REQUIRE(answer.ok());
    std::vector<std::string> lines;
    std::istringstream text(answer.body);
    for (std::string line; std::getline(text, line);) lines.push_back(line);
    return lines;
  }
  // By pages: an answer is read up to a bound.
  [[nodiscard]] std::vector<std::string> all_lines() const {
    constexpr size_t kPage = 20;
    std::vector<std::string> lines, page(kPage);
    while (page.size() == kPage) {
      page = ask("SELECT line FROM detections ORDER BY time, id LIMIT " + std::to_string(lines.size()) + ", " +
                 std::to_string(kPage) + " FORMAT TabSeparatedRaw");
      lines.insert(lines.end(), page.begin(), page.end());
    }
    return lines;
  }
  [[nodiscard]] Server server() {
    Server all;
    all.start = [this] { start(); };
    all.stop = [this] { running->stop(SIGKILL); };
    all.transport = [this] { return transport(); };
    all.lines = [this](size_t at_least) {
      std::vector<std::string> lines;
      for (int i = 0; i < 600; ++i) {
        if (ask("EXISTS TABLE detections").at(0) == "1") lines = all_lines();
        if (lines.size() >= at_least) break;
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
      }
      return lines;
    };
    return all;
  }
};

}  // namespace

TEST_CASE("clickhouse: the table is made from the schema, and its columns hold the parts of a detection") {
  Clickhouse clickhouse;
  check_round_trip(clickhouse.server());
  const auto rows = clickhouse.ask("SELECT * FROM detections WHERE sequence = 2 FORMAT JSONEachRow");
  REQUIRE(rows.size() == 1);
  const auto row = nlohmann::json::parse(rows[0]);
  const Detection detection = server_detection(1);
  CHECK(row["kind"] == "detection");
  CHECK(row["time"] == "2026-11-23 10:00:01");
  CHECK(row["nanoseconds"] == 7);
  CHECK(row["message"] == detection.message);
  CHECK(row["importance"] == "low");
  CHECK(row["tags"] == nlohmann::json{"cicd", "two words"});
  CHECK(row["event_argv"][2] == "print \"a\tb\x01\n\";");
  CHECK(row["process_pid"] == "42");
  CHECK(row["process_exe"] == "/usr/bin/perl");
  CHECK(row["process_parent_name"] == "sh");
  CHECK(row["host_name"] == "box");
  CHECK(nlohmann::json::parse(row["process_ancestors"].get<std::string>())[0]["name"] == "sh");
  const auto coverage = clickhouse.ask("SELECT coverage_verdict, coverage_mode FROM detections WHERE kind = 'coverage'");
  CHECK(coverage == std::vector<std::string>{"complete\tmachine"});
}

TEST_CASE("clickhouse: over https only a server of an authority that we were told of, under its own name, gets something") {
  Clickhouse clickhouse;
  const auto sent = [&](const std::string& host, Values settings) {
    settings.insert({{"user", "default"}, {"password", "secret"}, {"timeout", "30"}});
    auto made = make_clickhouse_transport("https://" + host + ":" + clickhouse.secure_port + "/", "default", "detections",
                                          detection_schema(), Settings(settings));
    REQUIRE(made.ok());
    const Outcome outcome = (*made)->send({to_json(server_detection(1)) + "\n"});
    UNSCOPED_INFO(outcome.error.what);
    CHECK(outcome.error.what.find("secret") == std::string::npos);
    return outcome.kind;
  };
  CHECK(sent("localhost", {}) == Outcome::Kind::kRetry);
  CHECK(sent("127.0.0.1", {{"ca", clickhouse.certificate}}) == Outcome::Kind::kRetry);
  CHECK(clickhouse.ask("EXISTS TABLE detections") == std::vector<std::string>{"0"});
  CHECK(sent("localhost", {{"ca", clickhouse.certificate}}) == Outcome::Kind::kDelivered);
  CHECK(clickhouse.ask("SELECT count() FROM detections") == std::vector<std::string>{"1"});
}

TEST_CASE("clickhouse: a wrong password, another user and none at all are tried again, and nothing is written") {
  Clickhouse clickhouse;
  for (const Values& login :
       {Values{{"user", "default"}, {"password", "other"}}, Values{{"user", "nobody"}, {"password", "secret"}}, Values{}}) {
    auto made = make_clickhouse_transport(clickhouse.url(), "default", "detections", detection_schema(), Settings(login));
    REQUIRE(made.ok());
    const Outcome outcome = (*made)->send({to_json(server_detection(1)) + "\n"});
    CHECK(outcome.kind == Outcome::Kind::kRetry);
    CHECK(outcome.error.what.find("secret") == std::string::npos);
  }
  CHECK(clickhouse.ask("EXISTS TABLE detections") == std::vector<std::string>{"0"});
}

TEST_CASE("clickhouse: a server that dies and comes back misses nothing, and FINAL shows nothing twice") {
  Clickhouse clickhouse;
  const ScratchFolder folder;
  check_death(clickhouse.server(), folder);
  const auto counts = clickhouse.ask("SELECT count(), uniqExact(id) FROM detections FINAL WHERE kind = 'detection'");
  CHECK(counts == std::vector<std::string>{"420\t420"});
}

TEST_CASE("clickhouse: what is sent twice is one row once parts have merged") {
  Clickhouse clickhouse;
  const auto transport = clickhouse.transport();
  const std::string line = to_json(server_detection(3)) + "\n";
  for (int i = 0; i < 3; ++i) REQUIRE(transport->send({line}).kind == Outcome::Kind::kDelivered);
  (void)clickhouse.ask("OPTIMIZE TABLE detections FINAL");
  CHECK(clickhouse.ask("SELECT count() FROM detections") == std::vector<std::string>{"1"});
}

TEST_CASE("clickhouse: an older table gets what the schema gained, and a dropped one is made again") {
  Clickhouse clickhouse;
  (void)clickhouse.ask(
      "CREATE TABLE detections (time DateTime('UTC'), id String, line String) ENGINE = ReplacingMergeTree() PARTITION BY "
      "toYYYYMM(time) ORDER BY (time, id)");
  const auto transport = clickhouse.transport();
  const std::string line = to_json(server_detection(0)) + "\n";
  REQUIRE(transport->send({line}).kind == Outcome::Kind::kDelivered);
  CHECK(clickhouse.ask("SELECT process_parent_name FROM detections") == std::vector<std::string>{"sh"});
  (void)clickhouse.ask("DROP TABLE detections");
  CHECK(transport->send({line}).kind == Outcome::Kind::kRetry);
  CHECK(transport->send({line}).kind == Outcome::Kind::kDelivered);
  CHECK(clickhouse.ask("SELECT count() FROM detections") == std::vector<std::string>{"1"});
}

TEST_CASE("clickhouse: a wrong password waits, and is not shown") {
  Clickhouse clickhouse;
  const Outcome outcome = clickhouse.transport("guess")->send({to_json(server_detection(0))});
  CHECK(outcome.kind == Outcome::Kind::kRetry);
  CHECK(outcome.error.what.find("401") != std::string::npos);
  CHECK(outcome.error.what.find("guess") == std::string::npos);
}

TEST_CASE("clickhouse: what is no ClickHouse took nothing, and names that are no identifiers are refused") {
  check_strangers([](const std::string& port) {
    auto made = make_clickhouse_transport("http://127.0.0.1:" + port + "/", "default", "d", detection_schema(),
                                          Settings(Values{{"timeout", "1"}}));
    REQUIRE(made.ok());
    return std::move(*made);
  });
  for (const char* name : {"", "a b", "a`", "1a", "a.b", "a'"}) {
    CHECK_FALSE(make_clickhouse_transport("http://127.0.0.1:1/", "default", name, detection_schema()).ok());
  }
}

}  // namespace recipe
