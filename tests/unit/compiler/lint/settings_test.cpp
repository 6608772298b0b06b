// SPDX-License-Identifier: Apache-2.0
// recipes.toml: what it sets, and what is said of one that is wrong: the file, the line, the name that was meant.
#include "compiler/lint/settings.h"

#include <catch2/catch.hpp>
#include <fstream>

#include "compiler/lint/lint.h"

namespace recipe {
namespace {

using Catch::Matchers::Contains;

std::string fault(const std::string& text) {
  const Result<LintSettings> read = read_settings(text, "recipes.toml");
  REQUIRE_FALSE(read.ok());
  return read.error().message();
}

Diagnostics lint(const std::string& toml, const std::string& text) {
  const Result<LintSettings> settings = read_settings(toml, "recipes.toml");
  REQUIRE(settings.ok());
  Compilation compilation;
  compile_text(compilation, "sample.recipe", text, {});
  REQUIRE(compilation.ok);
  return run_lints(
      compilation, [](const std::string&) { return true; },
      [&](const std::string&) -> const LintSettings& { return *settings; });
}

const Diagnostic* find(const Diagnostics& found, Code code) {
  for (const Diagnostic& each : found.all()) {
    if (each.code == code) return &each;
  }
  return nullptr;
}

const std::string kSample = "recipe sample {\n  on exec when process.name == perl\n}\n";

}  // namespace

TEST_CASE("a level turns a lint off, or its findings into errors") {
  CHECK(find(lint("", kSample), Code::kMissingTest)->severity == Severity::kWarning);
  CHECK(find(lint("[lints]\nmissing_test = \"allow\"\n", kSample), Code::kMissingTest) == nullptr);
  const Diagnostics found = lint("[lints]\nmissing_test = \"error\"\nL0108 = \"warn\"\n", kSample);
  CHECK(find(found, Code::kMissingTest)->severity == Severity::kError);
  CHECK(found.errors() == 1);
  CHECK(find(found, Code::kMissingDocumentation)->severity == Severity::kWarning);
}

TEST_CASE("required metadata and patterns of names are asked of every recipe") {
  const Diagnostics found = lint("[metadata]\nrequired = [\"author\", \"doc.quick\", \"throttle\"]\n", kSample);
  REQUIRE(find(found, Code::kRequiredMetadata) != nullptr);
  CHECK(find(found, Code::kRequiredMetadata)->message == "`sample` lacks `author`, `doc.quick`, `throttle`");
  CHECK(find(lint("[names]\nrecipe = \"^acme_\"\n", kSample), Code::kNamePattern) != nullptr);
  CHECK(find(lint("[names]\nrecipe = \"\"\n", "recipe Sample { on exec when process.name == perl }\n"), Code::kNamePattern) ==
        nullptr);
  CHECK(find(lint("[names]\nlist = \"^l_\"\n", "list names = [perl, ruby]\n" + kSample), Code::kNamePattern) != nullptr);
}

TEST_CASE("a wrong file is refused with its line and the name that was meant") {
  CHECK_THAT(fault("[lints]\n\nmising_test = \"warn\"\n"),
             Contains("recipes.toml:3: ") && Contains("did you mean `missing_test`?"));
  CHECK_THAT(fault("[lints]\nmissing_test = \"fatal\"\n"),
             Contains("recipes.toml:2: ") && Contains("\"allow\", \"warn\" or \"error\""));
  CHECK_THAT(fault("[lints]\nmissing_test = 3\n"), Contains("\"allow\", \"warn\" or \"error\""));
  CHECK_THAT(fault("[lint]\n"), Contains("did you mean `lints`?"));
  CHECK_THAT(fault("lints = 3\n"), Contains("write `[lints]`"));
  CHECK_THAT(fault("[lints]\nE0101 = \"warn\"\n"), Contains("there is no lint `E0101`"));
  CHECK_THAT(fault("[metadata]\nrequired = \"author\"\n"), Contains("is a list of names"));
  CHECK_THAT(fault("[metadata]\nrequired = [\"autor\"]\n"), Contains("did you mean `author`?"));
  CHECK_THAT(fault("[metadata]\nrequired = [3]\n"), Contains("has no metadata"));
  CHECK_THAT(fault("[metadata]\nrequire = []\n"), Contains("there is `required`"));
  CHECK_THAT(fault("[names]\nrecipe = \"(\"\n"), Contains("recipes.toml:2: ") && Contains("no RE2 pattern"));
  CHECK_THAT(fault("[names]\nrule = \"a\"\n"), Contains("there is recipe, list and macro"));
  CHECK_THAT(fault("[lints\n"), Contains("recipes.toml:"));
  CHECK_THAT(fault(std::string("a = \"\0\xff\n", 8)), Contains("recipes.toml:1"));
  CHECK_THAT(fault(std::string(100000, '[')), Contains("recipes.toml:1"));
}

TEST_CASE("every prefix and every small change of a good file is read or refused, never more") {
  const std::string good = "[lints]\nmissing_test = \"error\"\n[metadata]\nrequired = [\"author\"]\n[names]\nrecipe = \"^a\"\n";
  REQUIRE(read_settings(good, "recipes.toml").ok());
  size_t refused = 0;
  for (size_t at = 0; at < good.size(); ++at) {
    refused += read_settings(good.substr(0, at), "recipes.toml").ok() ? 0 : 1;
    for (const char c : {'\0', '"', '[', '=', '\n', '\xff', 'x'}) {
      std::string changed = good;
      changed[at] = c;
      refused += read_settings(changed, "recipes.toml").ok() ? 0 : 1;
    }
  }
  CHECK(refused > good.size());
}

TEST_CASE("the nearest recipes.toml above a file counts") {
  namespace fs = std::filesystem;
  const fs::path root = fs::temp_directory_path() / "recipe_settings_test";
  fs::remove_all(root);
  fs::create_directories(root / "a/b");
  fs::create_directories(root / "c");
  std::ofstream(root / "recipes.toml") << "[lints]\nmissing_test = \"allow\"\n";
  std::ofstream(root / "a/recipes.toml") << "[lints]\nmissing_test = \"error\"\n";
  SettingsFinder finder;
  CHECK((*finder.of(root / "a/b/x.recipe"))->level(Code::kMissingTest) == LintLevel::kError);
  CHECK((*finder.of(root / "c/x.recipe"))->level(Code::kMissingTest) == LintLevel::kAllow);
  CHECK((*finder.of("/x.recipe"))->level(Code::kMissingTest) == LintLevel::kWarn);
  std::ofstream(root / "c/recipes.toml") << "wrong";
  SettingsFinder another;
  CHECK_FALSE(another.of(root / "c/x.recipe").ok());
  fs::remove_all(root);
}

}  // namespace recipe
