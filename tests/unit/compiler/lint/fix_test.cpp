// SPDX-License-Identifier: Apache-2.0
// What --fix does to the bad example of every page that has one: the text still compiles, the finding is gone, a second round
// changes nothing, comments stay, and the conditions say the same of every event.
#include "compiler/lint/fix.h"

#include <algorithm>
#include <catch2/catch.hpp>

#include "compiler/diagnostic/render.h"
#include "compiler/lint/lint.h"
#include "compiler/prove/prove.h"

namespace recipe {
namespace {

void compile(Compilation& compilation, const std::string& text) {
  CompileOptions options;
  options.roots = {RECIPE_SOURCE_DIR "/rules"};
  compile_text(compilation, "sample.recipe", text, options);
  INFO(text);
  for (const Diagnostic& each : compilation.diagnostics.all()) UNSCOPED_INFO(each.message);
  REQUIRE(compilation.ok);
}

Diagnostics lint(const Compilation& compilation) {
  return run_lints(compilation, [](const std::string& path) { return path == "sample.recipe"; });
}

// All rounds of the fixes of one lint, or of all.
std::string fixed(std::string text, std::optional<Code> only = std::nullopt) {
  for (int round = 0; round < kMostFixRounds; ++round) {
    Compilation compilation;
    compile(compilation, text);
    std::vector<Fix> fixes, made;
    const Diagnostics findings = lint(compilation);
    for (const Diagnostic& finding : findings.all()) {
      if (!only || finding.code == *only) fixes.insert(fixes.end(), finding.fixes.begin(), finding.fixes.end());
    }
    if (fixes.empty()) return text;
    text = apply_fixes(text, fixes, made);
  }
  FAIL("the fixes do not come to an end");
  return text;
}

bool has(const Compilation& compilation, Code code) {
  const Diagnostics found = lint(compilation);
  return std::any_of(found.all().begin(), found.all().end(), [&](const Diagnostic& each) { return each.code == code; });
}

std::string bad_example(std::string_view page) {
  const size_t begin = page.find("```recipe fails\n") + 16;
  return std::string(page.substr(begin, page.find("```", begin) - begin));
}

void check_same_truth(const Compilation& before, const Compilation& after) {
  REQUIRE(before.simplified.size() == after.simplified.size());
  for (size_t i = 0; i < before.simplified.size(); ++i) {
    const prove::Condition one{&before.simplified[i], &before.clauses[i]}, two{&after.simplified[i], &after.clauses[i]};
    CHECK(prove::implies(one, two));
    CHECK(prove::implies(two, one));
  }
}

std::string condition(const std::string& text) {
  return "recipe sample {\n  on exec when " + text + "\n}\n";
}

std::string fixed_condition(const std::string& text) {
  const std::string whole = fixed(condition(text));
  return whole.substr(std::string("recipe sample {\n  on exec when ").size(),
                      whole.size() - std::string("recipe sample {\n  on exec when \n}\n").size());
}

}  // namespace

TEST_CASE("the fixes of every page's bad example mend it and keep what it matches") {
  size_t with_fix = 0;
  for (const Code code : all_codes()) {
    if (info(code).severity == Severity::kError || find_page(code).find("```toml") != std::string_view::npos) continue;
    INFO(info(code).title);
    const std::string text = bad_example(find_page(code));
    Compilation before;
    compile(before, text);
    const std::string mended = fixed(text, code);
    if (mended == text) continue;
    ++with_fix;
    Compilation after;
    compile(after, mended);
    CHECK_FALSE(has(after, code));
    CHECK(fixed(mended, code) == mended);
    // Of two regexes that are written differently nothing is proved: a text tells.
    if (code != Code::kNeedlessRegexEnds) check_same_truth(before, after);
  }
  CHECK(with_fix >= 11);
}

TEST_CASE("a fix writes what an author would") {
  CHECK(fixed_condition("process.name in [perl]") == "process.name == perl");
  CHECK(fixed_condition("process.name not in [perl]") == "process.name != perl");
  CHECK(fixed_condition("process.name in [python3.11]") == "process.name == \"python3.11\"");
  CHECK(fixed_condition("process.script in [process.exe]") == "process.script == process.exe");
  CHECK(fixed_condition("process.name matches r\"\\{x\\}\"") == "process.name contains \"\\x7bx}\"");
  CHECK(fixed_condition("process.name in nocase [\"Perl\"]") == "process.name == nocase \"Perl\"");
  CHECK(fixed_condition("not process.name not in [a, b]") == "process.name in [a, b]");
  CHECK(fixed_condition("not (not (process.name == a or process.uid == 0))") == "(process.name == a or process.uid == 0)");
  CHECK(fixed_condition("process.name == a and not (process.uid != 0)") == "process.name == a and process.uid == 0");
  CHECK(fixed_condition("process.name matches r\"^a\\.out$\"") == "process.name == \"a.out\"");
  CHECK(fixed_condition("not process.name matches r\"^a\"") == "not process.name startswith \"a\"");
  CHECK(fixed_condition("process.name not matches \"^a$\"") == "process.name != \"a\"");
  CHECK(fixed_condition("process.name in [a, b, a, c, b]") == "process.name in [a, b, c]");
  CHECK(fixed_condition("process.name == a and (process.uid == 0) and process.name == a") ==
        "process.name == a and (process.uid == 0)");
  CHECK(fixed_condition("process.name == a and process.cmdline contains nocase \"1\"") ==
        "process.name == a and process.cmdline contains \"1\"");
}

TEST_CASE("a pattern without its needless ends finds the same texts") {
  const std::string head = "process.name matches r\"";
  for (const std::string with : {".*a+", "a+.*", ".*a+|b", "a+|b.*", ".*(a|^b)", "a+\\\\.*", "a\\.*"}) {
    const std::string whole = fixed_condition(head + with + "\"");
    INFO(whole);
    REQUIRE(whole.starts_with(head));
    const std::string without = whole.substr(head.size(), whole.size() - head.size() - 1);
    CHECK((without == with) == (with == "a\\.*"));
    const Result<Regex> one = Regex::compile(with, false), two = Regex::compile(without, false);
    REQUIRE((one.ok() && two.ok()));
    for (const char* text : {"", "a", "b", "xa", "ax", "xb", "x\na", "a\nx", "\na\n", "\xff", "a\\", "a."})
      CHECK(one->found_in(text) == two->found_in(text));
  }
  // In a string of the other kind the backslash of the source is not the pattern's.
  const std::string escaped = "process.name matches \"a\\\\.*\"";
  CHECK(fixed_condition(escaped) == escaped);
}

TEST_CASE("a fix does not touch what a comment stands in") {
  const std::string kept[] = {
      "process.name in [\n    # the one\n    perl\n  ]",
      "process.name in [\n    perl,\n    ruby,  # again\n    perl\n  ]",
      "process.name == a\n    # and once more\n    and process.uid == 0\n    # yes\n    and process.name == a",
  };
  for (const std::string& text : kept) CHECK(fixed_condition(text) == text);
  const std::string beside = "process.name in [perl]  # only perl";
  CHECK(fixed_condition(beside) == "process.name == perl  # only perl");
}

TEST_CASE("an import that is not needed leaves with its line") {
  const std::string text = "# head\nimport \"lib/shells.recipe\"\n\n" + condition("process.name == perl");
  CHECK(fixed(text) == "# head\n\n" + condition("process.name == perl"));
}

TEST_CASE("of two fixes that overlap the outer is made and the inner waits") {
  std::vector<Fix> made;
  const SourceId source{0};
  CHECK(apply_fixes("abcdef", {{{source, 2, 3}, "X", ""}, {{source, 1, 4}, "Y", ""}, {{source, 4, 4}, "Z", ""}}, made) ==
        "aYZef");
  CHECK(made.size() == 2);
}

}  // namespace recipe
