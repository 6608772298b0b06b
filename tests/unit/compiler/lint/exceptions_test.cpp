// SPDX-License-Identifier: Apache-2.0
// Findings about exceptions that several recipes have: said once where that is all there is to say, else with the recipe.
#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>

#include "compiler/lint/lint.h"
#include "tests/support/run_command.h"

namespace recipe {
namespace {

struct Finding {
  std::string words;  // of the source that it points at
  std::string message;
};

std::vector<Finding> findings(Code code, const std::string& text) {
  Compilation compilation;
  compile_text(compilation, "sample.recipe", text, {});
  INFO(text);
  for (const Diagnostic& each : compilation.diagnostics.all()) UNSCOPED_INFO(each.message);
  REQUIRE(compilation.ok);
  const Diagnostics found = run_lints(compilation, [](const std::string&) { return true; });
  std::vector<Finding> out;
  for (const Diagnostic& each : found.all()) {
    if (each.code == code) out.push_back({std::string(compilation.sources.text(each.primary.span)), each.message});
  }
  return out;
}

// A recipe about a program, with the shared exception.
std::string user(const std::string& name, const std::string& tests = "") {
  return "recipe of_" + name + " {\n  on exec when process.name == " + name + " and argv contains \"-e\"\n  except ours\n" +
         tests + "}\n";
}

std::string shared(const std::string& condition) {
  return "exception ours when " + condition + "\n";
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("what is wrong with a shared exception itself is said once, at its condition") {
  const std::string users = user("perl") + user("ruby") + user("node");
  CHECK(findings(Code::kWideException, shared("process.parent.name == make") + users).size() == 1);
  const auto changeable = findings(Code::kChangeableName, shared("process.parent.comm == ci and process.uid == 7") + users);
  REQUIRE(changeable.size() == 1);
  CHECK(changeable[0].words == "process.parent.comm == ci");
  CHECK(findings(Code::kExpiredException, "exception ours until 2020-01-01 when process.uid == 7\n" + users).size() == 1);
}

TEST_CASE("a shared exception that no recipe meets is unused where it is declared, else where a recipe names it") {
  const std::string users = user("perl") + user("ruby");
  const auto all = findings(Code::kUnusedException, shared("process.name == node and process.uid == 7") + users);
  REQUIRE(all.size() == 1);
  CHECK(has(all[0].words, "exception ours"));
  CHECK(has(all[0].message, "in each of 2 recipes"));
  const auto some = findings(Code::kUnusedException, shared("process.name == perl and process.uid == 7") + users);
  REQUIRE(some.size() == 1);
  CHECK(some[0].words == "except ours");
  CHECK(has(some[0].message, "in `of_ruby`"));
  CHECK(findings(Code::kUnusedException, shared("process.uid == 7") + users).empty());
}

TEST_CASE("a shared exception is untested where it is declared, else where a recipe with other tests names it") {
  const auto quiet = [](const std::string& name, const std::string& more) {
    return "  test \"quiet\" nothing exec { process.name: " + name + ", argv: [" + name + ", \"-e\"]" + more + " }\n";
  };
  const std::string ours = shared("process.uid == 7");
  const Code code = Code::kUntestedException;
  const auto none = findings(code, ours + user("perl", quiet("perl", "")) + user("ruby", quiet("ruby", "")));
  REQUIRE(none.size() == 1);
  CHECK(has(none[0].words, "exception ours"));
  const auto some = findings(code, ours + user("perl", quiet("perl", "")) + user("ruby", quiet("ruby", ", process.uid: 7")));
  REQUIRE(some.size() == 1);
  CHECK(some[0].words == "except ours");
  CHECK(has(some[0].message, "in `of_perl`"));
  // A recipe without any such test is missing_test's, and says nothing of the exception.
  CHECK(findings(code, ours + user("perl", quiet("perl", ", process.uid: 7")) + user("ruby")).empty());
  CHECK(findings(code, ours + user("perl", quiet("perl", "")) + user("ruby")).size() == 1);
}

TEST_CASE("a file that alone uses another file's exception is told where it names it") {
  const ScratchFolder folder;
  folder.write("shared.recipe", shared("process.name == node and process.uid == 7"));
  const std::string one = folder.write("one.recipe", "import \"shared.recipe\"\n" + user("perl"));
  const std::string two = folder.write("two.recipe", "import \"shared.recipe\"\n" + user("ruby"));
  const auto places = [&](const std::vector<std::filesystem::path>& files) {
    Compilation compilation;
    compile(compilation, files, {});
    REQUIRE(compilation.ok);
    const Diagnostics found = run_lints(compilation, [](const std::string&) { return true; });
    std::vector<std::string> paths;
    for (const Diagnostic& each : found.all()) {
      if (each.code == Code::kUnusedException)
        paths.push_back(std::filesystem::path(compilation.sources[each.primary.span.source].path).filename());
    }
    return paths;
  };
  CHECK(places({one}) == std::vector<std::string>{"one.recipe"});
  CHECK(places({one, two}) == std::vector<std::string>{"shared.recipe"});
}

TEST_CASE("an exception of a tune is of each recipe that the tune chooses") {
  const auto plain = [](const std::string& name) {
    return "recipe of_" + name + " {\n  on exec when process.name == " + name + "\n}\n";
  };
  const std::string recipes = plain("perl") + plain("ruby");
  const auto tune = [](const std::string& condition) {
    return "tune of_perl, of_ruby {\n  except \"ours\" when " + condition + "\n}\n";
  };
  CHECK(findings(Code::kWideException, recipes + tune("process.parent.name == make")).size() == 1);
  CHECK(findings(Code::kUnusedException, recipes + tune("process.name == node and process.uid == 7")).size() == 1);
  const auto some = findings(Code::kUnusedException, recipes + tune("process.name == perl and process.uid == 7"));
  REQUIRE(some.size() == 1);
  CHECK(has(some[0].message, "in `of_ruby`"));
  // A shared one that a tune names.
  const auto named = findings(Code::kUnusedException, shared("process.name == perl and process.uid == 7") + recipes +
                                                          "tune of_perl, of_ruby {\n  except ours\n}\n");
  REQUIRE(named.size() == 1);
  CHECK(named[0].words == "except ours");
}

TEST_CASE("an allow at the use silences the use, one at the declaration what is said there") {
  const std::string perl = "process.name == perl and process.uid == 7";
  const std::string ruby =
      "recipe of_ruby {\n  on exec when process.name == ruby\n  # allow(unused_exception): to come\n  except ours\n}\n";
  CHECK(findings(Code::kUnusedException, shared(perl) + user("perl") + ruby).empty());
  CHECK(findings(Code::kUnusedException,
                 "# allow(unused_exception): to come\n" + shared("process.name == node") + user("perl") + user("ruby"))
            .empty());
}

}  // namespace recipe
