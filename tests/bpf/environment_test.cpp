// SPDX-License-Identifier: Apache-2.0
// What a record holds of an exec's environment: the variables that recipes read, cut where it is long, and nothing else.
#include <algorithm>

#include "tests/bpf/live.h"

using namespace recipe;
using namespace recipe::test;

namespace {

// `true` with this environment, in a filter that reads `names`: what its record holds of env.
struct Environment {
  Live& live;
  std::vector<std::string> names;
  std::vector<Record> records{};

  const Event& of(const std::vector<std::string>& variables) {
    Filter filter = filter_of_names({"true"});
    filter.environment = names;
    live.install(filter);
    in_child([&] {
      std::vector<char*> environment;
      for (const std::string& variable : variables) environment.push_back(const_cast<char*>(variable.c_str()));
      environment.push_back(nullptr);
      char* const argv[] = {const_cast<char*>("true"), nullptr};
      execve("/bin/true", argv, environment.data());
    });
    records = live.records();
    REQUIRE(records.size() == 1);
    return records[0].event;
  }
};

using Strings = std::vector<std::string>;

}  // namespace

TEST_CASE("of the environment a record holds the variables that recipes read, whole, and no others") {
  Live live;
  Environment environment{live, {"LD_PRELOAD", "X", "a_name_of_more_than_one_word_of_eight_bytes"}};
  const Event& event = environment.of({"HOME=/root", "X=1", "XX=2", "LD_PRELOAD=/tmp/x.so", "LD_PRELOAD_=no", "=odd", "noequal",
                                       "a_name_of_more_than_one_word_of_eight_bytes=", "X=again", "SECRET=s"});
  CHECK(strings(event.texts(FieldId::env)) ==
        Strings{"X=1", "LD_PRELOAD=/tmp/x.so", "a_name_of_more_than_one_word_of_eight_bytes=", "X=again"});
  CHECK_FALSE(event.truncated(FieldId::env));
  CHECK(environment.of({}).has(FieldId::env));
  CHECK(environment.of({}).texts(FieldId::env).empty());
  environment.names = {};
  CHECK_FALSE(environment.of({"X=1"}).has(FieldId::env));
  CHECK(live.count(COUNTER_environment_truncated) == 0);
}

TEST_CASE("every place of a full table of names is looked at") {
  Live live;
  Environment environment{live, {}};
  Strings variables;
  for (int i = 100; i < 100 + RECIPE_ENV_NAMES; ++i) {
    environment.names.push_back("NAME_" + std::to_string(i));
    variables.push_back(environment.names.back() + "=" + std::to_string(i));
  }
  environment.names[0] = std::string(RECIPE_ENV_NAME_BYTES, 'L');
  variables[0] = environment.names[0] + "=long";
  std::sort(environment.names.begin(), environment.names.end());
  CHECK(strings(environment.of(variables).texts(FieldId::env)) == variables);
}

TEST_CASE("an environment that is longer than the kernel looks at is cut, and says so") {
  Live live;
  Environment environment{live, {"X"}};
  SECTION("behind what was found") {
    Strings variables(100, "FILL=" + std::string(1000, 'f'));
    variables[3] = "X=1";
    variables[99] = "X=2";
    const Event& event = environment.of(variables);
    CHECK(event.truncated(FieldId::env));
    CHECK(strings(event.texts(FieldId::env)) == Strings{"X=1", ""});
    CHECK(live.count(COUNTER_environment_truncated) == 1);
  }
  SECTION("in very many variables") {
    const Event& event = environment.of(Strings(RECIPE_ENV_VARIABLES + 1, "F="));
    CHECK(event.truncated(FieldId::env));
    CHECK_FALSE(environment.of(Strings(RECIPE_ENV_VARIABLES - 1, "F=")).truncated(FieldId::env));
  }
  SECTION("in the variable that is read") {
    const std::string value = "X=" + std::string(5000, 'x');
    const Event& event = environment.of({value, "X=2"});
    CHECK(event.truncated(FieldId::env));
    REQUIRE(event.texts(FieldId::env).size() == 1);
    CHECK(value.starts_with(event.texts(FieldId::env)[0]));
  }
  SECTION("where there is no room for more") {
    const Strings variables = {"X=" + std::string(3000, 'x'), "X=" + std::string(3000, 'y')};
    const Event& event = environment.of(variables);
    CHECK(event.truncated(FieldId::env));
    REQUIRE(event.texts(FieldId::env).size() == 2);
    CHECK(event.texts(FieldId::env)[0] == variables[0]);
    CHECK(event.texts(FieldId::env)[1].size() == RECIPE_ENV_KEPT_BYTES - variables[0].size() - 1);
  }
}

TEST_CASE("a long variable that nobody reads hides none behind it") {
  Live live;
  Environment environment{live, {"X"}};
  for (const size_t bytes : {4094, 4095, 4096, 4097, 8190, 8191, 8192, 20000}) {
    INFO(bytes);
    const Event& event = environment.of({std::string(bytes, 'X'), "X=1", "F=" + std::string(bytes - 2, 'f'), "X=2"});
    if (bytes == 20000) {
      CHECK(event.truncated(FieldId::env));
    } else {
      CHECK(strings(event.texts(FieldId::env)) == Strings{"X=1", "X=2"});
      CHECK_FALSE(event.truncated(FieldId::env));
    }
  }
}
