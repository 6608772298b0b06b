// SPDX-License-Identifier: Apache-2.0
// Maps and their keys: where `env["NAME"]` stands, what a key is, how many there may be.
#include <catch2/catch.hpp>

#include "tests/support/checked.h"

namespace recipe {

using namespace recipe::test;

TEST_CASE("a variable of the environment is named in brackets by a string, and `env` stands nowhere else") {
  CHECK(codes_of_condition("env[\"X\"] startswith \"/tmp\" and exists env[\"Y\"] and env[\"Z\"] in [a, b]").empty());
  CHECK(codes_of_condition("env[\"X\"] under \"/tmp\" or env[\"X\"] not like nocase \"/TMP/**\"").empty());
  CHECK(codes_of_condition("exists env") == Codes{"E0129"});
  CHECK(codes_of_condition("env contains \"x\"") == Codes{"E0129"});
  CHECK(codes_of_condition("env") == Codes{"E0129"});
  CHECK(codes_of_condition("any env startswith \"X=\"") == Codes{"E0129"});
  CHECK(codes_of_condition("env[X] == \"1\"") == Codes{"E0130"});
  CHECK(codes_of_condition("env[1] == \"1\"") == Codes{"E0130"});
  CHECK(codes_of_condition("env[\"A=B\"] == \"1\"") == Codes{"E0130"});
  CHECK(codes_of_condition("env[\"\"] == \"1\"") == Codes{"E0130"});
  CHECK(codes_of_condition("exists env[\"" + std::string(64, 'A') + "\"]") == Codes{"E0130"});
  CHECK(codes_of_condition("exists env[\"" + std::string(63, 'A') + "\"]").empty());
  CHECK(codes_of_condition("process.name[\"x\"] == \"1\"") == Codes{"E0130"});
  CHECK(codes_of_condition("env[\"X\"] < 5") == Codes{"E0111"});
  CHECK(codes_of_condition("any x in env: x == a") == Codes{"E0121"});
  CHECK(codes_of_condition("process.name == env or process.name in [env, sudo]").empty());  // the program of that name
  CHECK(Checked("recipe r { on exec when true message \"{env}\" }").codes() == Codes{"E0205"});
  CHECK(Checked("recipe r { on exec when true throttle 1 per 1m by env }").codes() == Codes{"E0207"});
  CHECK(Checked("recipe r { on open when exists env[\"X\"] }").codes() == Codes{"E0122"});
  CHECK(Checked("macro m(name) = env[name] == \"1\"\nrecipe r { on exec when m(\"X\") }").codes().empty());
}

TEST_CASE("the variables that recipes read have a bound over the whole set, and disabled recipes do not count") {
  const auto recipes = [](size_t count, const std::string& more) {
    std::string text;
    for (size_t i = 0; i < count; ++i) {
      text += "recipe r" + std::to_string(i) + " { " + (i == 0 ? more : "") + " on exec when exists env[\"V" +
              std::to_string(i) + "\"] or exists env[\"SAME\"] }\n";
    }
    return text;
  };
  CHECK(Checked(recipes(63, "")).codes().empty());
  CHECK(Checked(recipes(64, "")).codes() == Codes{"E0131"});
  CHECK(Checked(recipes(64, "enabled false")).codes().empty());
}

TEST_CASE("a test's environment is a record of strings") {
  const auto codes_of = [](const std::string& env) {
    return Checked("recipe r { on exec when true test \"t\" match exec { env: " + env + " } }").codes();
  };
  CHECK(codes_of("{ X: \"1\", \"Y\": z }").empty());
  CHECK(codes_of("{}").empty());
  CHECK(codes_of("[\"X=1\"]") == Codes{"E0304"});
  CHECK(codes_of("{ \"A=B\": x }") == Codes{"E0304"});
  CHECK(codes_of("{ X: 1 }") == Codes{"E0112"});
}

}  // namespace recipe
