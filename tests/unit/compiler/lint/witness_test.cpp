// SPDX-License-Identifier: Apache-2.0
// The events that findings show: each is pasted into a recipe as a test, and does there what the note says.
#include <algorithm>
#include <catch2/catch.hpp>

#include "compiler/diagnostic/render.h"
#include "compiler/lint/lint.h"
#include "tools/recipec/judge.h"

namespace recipe {
namespace {

void compile(Compilation& compilation, const std::string& text) {
  compile_text(compilation, "sample.recipe", text, {});
  INFO(text);
  for (const Diagnostic& each : compilation.diagnostics.all()) UNSCOPED_INFO(each.message);
  REQUIRE(compilation.ok);
}

Diagnostics lint(const Compilation& compilation, bool judged = true) {
  recipec::Judge judge(compilation);
  return run_lints(
      compilation, [](const std::string&) { return true; }, {}, judged ? &judge : nullptr);
}

std::vector<std::string> notes(Code code, const std::string& text, bool judged = true) {
  Compilation compilation;
  compile(compilation, text);
  const Diagnostics found = lint(compilation, judged);
  for (const Diagnostic& each : found.all()) {
    if (each.code == code) return each.notes;
  }
  FAIL("no finding in\n" << text);
  return {};
}

// The event between the back-ticks of the note that begins with these words.
std::string event_of(const std::vector<std::string>& notes, const std::string& words) {
  for (const std::string& note : notes) {
    if (note.starts_with(words + ": `") && note.ends_with('`'))
      return note.substr(words.size() + 3, note.size() - words.size() - 4);
  }
  UNSCOPED_INFO(words);
  for (const std::string& note : notes) UNSCOPED_INFO(note);
  FAIL("no such note");
  return {};
}

std::string when(const std::string& condition, const std::string& event = "exec", const std::string& more = "") {
  return "recipe sample {\n  on " + event + " when " + condition + "\n" + more + "}\n";
}

// Pasted into a recipe of this condition, is the event detected?
bool is_met(const std::string& condition, const std::string& event) {
  Compilation compilation;
  compile(compilation, when(condition, event.substr(0, event.find(' ')), "  test \"pasted\" match " + event + "\n"));
  recipec::Judge judge(compilation);
  return judge.detects(RecipeId{0}, compilation.set.recipes[0].tests[0].steps[0]);
}

void check_parts(Code code, const std::string& narrow, const std::string& wide, const std::string& rest,
                 const std::string& event = "exec") {
  const bool alternatives = code == Code::kSubsumedClause;
  const std::string joined =
      "(" + narrow + (alternatives ? " or " : " and ") + wide + ")" + (rest.empty() ? "" : " and " + rest);
  INFO(joined);
  const std::vector<std::string> said = notes(code, when(joined, event));
  const std::string both = event_of(said, "meets both"),
                    wider = event_of(said, alternatives ? "meets the other alone" : "meets this one alone");
  CHECK(is_met(narrow, both));
  CHECK(is_met(wide, both));
  CHECK_FALSE(is_met(narrow, wider));
  CHECK(is_met(wide, wider));
  CHECK(is_met(joined, both));
  CHECK(is_met(joined, wider) == alternatives);
  if (rest.empty()) return;
  CHECK(is_met(rest, both));
  CHECK(is_met(rest, wider));
}

}  // namespace

TEST_CASE("subsumed_clause shows an event of both alternatives, and one of the wider alone") {
  const Code code = Code::kSubsumedClause;
  check_parts(code, "process.name == perl", "process.name startswith \"p\"", "");
  check_parts(code, "process.exe under \"/usr/bin\"", "process.exe startswith \"/usr\"", "process.uid == 0");
  check_parts(code, "argv contains \"-e\"", "any argv startswith \"-\"", "process.name == perl");
  check_parts(code, "process.parent.name == make", "process.parent.name like \"m*\"", "argv contains \"x\"");
  check_parts(code, "dst.port == 443", "dst.port < 1024", "dst.ip in [10.0.0.0/8]", "connect");
  check_parts(code, "file.path == \"/etc/shadow\"", "file.path under \"/etc\"", "file.access has write", "open");
  check_parts(code, "dns.question == \"a.example.com\"", "dns.question under \"example.com\"", "", "dns");
  check_parts(code, "env[\"LD_PRELOAD\"] under \"/tmp/x\"", "env[\"LD_PRELOAD\"] startswith \"/tmp\"", "process.name == perl");
}

TEST_CASE("redundant_term shows an event of both terms, and one that the other term alone refuses") {
  const Code code = Code::kRedundantTerm;
  check_parts(code, "process.exe under \"/usr/bin\"", "process.exe startswith \"/usr\"", "process.name == perl");
  check_parts(code, "process.uid == 0", "process.uid < 1000", "process.name == perl");
}

TEST_CASE("parts within a loop are shown by an event whose ancestor meets both") {
  const std::string loop = "any p in process.ancestors: ";
  const std::vector<std::string> said =
      notes(Code::kSubsumedClause, when("process.name == perl and " + loop + "(p.name == make or p.name startswith \"m\")"));
  CHECK(said.size() == 1);
  CHECK(is_met(loop + "p.name == make", event_of(said, "meets both")));
  // Of what is refused in a negated loop an event of the part would show nothing.
  CHECK(notes(Code::kSubsumedClause,
              when("process.name == perl and not (" + loop + "(p.name == make or p.name startswith \"m\"))"))
            .empty());
}

TEST_CASE("parts of an exception are shown too") {
  const std::vector<std::string> said = notes(
      Code::kSubsumedClause, when("process.name == perl", "exec", "  except \"x\" when process.uid == 7 or process.uid < 9\n"));
  CHECK(is_met("process.uid == 7", event_of(said, "meets both")));
  CHECK_FALSE(is_met("process.uid == 7", event_of(said, "meets the other alone")));
}

TEST_CASE("subsumed_recipe shows an event of both recipes, and one of the wider alone") {
  const auto pair = [](const std::string& narrow, const std::string& wide) {
    return "recipe narrow {\n  on exec when " + narrow + "\n}\nrecipe wide {\n  on exec when " + wide + "\n}\n";
  };
  const std::string narrow = "process.name == perl and argv has flag e and process.uid == 0",
                    wide = "process.name in [perl, ruby]";
  const std::vector<std::string> said = notes(Code::kSubsumedRecipe, pair(narrow, wide));
  const std::string both = event_of(said, "both detect"), wider = event_of(said, "`wide` alone detects");
  CHECK(is_met(narrow, both));
  CHECK(is_met(wide, both));
  CHECK_FALSE(is_met(narrow, wider));
  CHECK(is_met(wide, wider));
  // Of two that are equal there is no wider one.
  const std::vector<std::string> equal = notes(Code::kSubsumedRecipe, pair(wide, wide));
  REQUIRE(equal.size() == 1);
  CHECK(is_met(wide, event_of(equal, "both detect")));
}

TEST_CASE("a clause that cannot hold is shown by an event that all but one of its terms hold for") {
  const std::string words = "all but this is met by", first = "process.name == perl and argv contains \"-e\"";
  CHECK(is_met(first, event_of(notes(Code::kImpossibleClause, when(first + " and process.name == ruby")), words)));
  CHECK(is_met(first, event_of(notes(Code::kContradictoryClauses, when(first + " and argv not contains \"-e\"")), words)));
  // What is left cannot hold either.
  CHECK(notes(Code::kImpossibleClause, when("process.name == a and process.name == b and process.name == c")).empty());
}

TEST_CASE("an exception of the narrow recipe is what the wider one detects alone") {
  const std::string text =
      "recipe narrow {\n  on exec when process.name == perl\n  except \"ours\" when process.uid == 7\n}\n"
      "recipe wide {\n  on exec when process.name == perl\n}\n";
  const std::vector<std::string> said = notes(Code::kSubsumedRecipe, text);
  CHECK_FALSE(is_met("process.uid == 7", event_of(said, "both detect")));
  CHECK(is_met("process.uid == 7", event_of(said, "`wide` alone detects")));
}

TEST_CASE("an event of the recipe's own tests is shown before one that is made up") {
  const std::string text =
      "recipe narrow {\n  on exec when process.name == perl and process.uid == 0\n"
      "  test \"ours\" match exec { process.name: perl, process.uid: 0, process.cwd: \"/srv/job\" }\n}\n"
      "recipe wide {\n  on exec when process.name == perl\n}\n";
  CHECK(event_of(notes(Code::kSubsumedRecipe, text), "both detect").find("/srv/job") != std::string::npos);
}

TEST_CASE("there is no note without a judge, and none where no event is found") {
  const std::string subsumed = "process.name == perl or process.name startswith \"p\"";
  CHECK(notes(Code::kSubsumedClause, when(subsumed), false).empty());
  // What is remembered no single event has.
  CHECK(notes(Code::kSubsumedClause,
              "recipe marks {\n  on exec when process.name == curl\n  mark process.tree fetched for 1m\n}\n" +
                  when("process.marked fetched and (" + subsumed + ")"))
            .empty());
}

TEST_CASE("every format shows the note") {
  Compilation compilation;
  compile(compilation, when("process.name == perl or process.name startswith \"p\""));
  const Diagnostics found = lint(compilation);
  const std::string note = "meets both: `exec { process.name: ";
  CHECK(render_text(found, compilation.sources, false).find("= note: " + note) != std::string::npos);
  CHECK(render_json(found, compilation.sources).find("\"notes\":[\"" + note) != std::string::npos);
  CHECK(render_github(found, compilation.sources).find("%0Anote: " + note) != std::string::npos);
  CHECK(render_sarif(found, compilation.sources).find("\\nnote: " + note) != std::string::npos);
}

TEST_CASE("the work of a run is bounded: of many findings the first have notes") {
  std::string text;
  for (int i = 0; i < 3000; ++i) {
    text += "recipe r" + std::to_string(i) + " {\n  on exec when process.uid == " + std::to_string(i) +
            " and (process.name == perl or process.name startswith \"p\")\n}\n";
  }
  Compilation compilation;
  compile(compilation, text);
  recipec::Judge judge(compilation);
  Witness witness(compilation, &judge);
  Diagnostics found(SIZE_MAX);
  lint_subsumed_clause(compilation, witness, found);
  REQUIRE(found.all().size() == 3000);
  CHECK_FALSE(found.all().front().notes.empty());
  CHECK(found.all().back().notes.empty());
}

}  // namespace recipe
