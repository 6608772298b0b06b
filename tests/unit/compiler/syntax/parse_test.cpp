// SPDX-License-Identifier: Apache-2.0
#include "compiler/syntax/parse.h"

#include <catch2/catch.hpp>
#include <chrono>
#include <filesystem>

#include "runtime/base/parallel.h"

namespace recipe {
namespace {

struct Parsed {
  Sources sources;
  Diagnostics diagnostics;
  Document document;
  explicit Parsed(std::string text) { document = parse(sources, sources.add("a.recipe", std::move(text)), diagnostics); }
  std::string codes() const {
    std::string out;
    for (const Diagnostic& d : diagnostics.all()) out += std::string(info(d.code).text) + ' ';
    return out;
  }
};

Parsed condition(const std::string& text) {
  return Parsed("recipe a {\n  on exec when " + text + "\n}\n");
}

std::string repeated(const std::string& text, size_t n) {
  std::string out;
  for (size_t i = 0; i < n; ++i) out += text;
  return out;
}

TEST_CASE("20,000 open brackets, parentheses, braces, nots and loops end in one E0006, soon") {
  for (const std::string open : {"(", "[", "not ", "any p in a: ", "a in [", "m("}) {
    const auto start = std::chrono::steady_clock::now();
    const Parsed p = condition(repeated(open, 20'000));
    INFO(open << p.codes());
    CHECK(p.diagnostics.errors() == 1);
    CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(10));
  }
  CHECK(Parsed(repeated("{", 20'000)).diagnostics.errors() == 1);
  CHECK(condition(repeated("(", 20'000) + "a" + repeated(")", 20'000)).codes() == "E0006 ");
}

TEST_CASE("64 parentheses are accepted, 65 are not") {
  CHECK(condition(repeated("(", 63) + "a == b" + repeated(")", 63)).codes().empty());
  CHECK(condition(repeated("(", 65) + "a == b" + repeated(")", 65)).codes() == "E0006 ");
}

TEST_CASE("offsets are bytes of the file, behind a byte order mark and letters of two bytes too") {
  const Parsed p("\xef\xbb\xbf# \xc3\xa9\r\nrecipe a {\r\n  title \"\xc3\xa9\"\r\n}\r\n");
  REQUIRE(p.codes().empty());
  REQUIRE(p.document.recipes.size() == 1);
  CHECK(p.sources.text(p.document.recipes[0].name.span) == "a");
  CHECK(p.sources.text(p.document[p.document.recipes[0].properties[0].value].span) == "\"\xc3\xa9\"");
}

TEST_CASE("an error costs one member: the others of its recipe and the file are there") {
  const Parsed p("recipe a {\n  title \"t\n  category execution\n  on exec when x ==\n  status stable\n}\nlist ok = [a]\n");
  CHECK(p.diagnostics.errors() >= 2);
  REQUIRE(p.document.recipes.size() == 1);
  CHECK(p.document.recipes[0].properties.size() == 2);
  CHECK(p.document.lists.size() == 1);
}

TEST_CASE("a declaration at the start of a line ends a recipe that was not closed") {
  const Parsed p("recipe a {\n  on exec when (x\nrecipe b {\n  title \"t\"\n}\n");
  CHECK(p.codes() == "E0002 ");
  CHECK(p.document.recipes.size() == 2);
}

TEST_CASE("an or that begins its line is marked, one within a line is not") {
  const Parsed p = condition("a == b or c == d\n    or e == f");
  const Expression& root = p.document[p.document.recipes[0].ons[0].when];
  REQUIRE(root.children.size() == 3);
  CHECK_FALSE(p.document[root.children[1]].begins_line);
  CHECK(p.document[root.children[2]].begins_line);
}

TEST_CASE("the body of a loop extends over and and or, up to the closing parenthesis") {
  const Parsed p = condition("(any p in list: p.a == b or p.c == d) and e == f");
  const Expression& root = p.document[p.document.recipes[0].ons[0].when];
  REQUIRE(root.form == ExpressionForm::kAnd);
  const Expression& loop = p.document[root.children[0]];
  REQUIRE(loop.form == ExpressionForm::kAny);
  CHECK(p.document[loop.children[0]].form == ExpressionForm::kOr);
}

TEST_CASE("a dotted word is a field on the right of an operator, and text in a list or where a part begins with a digit") {
  const auto form = [](const std::string& text) {
    const Parsed p = condition(text);
    const WrittenValue& v = p.document[p.document[p.document.recipes[0].ons[0].when].value];
    return v.form == ValueForm::kList ? p.document[v.items[0]].form : v.form;
  };
  CHECK(form("a == process.exe") == ValueForm::kPath);
  CHECK(form("a in [process.exe]") == ValueForm::kWord);
  CHECK(form("a == python3.11") == ValueForm::kWord);
  CHECK(form("a == perl") == ValueForm::kWord);
}

TEST_CASE("numbers and durations have 64 bits, and what does not fit is refused") {
  const auto number = [](const std::string& text) {
    const Parsed p = condition("a == " + text);
    return p.codes().empty() ? p.document[p.document[p.document.recipes[0].ons[0].when].value].number : -99;
  };
  CHECK(number("0x1f") == 31);
  CHECK(number("0o755") == 493);
  CHECK(number("4KiB") == 4096);
  CHECK(number("-7") == -7);
  CHECK(number("250ms") == 250'000'000);
  CHECK(number("10m") == 600'000'000'000);
  CHECK(number("9223372036854775807") == INT64_MAX);
  CHECK(number("9223372036854775808") == -99);
  CHECK(number("106752d") == -99);
}

TEST_CASE("common indentation goes from a text of several lines") {
  const Parsed p("recipe a {\n  doc {\n    quick \"\"\"\n      one\n        two\\t\n\n      \"\"\"\n  }\n}\n");
  REQUIRE(p.codes().empty());
  CHECK(p.document[p.document.recipes[0].doc[0].value].text == "one\n  two\t\n\n");
}

TEST_CASE("NUL bytes and broken UTF-8 are refused wherever they stand") {
  CHECK(Parsed(std::string("recipe a {\n title \"x\0y\"\n}\n", 25)).codes() == "E0004 ");
  CHECK(Parsed("# \xff\nlist a = [b]\n").codes() == "E0004 ");
}

TEST_CASE("a declaration of more than 1 MiB is refused, and the next one is read") {
  const Parsed p("list a = [" + repeated("b, ", 400'000) + "]\nlist c = [d]\n");
  CHECK(p.codes() == "E0007 ");
  REQUIRE(p.document.lists.size() == 1);
  CHECK(p.document.lists[0].name.text == "c");
}

TEST_CASE("a file of nothing but errors is given up after a hundred, and says so") {
  const Parsed p(repeated("recipe a { x = }\n", 10'000));
  CHECK(p.diagnostics.errors() == 101);
  CHECK(p.diagnostics.all().back().message == "100 errors in one file: what follows was not read");
}

TEST_CASE("an allow comment is kept with its reason") {
  const Parsed p("# allow(no_kernel_filter): any program may\nlist a = [b]\n");
  REQUIRE(p.document.allows.size() == 1);
  CHECK(p.document.allows[0].lint.text == "no_kernel_filter");
  CHECK(p.document.allows[0].reason == "any program may");
}

// What came of a file, as text.
std::string outcome(DocumentParser& parser, const Sources& sources, SourceId id) {
  Diagnostics diagnostics;
  std::string out = print(parser.parse(sources, id, diagnostics), sources);
  for (const Diagnostic& d : diagnostics.all())
    out += std::string(info(d.code).text) + " " + std::to_string(d.primary.span.begin) + " " + d.message + "\n";
  return out;
}

TEST_CASE("what a parser makes of a file depends on its text alone: on many threads, and behind files that are broken") {
  Sources sources;
  for (const char* folder : {"/rules", "/tests/fuzz/corpus/recipe"}) {
    for (const auto& file : std::filesystem::recursive_directory_iterator(std::string(RECIPE_SOURCE_DIR) + folder))
      if (file.is_regular_file()) REQUIRE(sources.load(file.path()).ok());
  }
  // Cut in the middle, most of them have faults.
  const auto whole = static_cast<uint32_t>(sources.size());
  for (uint32_t i = 0; i < whole; ++i) {
    const std::string text = sources[SourceId{i}].text;
    sources.add("cut", text.substr(0, text.size() * (i % 9 + 1) / 10));
  }
  std::vector<std::string> alone(sources.size()), together(sources.size());
  // The threads begin: what ANTLR remembers of earlier texts is then not there yet.
  const auto work = [&](Items& items) {
    DocumentParser parser;
    while (const auto i = items.next()) together[*i] = outcome(parser, sources, SourceId{static_cast<uint32_t>(*i)});
  };
  work_on(together.size(), work, 4);
  for (uint32_t i = 0; i < alone.size(); ++i) {
    DocumentParser fresh;
    alone[i] = outcome(fresh, sources, SourceId{i});
  }
  for (size_t i = 0; i < alone.size(); ++i) {
    INFO(sources[SourceId{static_cast<uint32_t>(i)}].path);
    CHECK(together[i] == alone[i]);
  }
}

}  // namespace
}  // namespace recipe
