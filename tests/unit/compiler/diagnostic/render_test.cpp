// SPDX-License-Identifier: Apache-2.0
#include "compiler/diagnostic/render.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

namespace recipe {
namespace {

struct Fixture {
  Sources sources;
  Diagnostics diagnostics;
  SourceId file;
  explicit Fixture(std::string text) : file(sources.add("a.recipe", std::move(text))) {}
  Span span(uint32_t begin, uint32_t end) const { return {file, begin, end}; }
  std::string text() const { return render_text(diagnostics, sources, false); }
};

TEST_CASE("an error shows its place, its line, the span underlined and the label behind it") {
  Fixture f("one\n  proces.name in [a]\n");
  f.diagnostics.add(Code::kUnknownField, f.span(6, 17), "unknown field `proces.name`", "did you mean `process.name`?");
  CHECK(f.text() ==
        "error[E0107]: unknown field `proces.name`\n"
        " --> a.recipe:2:3\n"
        "  |\n"
        "2 |   proces.name in [a]\n"
        "  |   ^^^^^^^^^^^ did you mean `process.name`?\n");
}

TEST_CASE("a second place is underlined with dashes, lines between are left out") {
  Fixture f("one\ntwo\nthree\nfour\n");
  f.diagnostics.add(Code::kSyntax, f.span(14, 18), "twice", "again").secondary.push_back({f.span(0, 3), "first"});
  CHECK(f.text() == "error[E0001]: twice\n --> a.recipe:4:1\n  |\n1 | one\n  | --- first\n...\n4 | four\n  | ^^^^ again\n");
}

TEST_CASE("carets stand under characters, not bytes, and a tab is one column") {
  Fixture f("\t\xc3\xa9\xc3\xa9 bad\n");
  f.diagnostics.add(Code::kSyntax, f.span(6, 9), "m");
  CHECK(f.text() == "error[E0001]: m\n --> a.recipe:1:7\n  |\n1 |  \xc3\xa9\xc3\xa9 bad\n  |     ^^^\n");
}

TEST_CASE("control characters, broken UTF-8 and reordering marks of a source never reach the terminal") {
  Fixture f("\x1b[2J \xff \xe2\x80\xae x");
  f.diagnostics.add(Code::kSyntax, f.span(0, 1), "a \x1b[31m message");
  const std::string text = f.text();
  CHECK(text.find('\x1b') == std::string::npos);
  CHECK(text.find('\xff') == std::string::npos);
  CHECK(text.find("\xe2\x80\xae") == std::string::npos);
  CHECK(text.find("\\x1b[2J \\xff \\xe2\\x80\\xae x") != std::string::npos);
}

TEST_CASE("a very long line is cut around its span") {
  Fixture f(std::string(100'000, 'a') + "HERE" + std::string(100'000, 'b'));
  f.diagnostics.add(Code::kSyntax, f.span(100'000, 100'004), "m");
  const std::string text = f.text();
  CHECK(text.size() < 600);
  const size_t line = text.find("1 | ");
  const size_t carets = text.find("  | ", line + 4);
  CHECK(text.find("HERE") - line == text.find("^^^^") - carets);
}

TEST_CASE("a span at the end of the text, and one of many lines, can be shown") {
  Fixture f("a\nb\nc\nd\ne\nf\ng\nh\ni");
  f.diagnostics.add(Code::kSyntax, f.span(17, 17), "end");
  f.diagnostics.add(Code::kSyntax, f.span(0, 17), "all", "label");
  const std::string text = f.text();
  CHECK(text.find("9 | i") != std::string::npos);
  CHECK(text.find("...") != std::string::npos);
}

TEST_CASE("JSON holds the place, the hints and the fixes, whatever bytes a message has") {
  Fixture f("abc def\n");
  Diagnostic& d = f.diagnostics.add(Code::kSyntax, f.span(4, 7), "bad \xff", "label");
  d.hints.push_back("hint");
  d.fixes.push_back({f.span(4, 7), "ghi", "write ghi"});
  const auto json = nlohmann::json::parse(render_json(f.diagnostics, f.sources));
  const auto& finding = json["findings"][0];
  CHECK(finding["code"] == "E0001");
  CHECK(finding["line"] == 1);
  CHECK(finding["column"] == 5);
  CHECK(finding["end_column"] == 8);
  CHECK(finding["hints"][0] == "hint");
  CHECK(finding["fixes"][0]["text"] == "ghi");
  CHECK(json["errors"] == 1);
}

TEST_CASE("notes and hints are in every format, notes first") {
  Fixture f("abc\n");
  Diagnostic& d = f.diagnostics.add(Code::kSyntax, f.span(0, 3), "bad");
  d.notes.push_back("seen here");
  d.hints.push_back("write abd");
  CHECK(f.text().find("  = note: seen here\n  = help: write abd\n") != std::string::npos);
  const auto json = nlohmann::json::parse(render_json(f.diagnostics, f.sources));
  CHECK(json["findings"][0]["notes"] == nlohmann::json::array({"seen here"}));
  CHECK(json["findings"][0]["hints"] == nlohmann::json::array({"write abd"}));
  CHECK(render_github(f.diagnostics, f.sources).find("bad%0Anote: seen here%0Ahelp: write abd\n") != std::string::npos);
  const auto sarif = nlohmann::json::parse(render_sarif(f.diagnostics, f.sources));
  CHECK(sarif["runs"][0]["results"][0]["message"]["text"] == "bad\nnote: seen here\nhelp: write abd");
}

TEST_CASE("GitHub's annotation escapes what would end it") {
  Sources sources;
  Diagnostics diagnostics;
  const SourceId id = sources.add("a,b:c.recipe", "x\n");
  diagnostics.add(Code::kSyntax, {id, 0, 1}, "100%\nbad");
  CHECK(render_github(diagnostics, sources) ==
        "::error file=a%2Cb%3Ac.recipe,line=1,col=1,endLine=1,endColumn=2,title=E0001::100%25%0Abad\n");
}

TEST_CASE("SARIF names each used rule once and counts columns in characters") {
  Fixture f("\xc3\xa9x y\n");
  f.diagnostics.add(Code::kSyntax, f.span(2, 3), "one");
  f.diagnostics.add(Code::kSyntax, f.span(4, 5), "two");
  const auto json = nlohmann::json::parse(render_sarif(f.diagnostics, f.sources));
  const auto& run = json["runs"][0];
  CHECK(json["version"] == "2.1.0");
  CHECK(run["tool"]["driver"]["rules"].size() == 1);
  CHECK(run["results"].size() == 2);
  CHECK(run["results"][0]["locations"][0]["physicalLocation"]["region"]["startColumn"] == 2);
}

TEST_CASE("past the bound of one source errors are counted and no longer kept; another source is not touched") {
  Fixture f("x");
  const SourceId other = f.sources.add("b.recipe", "y");
  for (size_t i = 0; i < Diagnostics::kMaxDiagnostics + 5; ++i) f.diagnostics.add(Code::kSyntax, f.span(0, 1), "m");
  f.diagnostics.add(Code::kSyntax, {other, 0, 1}, "kept");
  CHECK(f.diagnostics.all().size() == Diagnostics::kMaxDiagnostics + 1);
  CHECK(f.diagnostics.errors() == Diagnostics::kMaxDiagnostics + 6);
  CHECK(f.diagnostics.suppressed() == 5);
  CHECK(summary(f.diagnostics) == "206 errors (5 not shown)");
}

TEST_CASE("diagnostics that were collected apart stand and count as if they had been collected together") {
  Fixture together(""), apart("");
  const SourceId second = together.sources.add("b.recipe", "");
  Diagnostics first_file, second_file;
  for (size_t i = 0; i < Diagnostics::kMaxDiagnostics + 3; ++i) {
    together.diagnostics.add(Code::kSyntax, together.span(0, 0), "m");
    first_file.add(Code::kSyntax, together.span(0, 0), "m");
  }
  for (Diagnostics* each : {&together.diagnostics, &second_file})
    each->add(Code::kUnclosed, {second, 0, 0}, "n").hints.push_back("close it");
  apart.diagnostics.add(std::move(first_file));
  apart.diagnostics.add(std::move(second_file));
  CHECK(apart.diagnostics.errors() == together.diagnostics.errors());
  CHECK(apart.diagnostics.suppressed() == together.diagnostics.suppressed());
  CHECK(render_text(apart.diagnostics, together.sources, false) == together.text());
}

TEST_CASE("each code is found by its text, a lint by its name too") {
  for (const Code code : all_codes()) CHECK(find_code(info(code).text)->code == code);
  CHECK(find_code("no_kernel_filter")->text == "L0101");
  CHECK(find_code("E9999") == nullptr);
}

}  // namespace
}  // namespace recipe
