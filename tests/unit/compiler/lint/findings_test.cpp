// SPDX-License-Identifier: Apache-2.0
// Lints on conditions, lists, exceptions and metadata: each with hits, and with look-alikes that it must leave alone.
#include <algorithm>
#include <catch2/catch.hpp>

#include "compiler/lint/lint.h"
#include "tests/support/run_command.h"

namespace recipe {
namespace {

Diagnostics lint(const std::string& text) {
  Compilation compilation;
  CompileOptions options;
  options.roots = {RECIPE_SOURCE_DIR "/rules"};
  compile_text(compilation, "sample.recipe", text, options);
  INFO(text);
  for (const Diagnostic& each : compilation.diagnostics.all()) UNSCOPED_INFO(each.message);
  REQUIRE(compilation.ok);
  return run_lints(compilation, [](const std::string& path) { return path == "sample.recipe"; });
}

size_t hits(Code code, const std::string& text) {
  const Diagnostics found = lint(text);
  return static_cast<size_t>(
      std::count_if(found.all().begin(), found.all().end(), [&](const Diagnostic& each) { return each.code == code; }));
}

std::string when(const std::string& condition, const std::string& more = "") {
  return "recipe sample {\n  on exec when " + condition + "\n" + more + "}\n";
}
std::string file(const std::string& condition) {
  return "recipe sample {\n  on open when " + condition + "\n}\n";
}

}  // namespace

TEST_CASE("subsumed_clause sees an alternative that another one holds") {
  const Code code = Code::kSubsumedClause;
  CHECK(hits(code, when("process.name like \"py*\" or process.name == python3")) == 1);
  CHECK(hits(code, when("process.name == perl or process.name == perl and argv contains \"-e\"")) == 1);
  CHECK(hits(code, file("file.path under \"/etc\" or file.path like \"/etc/ssl/*\"")) == 1);
  CHECK(hits(code, file("file.path matches \"^/etc/\" or file.path == \"/etc/passwd\"")) == 1);
  CHECK(hits(code, when("process.uid < 10 or process.uid == 0 and process.name == perl")) == 1);
  CHECK(hits(code, when("process.name like \"py*\" or process.name == perl")) == 0);
  CHECK(hits(code, when("process.name == perl or argv contains \"-e\"")) == 0);
  CHECK(hits(code, file("file.path under \"/etc\" or file.path startswith \"/etc\" and process.uid == 0")) == 0);
  CHECK(hits(code, when("(process.name == a or process.uid == 0) and (process.name == a or process.gid == 0)")) == 0);
}

TEST_CASE("redundant_term sees a part of an and that another part implies") {
  const Code code = Code::kRedundantTerm;
  CHECK(hits(code, when("process.name == perl and process.name != ruby")) == 1);
  CHECK(hits(code, when("process.name in [perl, ruby] and exists process.name")) == 1);
  CHECK(hits(code, when("process.name == perl and any argv startswith \"--eval\" and any argv startswith \"--\"")) == 1);
  CHECK(hits(code, when("process.name in [perl, ruby] and process.name != ruby")) == 0);
  CHECK(hits(code, when("process.name == perl and any argv startswith \"--eval\" and any argv endswith \"x\"")) == 0);
  CHECK(hits(code, when("process.name == perl and argv contains \"-e\" and argv not contains \"-v\"")) == 0);
}

TEST_CASE("contradictory_clauses compares what stands on the right, fields too") {
  const Code code = Code::kContradictoryClauses;
  CHECK(hits(code, when("process.script == process.exe and process.script != process.exe")) == 1);
  CHECK(hits(code, when("process.script == process.exe and process.script != process.parent.exe")) == 0);
  CHECK(hits(code, when("process.name == perl and process.name not in [perl, ruby]")) == 1);
}

TEST_CASE("subsumed_recipe compares recipes of a set, with their exceptions") {
  const Code code = Code::kSubsumedRecipe;
  const auto two = [](const std::string& wide, const std::string& narrow) {
    return "recipe wide {\n" + wide + "\n}\nrecipe narrow {\n" + narrow + "\n}\n";
  };
  const std::string perl = "  on exec when process.name == perl", code_of_perl = perl + " and argv contains \"-e\"";
  CHECK(hits(code, two(perl, code_of_perl)) == 1);
  CHECK(hits(code, two(perl, perl)) == 1);
  CHECK(hits(code, two("  on exec when process.name in [perl, ruby]", code_of_perl)) == 1);
  CHECK(hits(code, two("  on exec when process.name == perl or process.name == ruby",
                       "  on exec when process.name in [perl, ruby] and argv contains \"-e\"")) == 1);
  CHECK(hits(code, two("  on exec when process.name matches \"^perl$\"", code_of_perl)) == 1);
  CHECK(hits(code, two("  on exec when argv contains \"-e\"", code_of_perl)) == 1);
  CHECK(hits(code, two(code_of_perl, perl)) == 1);  // whichever stands first
  CHECK(hits(code, two("  on exec when process.name == ruby", perl)) == 0);
  CHECK(hits(code, two("  importance low\n" + perl, "  importance high\n" + code_of_perl)) == 0);
  CHECK(hits(code, two("  importance low\n" + perl + "\n  on open when file.path == \"/a\"",
                       "  importance low\n" + code_of_perl + "\n  on open when file.path == \"/a\" { importance critical }")) ==
        0);
  CHECK(hits(code, two(perl, code_of_perl + " { report false  mark process.tree seen for 1m }") +
                       "recipe third { on exec when process.name == sh and process.marked seen }\n") == 0);
  const std::string except = "\n  except \"make\" when process.parent.name == make";
  CHECK(hits(code, two(perl + except, code_of_perl)) == 0);
  CHECK(hits(code, two(perl + except, code_of_perl + except)) == 1);
  const std::string until = "\n  except \"make\" until 2020-01-01 when process.parent.name == make";
  CHECK(hits(code, two(perl + except, code_of_perl + until)) == 0);
  CHECK(hits(code, two(perl + until, code_of_perl + except)) == 1);
  const std::string opens = "\n  on open when file.path == \"/a\"";
  const std::string either = "\n  except \"make\" when process.parent.name == make or file.path == \"/y\"";
  CHECK(hits(code, two(perl + opens + except, code_of_perl + opens + either)) == 0);
  CHECK(hits(code, two(perl + except, code_of_perl + " and process.parent.name == sh")) == 1);
}

TEST_CASE("comparison_never_holds knows what values the kernel gives") {
  const Code code = Code::kComparisonNeverHolds;
  CHECK(hits(code, when("process.name == \"usr/bin/perl\"")) == 1);
  CHECK(hits(code, when("process.name == perl and process.exe startswith \"usr/bin\"")) == 1);
  CHECK(hits(code, when("process.name == perl and process.comm == \"a_name_of_16_byt\"")) == 1);
  CHECK(hits(code, when("process.name == perl and process.exe like \"*/perl\"")) == 1);
  CHECK(hits(code, when("process.name == perl and process.exe contains \"/../\"")) == 1);
  CHECK(hits(code, when("process.name == perl and process.uid > 4294967295")) == 1);
  CHECK(hits(code, "recipe sample { on connect when dst.port > 65535 }\n") == 1);
  CHECK(hits(code, "recipe sample { on connect when net.protocol == \"TCP\" }\n") == 1);
  CHECK(hits(code, when("process.exe == \"/usr/bin/perl\" and process.exe like \"**/perl\"")) == 0);
  CHECK(hits(code, when("process.name == perl and process.comm == \"a_name_of_15_by\"")) == 0);
  CHECK(hits(code, when("process.name == perl and process.script == \"./build.pl\"")) == 0);
  CHECK(hits(code, when("process.name == perl and process.uid >= 1000")) == 0);
  CHECK(hits(code, "recipe sample { on connect when dst.port == 65535 }\n") == 0);
}

TEST_CASE("comparison_always_holds sees what only asks whether the field is there") {
  const Code code = Code::kComparisonAlwaysHolds;
  CHECK(hits(code, when("process.name == perl and process.exe under \"/\"")) == 1);
  CHECK(hits(code, when("process.name == perl and process.exe like \"/**\"")) == 1);
  CHECK(hits(code, when("process.name like \"*\" and process.uid == 0")) == 1);
  CHECK(hits(code, when("process.name == perl and process.uid >= 0")) == 1);
  CHECK(hits(code, when("process.name == perl and process.cmdline contains \"\"")) == 1);
  CHECK(hits(code, when("process.name == perl and process.script startswith \"/\"")) == 0);
  CHECK(hits(code, when("process.name == perl and process.exe like \"/*\"")) == 0);
  CHECK(hits(code, when("process.name == perl and process.uid > 0")) == 0);
}

TEST_CASE("a negated comparison that always holds is told what it comes to") {
  const auto hint = [](const std::string& condition) {
    const Diagnostics found = lint(when("process.name == perl and " + condition));
    for (const Diagnostic& each : found.all()) {
      if (each.code == Code::kComparisonAlwaysHolds) return each.hints.at(0);
    }
    return std::string();
  };
  CHECK(hint("process.uid >= 0").starts_with("remove it"));
  CHECK(hint("not (not process.uid >= 0)").starts_with("remove it"));
  CHECK(hint("not process.uid >= 0") == "write `not exists process.uid`, if that is what is meant");
  CHECK(hint("not (process.uid >= 0 and process.gid == 5)") == "write `not exists process.uid`, if that is what is meant");
}

TEST_CASE("a comparison in a macro is looked at with each argument, and what is said of all of them once") {
  const std::string pids = "macro is(number) = process.pid == number\n";
  CHECK(hits(Code::kComparisonNeverHolds, pids + when("is(80) or is(5000000)")) == 1);
  CHECK(hits(Code::kComparisonNeverHolds, pids + when("is(5000000) or is(80) or is(5000001) or is(5000000)")) == 2);
  // A list that a macro was given serves its other tests too; one that is of no use at all is said.
  const std::string called = "macro called(names) = process.name in names or process.comm in names\n";
  CHECK(hits(Code::kComparisonNeverHolds, called + when("called([telnet, \"inetutils-telnet\"])")) == 0);
  CHECK(hits(Code::kComparisonNeverHolds, called + when("called([telnet]) or called([\"inetutils-telnet\"])")) == 1);
  const std::string most = "macro most(n) = process.uid <= n\n";
  const Code always = Code::kComparisonAlwaysHolds;
  CHECK(hits(always, most + when("process.name == a and most(5) or process.name == b and most(4294967295)")) == 1);
  CHECK(hits(always, most + when("process.name == a and most(5000000000) or process.name == b and most(4294967295)")) == 1);
}

TEST_CASE("negated_optional_field points at fields that many events lack") {
  const Code code = Code::kNegatedOptionalField;
  CHECK(hits(code, when("process.name == perl and container.image != \"a\"")) == 1);
  CHECK(hits(code, when("process.name == perl and env[\"X\"] != \"1\"")) == 1);
  CHECK(hits(code, when("process.name == perl and exists container.image and container.image != \"a\"")) == 0);
  CHECK(hits(code, when("process.name == perl and process.parent.name != make")) == 0);
  CHECK(hits(code, when("process.name == perl and not exists container.image")) == 0);
  CHECK(hits(code, when("process.name == perl", "  except \"x\" when argv contains \"-v\" and container.image != \"a\"\n")) ==
        0);
}

TEST_CASE("unanchored_path_pattern sees texts that begin within a name") {
  const Code code = Code::kUnanchoredPathPattern;
  CHECK(hits(code, file("file.path endswith \"passwd\"")) == 1);
  CHECK(hits(code, file("file.path contains \"etc/passwd\"")) == 1);
  CHECK(hits(code, file("file.path like \"**authorized_keys\"")) == 1);
  CHECK(hits(code, file("file.path endswith \"/passwd\"")) == 0);
  CHECK(hits(code, file("file.path endswith \".sh\"")) == 0);
  CHECK(hits(code, file("file.path contains \"node\"")) == 0);
  CHECK(hits(code, file("file.path like \"**/authorized_keys\"")) == 0);
  CHECK(hits(code, file("file.name endswith \"passwd\"")) == 0);
}

TEST_CASE("exceptions: unused, untested, wide, and by a name that anybody takes") {
  const auto with = [](const std::string& except, const std::string& tests = "") {
    return when("process.name in [perl, ruby] and argv contains \"-e\"", "  except \"x\" when " + except + "\n" + tests);
  };
  CHECK(hits(Code::kUnusedException, with("process.name == node and argv contains \"-v\"")) == 1);
  CHECK(hits(Code::kUnusedException, with("argv not contains \"-e\"")) == 1);
  CHECK(hits(Code::kUnusedException, with("process.name == perl and argv contains \"-v\"")) == 0);
  CHECK(hits(Code::kUnusedException, with("process.name like \"p*\" and process.uid == 0")) == 0);

  CHECK(hits(Code::kWideException, with("process.parent.name == make")) == 1);
  CHECK(hits(Code::kWideException, with("any p in process.ancestors: p.name in [dpkg, apt]")) == 1);
  CHECK(hits(Code::kWideException, with("process.parent.name == make and argv contains \"1\"")) == 0);
  CHECK(hits(Code::kWideException, with("any x in argv: x startswith \"-M\"")) == 0);
  CHECK(hits(Code::kWideException, with("process.exe == \"/opt/tool\"")) == 0);

  CHECK(hits(Code::kChangeableName, with("process.parent.comm == builder and argv contains \"1\"")) == 1);
  CHECK(hits(Code::kChangeableName, with("process.comm == builder and argv contains \"1\"")) == 1);
  CHECK(hits(Code::kChangeableName, with("process.comm == tool and process.name == perl")) == 0);
  CHECK(hits(Code::kChangeableName, when("process.name == perl and process.comm == x")) == 0);

  const std::string quiet =
      "  test \"a\" nothing exec { process.name: perl, argv: [perl, \"-e\"], process.parent.name: make }\n";
  const std::string make = "process.parent.name == make and argv contains \"-e\"";
  CHECK(hits(Code::kUntestedException, with(make, quiet)) == 0);
  CHECK(hits(Code::kUntestedException, with("process.parent.name == ninja and argv contains \"-e\"", quiet)) == 1);
  CHECK(hits(Code::kUntestedException, with("process.parent.name == make and argv has flag e", quiet)) == 0);
  CHECK(hits(Code::kUntestedException, with(make)) == 0);  // no such test at all: missing_test says so
}

TEST_CASE("lists: of one, with an entry twice, with one that another covers") {
  CHECK(hits(Code::kSingleElementList, when("process.name in [perl]")) == 1);
  CHECK(hits(Code::kSingleElementList, when("process.name in [perl, ruby]")) == 0);
  CHECK(hits(Code::kSingleElementList, "list names = [perl]\n" + when("process.name in names")) == 0);
  CHECK(hits(Code::kSingleElementList, when("process.name == perl and argv contains any [\"-e\"]")) == 0);

  CHECK(hits(Code::kDuplicateListEntry, when("process.name in [perl, ruby, perl]")) == 1);
  CHECK(hits(Code::kDuplicateListEntry, when("process.name in [perl, \"0\", \"\"] and process.uid in [0, 1, 0x1]")) == 1);
  CHECK(hits(Code::kDuplicateListEntry, "list names = [perl, perl]\n" + when("process.name in names")) == 1);
  CHECK(hits(Code::kDuplicateListEntry,
             when("process.name == perl", "  test \"a\" match exec { process.name: perl, argv: [perl, x, x] }\n")) == 0);

  CHECK(hits(Code::kListEntrySubsumed, file("file.path under any [\"/etc\", \"/etc/ssl\"]")) == 1);
  CHECK(hits(Code::kListEntrySubsumed, file("file.path like any [\"/etc/**\", \"/etc/passwd\"]")) == 1);
  CHECK(hits(Code::kListEntrySubsumed, "recipe sample { on connect when dst.ip in [10.0.0.0/8, 10.1.0.0/16] }\n") == 1);
  CHECK(hits(Code::kListEntrySubsumed, file("file.path under any [\"/etc\", \"/etcetera\"]")) == 0);
  CHECK(hits(Code::kListEntrySubsumed, when("process.name in [perl, perl5]")) == 0);
}

TEST_CASE("conditions in other words: twice, doubly negated, a regex that is none") {
  CHECK(hits(Code::kDuplicatedCondition, when("process.name == perl and (process.uid == 0) and process.name == perl")) == 1);
  CHECK(hits(Code::kDuplicatedCondition, when("process.name == perl or process.name   == perl")) == 1);
  CHECK(hits(Code::kDuplicatedCondition,
             when("process.name == perl and process.cmdline contains \"a  b\" and process.cmdline contains \"a b\"")) == 0);

  CHECK(hits(Code::kDoubleNegation, when("process.name == perl and not (not process.uid == 0)")) == 1);
  CHECK(hits(Code::kDoubleNegation, when("process.name == perl and not argv not contains \"-e\"")) == 1);
  CHECK(hits(Code::kDoubleNegation, when("process.name == perl and not (process.uid == 0 or process.gid != 0)")) == 0);

  CHECK(hits(Code::kRegexIsLiteral, when("process.name matches r\"^perl5\\.36$\"")) == 1);
  CHECK(hits(Code::kRegexIsLiteral, when("process.name == perl and any argv matches \"--eval\"")) == 1);
  CHECK(hits(Code::kRegexIsLiteral, when("process.name matches \"^perl5?\"")) == 0);
  CHECK(hits(Code::kRegexIsLiteral, when("process.name matches r\"^perl\\d\"")) == 0);

  CHECK(hits(Code::kNeedlessRegexEnds, when("process.name == perl and process.cmdline matches r\"a[bc].*\"")) == 1);
  CHECK(hits(Code::kNeedlessRegexEnds, when("process.name == perl and process.cmdline matches r\"a[bc]\\.*\"")) == 0);
  CHECK(hits(Code::kNeedlessRegexEnds, when("process.name == perl and process.cmdline matches r\"^.*[ab]$\"")) == 0);

  CHECK(hits(Code::kRedundantNocase, when("process.name == perl and process.cmdline contains nocase \"1.2\"")) == 1);
  CHECK(hits(Code::kRedundantNocase, when("process.name == nocase \"Perl\"")) == 0);
}

TEST_CASE("what a recipe says of itself: title, message, importance, documentation") {
  const auto recipe = [](const std::string& members) { return when("process.name == perl", members); };
  CHECK(hits(Code::kTitleStyle, recipe("  title \"Perl ran.\"\n")) == 1);
  CHECK(hits(Code::kTitleStyle, recipe("  title \"" + std::string(73, 'A') + "\"\n")) == 1);
  CHECK(hits(Code::kTitleStyle, recipe("  title \"npm\"\n")) == 0);
  CHECK(hits(Code::kMessageWithoutFields, recipe("  message \"perl\"\n")) == 1);
  CHECK(hits(Code::kMessageWithoutFields, recipe("  message \"{process.name}\"\n")) == 0);
  CHECK(hits(Code::kStableWithoutFalsePositives, recipe("  status stable\n")) == 1);
  CHECK(hits(Code::kStableWithoutFalsePositives, recipe("  status incubating\n")) == 0);
  CHECK(hits(Code::kImportanceBelowTactic, recipe("  category impact\n  importance low\n")) == 1);
  CHECK(hits(Code::kImportanceBelowTactic, recipe("  category discovery\n  importance low\n")) == 0);
  CHECK(hits(Code::kEmptyDocumentation, recipe("  doc { quick \" \" }\n")) == 1);
  CHECK(hits(Code::kEmptyDocumentation, recipe("  doc { quick \"To do: nothing more.\" }\n")) == 0);
  CHECK(hits(Code::kThrottleByEveryEvent, recipe("  throttle 1 per 1m by process.exe, process.pid\n")) == 1);
  CHECK(hits(Code::kThrottleByEveryEvent, recipe("  throttle 1 per 1m by process.exe\n")) == 0);
  CHECK(hits(Code::kAllowWithoutReason, "# allow(missing_test)\n" + recipe("")) == 1);
  CHECK(hits(Code::kAllowWithoutReason, "# allow(missing_test): later\n" + recipe("")) == 0);
  CHECK(hits(Code::kNamePattern, "recipe Sample { on exec when process.name == perl }\n") == 1);
  CHECK(hits(Code::kHiddenCharacter, "# \xe2\x80\xae\n" + recipe("")) == 1);
  CHECK(hits(Code::kHiddenCharacter, "# \xc3\xa9\xe2\x86\x92\n" + recipe("")) == 0);
}

TEST_CASE("unused_import knows what a file brings") {
  const std::string shells = "import \"lib/shells.recipe\"\n";
  CHECK(hits(Code::kUnusedImport, shells + when("process.name == perl")) == 1);
  CHECK(hits(Code::kUnusedImport, shells + when("process.name in shells")) == 0);
  CHECK(hits(Code::kUnusedImport, shells + when("process.name == sh and argv has flag c")) == 0);
}

TEST_CASE("unused_import sees shared exceptions and tunes, which act from where they stand") {
  const ScratchFolder folder;
  const std::string shared = folder.write("shared.recipe", "exception ours when process.uid == 7\n");
  const std::string tunes = folder.write("tunes.recipe", "import \"other.recipe\"\ntune other { importance low }\n");
  const std::string other = folder.write("other.recipe", "recipe other { on exec when process.name == nc }\n");
  const auto unused = [&](const std::string& text) {
    const std::string path = folder.write("user.recipe", text);
    Compilation compilation;
    compile(compilation, {path}, {});
    REQUIRE(compilation.ok);
    const Diagnostics found = run_lints(compilation, [&](const std::string& file) { return file == path; });
    return std::count_if(found.all().begin(), found.all().end(),
                         [](const Diagnostic& each) { return each.code == Code::kUnusedImport; });
  };
  const std::string perl = "recipe r { on exec when process.name == perl ";
  CHECK(unused("import \"shared.recipe\"\n" + perl + "except ours }\n") == 0);
  CHECK(unused("import \"shared.recipe\"\n" + perl + "}\ntune r { except ours }\n") == 0);
  CHECK(unused("import \"shared.recipe\"\n" + perl + "}\n") == 1);
  CHECK(unused("import \"tunes.recipe\"\n" + perl + "}\n") == 0);
  CHECK(unused("import \"other.recipe\"\n" + perl + "}\ntune other { importance high }\n") == 0);
  CHECK(unused("import \"other.recipe\"\n" + perl + "}\n") == 1);
}

TEST_CASE("what the settings allow takes no place of what they do not") {
  std::string text;
  for (int i = 0; i < 250; ++i) text += "recipe r" + std::to_string(i) + " { on exec when process.name == perl }\n";
  Compilation compilation;
  compile_text(compilation, "sample.recipe", text + when("process.name in [perl, ruby, perl]"), {});
  REQUIRE(compilation.ok);
  LintSettings settings;
  for (const Lint& each : all_lints()) settings.levels[each.code] = LintLevel::kAllow;
  settings.levels[Code::kDuplicateListEntry] = LintLevel::kError;
  const Diagnostics found = run_lints(
      compilation, [](const std::string&) { return true; },
      [&](const std::string&) -> const LintSettings& { return settings; });
  REQUIRE(found.all().size() == 1);
  CHECK(found.all()[0].code == Code::kDuplicateListEntry);
}

TEST_CASE("expired_exception sees a last day that is over, and says it of a shared one once") {
  const Code code = Code::kExpiredException;
  CHECK(hits(code, when("process.name == nc", "  except \"x\" until 2020-01-01 when process.uid == 0\n")) == 1);
  CHECK(hits(code, when("process.name == nc", "  except \"x\" until 2199-01-01 when process.uid == 0\n")) == 0);
  CHECK(hits(code, when("process.name == nc", "  except \"x\" when process.uid == 0\n")) == 0);
  CHECK(hits(code,
             "exception old until 2020-01-01 when process.uid == 0\nrecipe a { on exec when process.name == nc except old }\n"
             "recipe b { on exec when process.name == ncat except old }") == 1);
}

TEST_CASE("tune_without_effect sees a choice that holds for nothing") {
  const Code code = Code::kTuneWithoutEffect;
  const std::string recipe = "recipe a { importance high category execution on exec when process.name == nc }\n";
  CHECK(hits(code, recipe + "tune where importance < high { enabled false }") == 1);
  CHECK(hits(code, recipe + "tune where category == execution { status stable }") == 0);
  CHECK(hits(code, recipe + "tune a { status stable }") == 0);
}

TEST_CASE("unused_shared_exception sees one that nobody names") {
  const Code code = Code::kUnusedSharedException;
  const std::string shared = "exception ours when process.uid == 7\n";
  CHECK(hits(code, shared + "recipe a { on exec when process.name == nc }") == 1);
  CHECK(hits(code, shared + "recipe a { on exec when process.name == nc except ours }") == 0);
  CHECK(hits(code, shared + "recipe a { on exec when process.name == nc }\ntune a { except ours }") == 0);
}

}  // namespace recipe
