// SPDX-License-Identifier: Apache-2.0
// Each lint with a hit and with look-alikes that it must leave alone; what silences it; the examples on its page.
#include "compiler/lint/lint.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <fstream>
#include <sstream>

namespace recipe {
namespace {

const auto everything = [](const std::string&) { return true; };

Diagnostics lint(const std::string& text, const std::string& path = "sample.recipe") {
  Compilation compilation;
  CompileOptions options;
  options.roots = {RECIPE_SOURCE_DIR "/rules"};
  compile_text(compilation, path, text, options);
  INFO(text);
  for (const Diagnostic& each : compilation.diagnostics.all()) UNSCOPED_INFO(each.message);
  REQUIRE(compilation.ok);
  return run_lints(compilation, [&](const std::string& given) { return given == path; });
}

size_t count(const Diagnostics& found, Code code) {
  return static_cast<size_t>(
      std::count_if(found.all().begin(), found.all().end(), [&](const Diagnostic& each) { return each.code == code; }));
}

size_t hits(Code code, const std::string& text) {
  return count(lint(text), code);
}

std::string when(const std::string& condition, const std::string& more = "") {
  return "recipe sample {\n  on exec when " + condition + "\n" + more + "}\n";
}

// The n-th ```recipe block of a page.
std::string example(const std::string& page, size_t n) {
  size_t at = 0;
  for (size_t i = 0; i <= n; ++i) {
    at = page.find("```recipe", at);
    if (at == std::string::npos) return {};
    at = page.find('\n', at) + 1;
  }
  return page.substr(at, page.find("```", at) - at);
}

}  // namespace

TEST_CASE("no_kernel_filter names each clause without a program") {
  const Code code = Code::kNoKernelFilter;
  CHECK(hits(code, when("argv contains \"--insecure\"")) == 1);
  CHECK(hits(code, when("process.uid == 0 or process.name == perl")) == 1);
  CHECK(hits(code, when("process.name != perl")) == 1);
  CHECK(hits(code, when("process.name == perl and argv contains \"-e\"")) == 0);
  CHECK(hits(code, when("process.exe == \"/usr/bin/perl\"")) == 0);
  CHECK(hits(code, when("process.name in [perl, ruby] or process.name == node")) == 0);
}

TEST_CASE("impossible_clause sees that one field would need two values") {
  const Code code = Code::kImpossibleClause;
  CHECK(hits(code, when("process.name == perl and process.name == ruby")) == 1);
  CHECK(hits(code, when("process.name == perl and process.name startswith \"ruby\"")) == 1);
  CHECK(hits(code, when("process.name == perl and process.uid < 5 and process.uid > 9")) == 1);
  CHECK(hits(code, when("process.name == perl and process.uid > 4 and process.uid < 5")) == 1);
  CHECK(hits(code, when("process.exe == \"/usr/bin/perl\" and process.name == ruby")) == 1);
  CHECK(hits(code, when("process.name == perl and process.script == \"/a\" and not exists process.script")) == 1);
  CHECK(hits(code, when("process.name == perl and process.exe == \"/usr/bin/perl\" and process.exe under \"/opt\"")) == 1);
  CHECK(hits(code, when("process.name == perl and process.name == ruby or process.name == node")) == 1);
  CHECK(hits(code, when("process.name == perl and process.name in [ruby, node]")) == 1);
  CHECK(hits(code, when("process.exe == \"/usr/bin/perl\" and process.name not like \"p*\"")) == 1);
  CHECK(hits(code, when("process.name like \"p*\" and process.name startswith \"r\"")) == 1);
  CHECK(hits(code, when("process.name == perl and argv contains \"-e\" and not any argv startswith \"-\"")) == 1);
  CHECK(hits(code, when("process.name == perl and any p in process.ancestors: (p.name == sh and p.name == make)")) == 0);
  CHECK(hits(code, "recipe a { on open when file.path in [\"/etc/a\", \"/b\"] and file.name == c }") == 1);
}

TEST_CASE("impossible_clause leaves what some event can satisfy") {
  const Code code = Code::kImpossibleClause;
  CHECK(hits(code, when("process.name == perl or process.name == ruby")) == 0);
  CHECK(hits(code, when("process.name in [perl, ruby] and process.name in [ruby, node]")) == 0);
  CHECK(hits(code, when("process.name == perl and process.uid >= 5 and process.uid <= 5")) == 0);
  CHECK(hits(code, when("argv contains \"-e\" and argv contains \"-x\"")) == 0);
  CHECK(hits(code, when("process.exe == \"/usr/bin/perl\" and process.name == perl")) == 0);
  CHECK(hits(code, when("process.name == perl and process.exe == \"/usr/bin/perl\" and process.exe under \"/usr\"")) == 0);
  CHECK(hits(code, when("process.name == perl and process.parent.name == ruby")) == 0);
  CHECK(hits(code, when("process.name == nocase PERL and process.name == perl")) == 0);
  CHECK(hits(code, when("process.exe in [\"/usr/bin/perl\", \"/usr/bin/ruby\"] and process.name != perl")) == 0);
  CHECK(hits(code, when("process.parent.name == make and process.exe == \"/usr/bin/perl\"")) == 0);
  CHECK(hits(code, "recipe a { on connect when dst.ip in [10.0.0.0/8] and dst.ip in [10.1.0.0/16] }") == 0);
  // One of four clauses is impossible, and each term has another clause; of three terms one has none.
  CHECK(hits(code, when("(process.name == perl or process.uid == 0) and (process.name == ruby or process.gid == 0)")) == 0);
  CHECK(hits(code, when("(process.name == perl or process.uid == 0) and process.name == ruby")) == 1);
  const std::string called =
      "macro called(names) = process.name in names or process.name == busybox and argv operand 0 in names\n";
  CHECK(hits(code, called + when("called([rm]) and argv operand 0 startswith \"/\" or called([mv])")) == 0);
  CHECK(hits(code, called + when("called([rm]) and process.name == ruby")) == 2);
}

TEST_CASE("contradictory_clauses sees a term beside its negation, and says it once") {
  const Code code = Code::kContradictoryClauses;
  const std::string both = when("process.name == perl and argv contains \"-e\" and argv not contains \"-e\"");
  CHECK(hits(code, both) == 1);
  CHECK(hits(Code::kImpossibleClause, both) == 0);
  CHECK(hits(code, when("process.name == perl and process.name not in [perl, ruby]")) == 1);
  CHECK(hits(code, when("process.name == perl and any p in process.ancestors: p.name == sh and not (any q in "
                        "process.ancestors: q.name == sh)")) <= 1);
  CHECK(hits(code, when("process.name == perl and argv contains \"-e\" and argv not contains \"-v\"")) == 0);
  CHECK(hits(code, when("process.name in [perl, ruby] and process.name != ruby")) == 0);
  CHECK(hits(code,
             when("process.name == perl and argv contains \"-e\" or process.name == perl and argv not contains \"-e\"")) == 0);
}

TEST_CASE("mixed_and_or asks for parentheses or lines") {
  const Code code = Code::kMixedAndOr;
  CHECK(hits(code, when("process.name == a or process.name == b and process.uid == 0")) == 1);
  CHECK(hits(code, when("process.name == a or (process.name == b and process.uid == 0)")) == 0);
  CHECK(hits(code, when("\n   process.name == a\n or process.name == b and process.uid == 0")) == 0);
  CHECK(hits(code, when("\n   process.name == a\n or process.name == b and process.uid == 0 or process.name == c")) == 1);
  CHECK(hits(code, when("process.name == a or process.name == b or process.name == c")) == 0);
  CHECK(hits(code, when("process.name == a and process.uid == 0 and process.gid == 0")) == 0);
}

TEST_CASE("the fix of mixed_and_or writes the parentheses that precedence means") {
  const Diagnostics found =
      lint(when("process.name == a or process.name == b and process.uid == 0 or process.name == c and process.gid == 1"));
  const auto each =
      std::find_if(found.all().begin(), found.all().end(), [](const Diagnostic& d) { return d.code == Code::kMixedAndOr; });
  REQUIRE(each != found.all().end());
  REQUIRE(each->fixes.size() == 1);
  CHECK(each->fixes[0].text ==
        "process.name == a or (process.name == b and process.uid == 0) or (process.name == c and process.gid == 1)");
}

TEST_CASE("flag_without_table names the programs that no table describes") {
  const Code code = Code::kFlagWithoutTable;
  const std::string table = "program perl { getopt \"e:\" posix }\nprogram \"python*\" { getopt \"c:\" posix }\n";
  CHECK(hits(code, when("process.name == perl and argv has flag e")) == 1);
  CHECK(hits(code, table + when("process.name in [perl, ruby, node] and argv has flag e")) == 1);
  CHECK(hits(code, table + when("process.exe == \"/usr/bin/ruby\" and argv has flag e")) == 1);
  CHECK(hits(code, table + when("process.name == perl and argv has flag e")) == 0);
  CHECK(hits(code, table + when("process.name == \"python3.11\" and argv has flag c")) == 0);
  CHECK(hits(code, table + when("process.name like \"python3*\" and argv has flag c")) == 0);
  CHECK(hits(code, when("process.name == ruby and argv contains \"-e\"")) == 0);
}

TEST_CASE("contains_with_space sees words that a shell would have split") {
  const Code code = Code::kContainsWithSpace;
  CHECK(hits(code, when("process.name == npm and argv contains \"run build\"")) == 1);
  CHECK(hits(code, when("process.name == perl and argv contains any [\"-e code\", \"-x\"]")) == 1);
  CHECK(hits(code, when("process.name == npm", "  except \"x\" when argv contains \"-e code\"\n")) == 1);
  CHECK(hits(code, when("process.name == perl and argv contains \"print(1); exit\"")) == 0);
  CHECK(hits(code, when("process.name == npm and argv contains \"run\"")) == 0);
  CHECK(hits(code, when("process.name == npm and process.cmdline contains \"run build\"")) == 0);
  CHECK(hits(code, when("process.name == npm and any argv startswith \"run build\"")) == 0);
}

TEST_CASE("missing_test wants one test of each kind") {
  const Code code = Code::kMissingTest;
  const std::string match = "  test \"a\" match exec { process.name: perl }\n";
  const std::string nothing = "  test \"b\" nothing exec { process.name: ruby }\n";
  CHECK(hits(code, when("process.name == perl")) == 1);
  CHECK(hits(code, when("process.name == perl", match)) == 1);
  CHECK(hits(code, when("process.name == perl", nothing)) == 1);
  CHECK(hits(code, when("process.name == perl", match + nothing)) == 0);
}

TEST_CASE("missing_documentation names the parts") {
  const Diagnostics found = lint(when("process.name == perl", "  title \"Perl\"\n  doc { quick \"\"\"It ran.\"\"\" }\n"));
  REQUIRE(count(found, Code::kMissingDocumentation) == 1);
  const auto each = std::find_if(found.all().begin(), found.all().end(),
                                 [](const Diagnostic& d) { return d.code == Code::kMissingDocumentation; });
  CHECK(each->message == "`sample` lacks `category`, `method`, `doc analysis`, `doc implications`, `doc actions`");
}

TEST_CASE("unknown_attack_id sees what the table does not hold") {
  const Code code = Code::kUnknownAttackId;
  CHECK(hits(code, when("process.name == perl", "  attack [T9999]\n")) == 1);
  CHECK(hits(code, when("process.name == perl", "  attack [T1059]\n")) == 0);
}

TEST_CASE("unused_list_or_macro sees leftovers and leaves libraries alone") {
  const Code code = Code::kUnusedListOrMacro;
  const std::string list = "list names = [perl, ruby]\n";
  const std::string macro = "macro quiet(n) = process.name == n\n";
  CHECK(hits(code, list + when("process.name == perl")) == 1);
  CHECK(hits(code, macro + when("process.name == perl")) == 1);
  CHECK(hits(code, list + when("process.name in names")) == 0);
  CHECK(hits(code, list + when("process.name in [...names, node]")) == 0);
  CHECK(hits(code, macro + when("quiet(perl)")) == 0);
  CHECK(count(lint(list, "rules/lib/names.recipe"), code) == 0);
  CHECK(count(lint(list, "rules/names.recipe"), code) == 1);
}

TEST_CASE("an allow silences its line, or all of the declaration that it stands before") {
  const std::string body = "  on exec when argv contains \"--x\"\n}\n";
  CHECK(hits(Code::kNoKernelFilter, "recipe sample {\n  # allow(no_kernel_filter): any program\n" + body) == 0);
  CHECK(hits(Code::kNoKernelFilter,
             "recipe sample {\n  on exec when argv contains \"--x\"  # allow(no_kernel_filter): any program\n}\n") == 0);
  CHECK(hits(Code::kNoKernelFilter, "# allow(no_kernel_filter): any program\nrecipe sample {\n" + body) == 0);
  CHECK(hits(Code::kNoKernelFilter, "# allow(no_kernel_filter): any program\n# another comment\n\nrecipe sample {\n" + body) ==
        0);
  CHECK(hits(Code::kNoKernelFilter, "recipe sample {\n" + body + "# allow(no_kernel_filter): too late\n") == 1);
  CHECK(hits(Code::kNoKernelFilter, "recipe sample {\n  # allow(missing_test): another lint\n" + body) == 1);
}

TEST_CASE("an allow that silences nothing is reported, and its fix removes the whole line") {
  const std::string text =
      "recipe sample {\n  # allow(no_kernel_filter): any program\n  on exec when process.name == perl\n}\n";
  const Diagnostics found = lint(text);
  REQUIRE(count(found, Code::kUnusedAllow) == 1);
  const auto each =
      std::find_if(found.all().begin(), found.all().end(), [](const Diagnostic& d) { return d.code == Code::kUnusedAllow; });
  REQUIRE(each->fixes.size() == 1);
  const Fix& fix = each->fixes[0];
  CHECK(text.substr(0, fix.span.begin) + fix.text + text.substr(fix.span.end) ==
        "recipe sample {\n  on exec when process.name == perl\n}\n");
  CHECK(hits(Code::kUnusedAllow, "# allow(no_such_lint): why\n" + when("process.name == perl")) == 1);
  CHECK(hits(Code::kUnusedAllow, "# allow(no_kernel_filter): why\n" + when("argv contains \"-x\"")) == 0);
}

TEST_CASE("a finding in a file that was not given is left to that file's own run") {
  Compilation compilation;
  compile_text(compilation, "other.recipe", when("argv contains \"-x\""), {});
  REQUIRE(compilation.ok);
  CHECK(run_lints(compilation, [](const std::string& path) { return path == "mine.recipe"; }).all().empty());
}

TEST_CASE("the first example on a lint's page is found by it and the second is not") {
  size_t pages = 0;
  for (const Code code : all_codes()) {
    const CodeInfo& row = info(code);
    if (row.severity == Severity::kError) continue;
    std::ifstream file(std::string(RECIPE_SOURCE_DIR "/compiler/diagnostic/pages/") + std::string(row.text) + ".md");
    std::ostringstream page;
    page << file.rdbuf();
    INFO(row.text);
    CHECK(page.str().starts_with("# " + std::string(row.text) + ": " + std::string(row.title)));
    REQUIRE_FALSE(example(page.str(), 1).empty());
    ++pages;
    if (page.str().find("```toml") != std::string::npos) continue;  // tests/golden/pages_test.cpp gives it its settings
    CHECK(hits(code, example(page.str(), 0)) == 1);
    CHECK(hits(code, example(page.str(), 1)) == 0);
  }
  CHECK(pages == all_lints().size() + 1);  // unused_allow is no row of the table: it looks at what the others found
}

}  // namespace recipe
