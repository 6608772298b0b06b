// SPDX-License-Identifier: Apache-2.0
// Addresses and settings of --output as they are typed: what is wrong is said before anything is read, and no secret is shown.
#include <catch2/catch.hpp>

#include "tests/support/run_command.h"

namespace recipe {
namespace {

struct Asked {
  ScratchFolder folder;
  std::string recipe = folder.write("r.recipe", "recipe r { on exec when process.name == perl }\n");

  [[nodiscard]] CommandResult with(const std::string& place, const std::string& settings = {}) const {
    std::vector<std::string> words = {RECIPE_BIN_DIR "/reciped", "replay", "--recipes", recipe, "--output", place};
    if (!settings.empty()) words.insert(words.end(), {"--place-settings", folder.write("settings", settings)});
    words.emplace_back("-");
    return run_command(words);
  }
};

}  // namespace

TEST_CASE("the help names every place and the settings of each client") {
  const std::string help = run_command({RECIPE_BIN_DIR "/reciped", "run", "--help"}).out;
  for (const char* word : {"log:FILE", "syslog:", "journald:", "unix:PATH", "https://", "kafka://", "nats://", "jetstream://",
                           "redis://", "clickhouse:http", "otlp:http", "--place-settings", "maxlen", "credentials"}) {
    INFO(word);
    CHECK(help.find(word) != std::string::npos);
  }
}

TEST_CASE("an address that is not whole is refused with one that is") {
  const Asked asked;
  for (const auto& [place, example] : std::vector<std::pair<std::string, std::string>>{
           {"kafka://localhost:9092", "kafka://localhost:9092/detections"},
           {"kafka:///topic", "kafka://localhost:9092/detections"},
           {"nats://localhost/x", "nats://localhost:4222/detections"},
           {"jetstream://localhost:4222", "jetstream://localhost:4222/detections"},
           {"redis://localhost:6379/", "redis://localhost:6379/detections"},
           {"clickhouse:localhost:8123/a/b", "clickhouse:http://localhost:8123/default/detections"},
           {"clickhouse:http://localhost:8123/a", "clickhouse:http://localhost:8123/default/detections"},
           {"otlp:localhost:4318", "otlp:http://localhost:4318"}}) {
    INFO(place);
    const auto ran = asked.with(place);
    CHECK(ran.code == 3);
    CHECK(ran.err.find(example) != std::string::npos);
  }
  CHECK(asked.with("redis://localhost:redis/x").code == 3);
  CHECK(asked.with("ocsf:clickhouse:http://localhost:8123/a/b").err.find("is made from json, not ocsf") != std::string::npos);
  CHECK(asked.with("sarif:kafka://localhost:9092/a").err.find("takes lines") != std::string::npos);
}

TEST_CASE("a setting that nobody knows is refused by its name, and no value is shown") {
  const Asked asked;
  for (const auto& [place, settings, words] : std::vector<std::tuple<std::string, std::string, std::string>>{
           {"redis://localhost:1/x", "# mine\n\nredis.pasword=hunter22\n", "no setting `pasword`"},
           {"redis://localhost:1/x", "redis.password=hunter22\nredis.maxlen=many", "`maxlen` is a number"},
           {"redis://localhost:1/x", "redis.password=hunter22\nredis.tls=yes", "redis has no TLS here"},
           {"rediss://localhost:1/x", "redis.password=hunter22", "redis has no TLS here"},
           {"nats://localhost:1/x", "nats.tls=hunter22", "`tls` is yes or no"},
           {"kafka://localhost:1/x", "kafka.sasl.pasword=hunter22", "`sasl.pasword` is not taken"},
           {"clickhouse:http://localhost:1/a/b", "clickhouse.timeout=hunter22", "`timeout` is a number from 1 to 600"},
           {"http://localhost:1/", "http.ca=/nowhere/hunter33", "cannot read"},
           {"redis://localhost:1/x", "postgres.password=hunter22", "line 1"},
           {"redis://localhost:1/x", "redis.=hunter22", "line 1"},
           {"redis://localhost:1/x", "redis.password hunter22", "line 1"}}) {
    INFO(settings);
    const auto ran = asked.with(place, settings);
    CHECK(ran.code == 3);
    INFO(ran.err);
    CHECK(ran.err.find(words) != std::string::npos);
    CHECK(ran.err.find("hunter22") == std::string::npos);
  }
}

}  // namespace recipe
