// SPDX-License-Identifier: Apache-2.0
// The formatter: how things are laid out, and that nothing but white space ever changes.
#include "compiler/syntax/format.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>

#include "compiler/syntax/parse.h"
#include "compiler/syntax/tokens.h"

namespace recipe {
namespace {

std::string formatted(std::string_view text) {
  const auto out = format_recipe(text);
  REQUIRE(out.has_value());
  return *out;
}

// Every word, comments too.
std::vector<std::string> words(std::string_view text) {
  std::vector<std::string> all;
  Scanner scanner(text);
  for (Token token = scanner.next(); token.kind != kEndOfText; token = scanner.next()) {
    std::string word(text.substr(token.begin, token.end - token.begin));
    if (word.starts_with('#')) word.resize(word.find_last_not_of(" \t\r") + 1);
    all.push_back(std::move(word));
  }
  return all;
}

std::string document(const std::string& text) {
  Sources sources;
  Diagnostics diagnostics;
  const SourceId id = sources.add("a.recipe", text);
  return print(parse(sources, id, diagnostics), sources);
}

std::vector<std::string> library() {
  std::vector<std::string> texts;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(RECIPE_SOURCE_DIR "/rules")) {
    if (entry.path().extension() != ".recipe") continue;
    std::ostringstream text;
    text << std::ifstream(entry.path()).rdbuf();
    texts.push_back(text.str());
  }
  return texts;
}

// The same words and line breaks, other white space: none where none is needed is not tried, for it may join two words.
std::string respaced(const std::string& text, std::mt19937& random) {
  std::string out;
  size_t at = 0;
  Scanner scanner(text);
  const auto spaces = [&](size_t least) { return std::string(least + random() % 7, random() % 5 == 0 ? '\t' : ' '); };
  for (Token token = scanner.next(); token.kind != kEndOfText; token = scanner.next()) {
    const std::string gap = text.substr(at, token.begin - at);
    const auto breaks = static_cast<size_t>(std::count(gap.begin(), gap.end(), '\n'));
    if (breaks == 0) {
      out += gap.empty() ? "" : spaces(1);
    } else {
      for (size_t i = 0; i < breaks + (breaks > 1 ? random() % 3 : 0); ++i)
        out += spaces(0) + (random() % 4 == 0 ? "\r\n" : "\n");
      out += spaces(0);
    }
    out.append(text, token.begin, token.end - token.begin);
    at = token.end;
  }
  return out + spaces(0);
}

}  // namespace

TEST_CASE("members, conditions, brackets and comments stand where everybody puts them") {
  CHECK(formatted(R"(import   "lib/a.recipe"


list names=[a,b ,
"c"]
macro m( x )=
x==a
or x == b and
 y == c
recipe r{
title "T"
importance  high   # as it is
attack [T1059 , T1105]

# about the event
on exec when
process.name in [a,...names] and argv contains "-e"
or process.name==b
and m( argv )
or (
process.uid == 0
and env["X"] == y
)
{
message "m"
}
except "e" when any p in process.ancestors:p.name == x
throttle 1 per 10m by process.exe,argv
message "alone"
doc {
quick """
 kept
   as it is """
}
test "t" match
exec { process.name:a, argv:[a,"-e"] }
then exec { }
test "short"    match   exec { process.name: a }
test "also"     nothing exec {}
# the end
}
)") == R"(import "lib/a.recipe"

list names = [a, b,
  "c"]
macro m(x) =
     x == a
  or x == b and
     y == c
recipe r {
  title       "T"
  importance  high  # as it is
  attack      [T1059, T1105]

  # about the event
  on exec when
       process.name in [a, ...names] and argv contains "-e"
    or process.name == b
         and m(argv)
    or (
          process.uid == 0
      and env["X"] == y
    )
  {
    message "m"
  }
  except "e" when any p in process.ancestors: p.name == x
  throttle 1 per 10m by process.exe, argv
  message "alone"
  doc {
    quick """
 kept
   as it is """
  }
  test "t" match
    exec { process.name: a, argv: [a, "-e"] }
    then exec {}
  test "short"    match   exec { process.name: a }
  test "also"     nothing exec {}
  # the end
}
)");
}

TEST_CASE("the tables and the event of a test stand below each other") {
  const std::string text = R"(recipe a {
  on exec when process.name == sh
  test "x" match
    each program in [sh]
    each code in [
      a,
      b,
    ]
    exec { process.name: program }
  title "a"
}
)";
  CHECK(format_recipe(text) == text);
  std::string flat;
  for (const char c : text) {
    if (c != ' ' || flat.empty() || flat.back() != '\n') flat += c;
  }
  CHECK(format_recipe(flat) == text);
}

TEST_CASE("the library stands as the formatter leaves it") {
  for (const std::string& text : library()) CHECK(formatted(text) == text);
}

TEST_CASE("whatever the white space was, words, comments and meaning stay, and a second time changes nothing") {
  std::mt19937 random(7);
  for (const std::string& text : library()) {
    const std::string other = respaced(text, random);
    const std::string once = formatted(other);
    REQUIRE(words(once) == words(text));
    REQUIRE(document(once) == document(text));
    REQUIRE(formatted(once) == once);
    REQUIRE(once.find('\r') == std::string::npos);
  }
}

TEST_CASE("words in any order are formatted without a change of them, or refused") {
  const std::vector<std::string> all = words(library()[0] + library()[1]);
  std::mt19937 random(11);
  size_t kept = 0;
  for (int round = 0; round < 3000; ++round) {
    std::string text;
    for (size_t i = random() % 30; i-- > 0;) {
      const std::string& word = all[random() % all.size()];
      text += word + (word.starts_with('#') || random() % 4 == 0 ? "\n" : " ");
      if (random() % 20 == 0) text += "\n\n";
    }
    const auto once = format_recipe(text);
    if (!once) continue;
    ++kept;
    INFO(text);
    REQUIRE(words(*once) == words(text));
    REQUIRE(format_recipe(*once) == once);
  }
  CHECK(kept > 100);
}

TEST_CASE("what has an end missing is not touched") {
  for (const char* text : {"recipe a {", "recipe a }", "list a = [b)", "list a = \"b", "\"\"\"", "\x01"}) {
    INFO(text);
    CHECK_FALSE(format_recipe(text).has_value());
  }
  CHECK(formatted("").empty());
  CHECK(formatted(" \n\t\n").empty());
  CHECK(formatted("\xef\xbb\xbf# a") == "# a\n");
}

}  // namespace recipe
