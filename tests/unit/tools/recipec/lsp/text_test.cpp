// SPDX-License-Identifier: Apache-2.0
#include "tools/recipec/lsp/text.h"

#include <catch2/catch.hpp>
#include <random>

#include "tools/recipec/lsp/cursor.h"
#include "tools/recipec/lsp/protocol.h"

namespace recipe::lsp {

TEST_CASE("characters are counted in the unit that was agreed upon") {
  // ä: 2 bytes, 1 unit; 𝒳: 4 bytes, 2 units; a stray byte counts one.
  const Text text(
      "ab\n\xc3\xa4\xf0\x9d\x92\xb3x\xff"
      "y\n");
  CHECK(text.position(9, Encoding::kUtf16).character == 3);
  CHECK(text.position(9, Encoding::kUtf8).character == 6);
  CHECK(text.position(9, Encoding::kUtf32).character == 2);
  CHECK(text.offset({1, 3}, Encoding::kUtf16) == 9);
  CHECK(text.offset({1, 6}, Encoding::kUtf8) == 9);
  CHECK(text.offset({1, 2}, Encoding::kUtf32) == 9);
  CHECK(text.offset({1, 5}, Encoding::kUtf16) == 11);
  // Within a character: its beginning. Behind the line or the text: its end.
  CHECK(text.offset({1, 2}, Encoding::kUtf16) == 5);
  CHECK(text.offset({0, 99}, Encoding::kUtf16) == 2);
  CHECK(text.offset({99, 0}, Encoding::kUtf16) == text.size());
}

TEST_CASE("a line ends at \\n, at \\r\\n and at a lone \\r") {
  const Text text("a\r\nb\rc\n");
  CHECK(text.lines() == 4);
  CHECK(text.line(0) == "a");
  CHECK(text.line(1) == "b");
  CHECK(text.line(2) == "c");
  CHECK(text.line(3).empty());
}

TEST_CASE("after any change a text has the lines that it would have from the start") {
  std::mt19937 random(7);
  const std::string letters = "ab\n\r";
  const auto some = [&](size_t most) {
    std::string out;
    for (size_t n = random() % (most + 1); n > 0; --n) out += letters[random() % letters.size()];
    return out;
  };
  for (int round = 0; round < 20000; ++round) {
    std::string bytes = some(12);
    Text text(bytes);
    for (int change = 0; change < 3; ++change) {
      const auto begin = static_cast<uint32_t>(random() % (bytes.size() + 1));
      const auto end = begin + static_cast<uint32_t>(random() % (bytes.size() - begin + 1));
      const std::string words = some(4);
      text.replace(begin, end, words);
      bytes.replace(begin, end - begin, words);
      const Text fresh(bytes);
      INFO(bytes);
      REQUIRE(text.bytes() == bytes);
      REQUIRE(text.lines() == fresh.lines());
      for (uint32_t line = 0; line < fresh.lines(); ++line) REQUIRE(text.line(line) == fresh.line(line));
    }
  }
}

TEST_CASE("a URI becomes a path and back, and what is no file has a path that no file has") {
  CHECK(path_of("file:///a%20b/./c.recipe") == "/a b/c.recipe");
  CHECK(uri_of("/a b/c.recipe") == "file:///a%20b/c.recipe");
  CHECK(path_of("file:///a/%zz") == "/a/%zz");
  CHECK(path_of("untitled:Untitled-1") == "/:untitled:Untitled-1");
  CHECK(path_of("") == "/:");
}

TEST_CASE("where the cursor stands is told from the words before it") {
  const auto where = [](std::string text) {
    const size_t at = text.find('|');
    text.erase(at, 1);
    return find_cursor(text, static_cast<uint32_t>(at)).where;
  };
  CHECK(where("|") == Where::kTop);
  CHECK(where("recipe a {\n}\nre|") == Where::kTop);
  CHECK(where("recipe a {\n  |") == Where::kMember);
  CHECK(where("recipe a {\n  imp|") == Where::kMember);
  CHECK(where("recipe a {\n  importance |") == Where::kKeyValue);
  CHECK(where("recipe a {\n  importance high\n  |") == Where::kMember);
  CHECK(where("recipe a {\n  attack [T1059, |") == Where::kKeyValue);
  CHECK(where("recipe a {\n  on |") == Where::kEvent);
  CHECK(where("recipe a {\n  on any |") == Where::kGroup);
  CHECK(where("recipe a {\n  on exec when |") == Where::kSubject);
  CHECK(where("recipe a {\n  on exec when process.na|") == Where::kSubject);
  CHECK(where("recipe a {\n  on exec when process.|") == Where::kSubject);
  CHECK(where("recipe a {\n  on exec when process.name |") == Where::kOperator);
  CHECK(where("recipe a {\n  on exec when process.name not |") == Where::kOperator);
  CHECK(where("recipe a {\n  on exec when process.name in |") == Where::kValue);
  CHECK(where("recipe a {\n  on exec when process.name in [perl, |") == Where::kValue);
  CHECK(where("recipe a {\n  on exec when process.name == perl |") == Where::kAfterTerm);
  CHECK(where("recipe a {\n  on exec when process.name == perl and |") == Where::kSubject);
  CHECK(where("recipe a {\n  on exec when (process.uid == 0 or |") == Where::kSubject);
  CHECK(where("recipe a {\n  on exec when argv has flag |") == Where::kValue);
  CHECK(where("recipe a {\n  on exec when any p in |") == Where::kField);
  CHECK(where("recipe a {\n  on exec when any p in process.ancestors: |") == Where::kSubject);
  CHECK(where("recipe a {\n  on exec when process.marked |") == Where::kMark);
  CHECK(where("recipe a {\n  on exec when process.uid == 0 {\n    |") == Where::kBlockKey);
  CHECK(where("recipe a {\n  doc {\n    |") == Where::kDocKey);
  CHECK(where("recipe a {\n  test \"x\" |") == Where::kExpectation);
  CHECK(where("recipe a {\n  test \"x\" match |") == Where::kTestEvent);
  CHECK(where("recipe a {\n  test \"x\" match exec { |") == Where::kTestField);
  CHECK(where("recipe a {\n  test \"x\" match exec { process.name: |") == Where::kTestValue);
  CHECK(where("recipe a {\n  title \"on exec when |") == Where::kNothing);
  CHECK(where("macro m(x) = |") == Where::kSubject);
  CHECK(where("program p { |") == Where::kProgramItem);
  CHECK(where("import \"li|") == Where::kImport);
  CHECK(where("recipe a {\n  # allow(no_|") == Where::kAllow);
}

}  // namespace recipe::lsp
