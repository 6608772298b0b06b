// SPDX-License-Identifier: Apache-2.0
// Two readers of one grammar: the table that the build makes of the lexer (make_tables.cpp), and ANTLR's own lexer. They must
// cut any bytes into the same tokens.
#include <RecipeLexer.h>
#include <antlr4-runtime.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>

#include "compiler/syntax/tokens.h"

using namespace recipe;

namespace {

namespace fs = std::filesystem;

// The grammar's lexer reads bytes; those above ASCII it is shown as 127 (RecipeLexer.g4).
class Bytes final : public antlr4::CharStream {
 public:
  explicit Bytes(std::string_view text) : text_(text) {}

  void consume() override { at_ = std::min(at_ + 1, text_.size()); }
  size_t LA(ssize_t i) override {
    const size_t at = i > 0 ? at_ + static_cast<size_t>(i) - 1 : at_ - static_cast<size_t>(-i);
    if (i == 0 || at >= text_.size()) return EOF;
    return std::min<size_t>(static_cast<unsigned char>(text_[at]), 127);
  }
  ssize_t mark() override { return 0; }
  void release(ssize_t) override {}
  size_t index() override { return at_; }
  void seek(size_t index) override { at_ = std::min(index, text_.size()); }
  size_t size() override { return text_.size(); }
  std::string getSourceName() const override { return "recipe"; }
  std::string getText(const antlr4::misc::Interval& interval) override {
    const auto begin = static_cast<size_t>(interval.a);
    return begin < text_.size() ? std::string(text_.substr(begin, static_cast<size_t>(interval.b - interval.a + 1))) : "";
  }
  std::string toString() const override { return std::string(text_); }

 private:
  std::string_view text_;
  size_t at_ = 0;
};

using Cut = std::vector<std::array<size_t, 3>>;  // kind, begin, end

Cut by_grammar(std::string_view text) {
  Bytes bytes(text);
  grammar::RecipeLexer lexer(&bytes);
  lexer.removeErrorListeners();
  Cut tokens;
  while (true) {
    const auto token = lexer.nextToken();
    if (token->getType() == antlr4::Token::EOF) return tokens;
    tokens.push_back({token->getType(), token->getStartIndex(), token->getStopIndex() + 1});
  }
}

Cut by_table(std::string_view text) {
  Scanner scanner(text);
  Cut tokens;
  for (Token token = scanner.next(); token.kind != kEndOfText; token = scanner.next())
    tokens.push_back({token.kind, token.begin, token.end});
  return tokens;
}

std::string read(const fs::path& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

// What tokens are made of, so that random texts reach deep into the automaton.
constexpr std::string_view kPieces[] = {"recipe",    "exception",  "process.marked",
                                        "file.mark", "startswith", "noc",
                                        "ase",       "true",       "a",
                                        "Z",         "_",          "0",
                                        "9",         "0x",         "0o",
                                        "1f",        "KiB",        "Mi",
                                        "ms",        "d",          "h",
                                        ":",         "::",         "fe80",
                                        "10.0.0",    "255",        "/8",
                                        ".",         "...",        "-",
                                        "+",         "-e",         "=",
                                        "==",        "!=",         "<=",
                                        ">",         "{",          "}",
                                        "[",         "]",          "(",
                                        ")",         ",",          "#",
                                        "\"",        "\"\"",       "\"\"\"",
                                        "\\",        "\\\"",       "\\n",
                                        "r\"",       "r#\"",       "\"#",
                                        "\n",        "\r\n",       " ",
                                        "\t",        "'",          ";",
                                        "\x7f",      "\xc3\xa9",   "\xff",
                                        "$",         "|",          "allow",
                                        "g++",       "x86-64"};

}  // namespace

TEST_CASE("the table cuts every recipe of the library as the grammar's lexer does") {
  size_t files = 0;
  for (const char* folder : {"/rules", "/tests/fuzz/corpus/recipe"}) {
    for (const fs::directory_entry& file : fs::recursive_directory_iterator(std::string(RECIPE_SOURCE_DIR) + folder)) {
      if (!file.is_regular_file()) continue;
      std::string text = read(file.path());
      if (text.starts_with("\xef\xbb\xbf")) text.erase(0, 3);  // a mark that the scanner alone passes over
      INFO(file.path());
      CHECK(by_table(text) == by_grammar(text));
      ++files;
    }
  }
  CHECK(files > 150);
}

TEST_CASE("the table cuts random texts as the grammar's lexer does") {
  std::mt19937 random(20260101);
  for (int round = 0; round < 20'000; ++round) {
    std::string text;
    const size_t pieces = 1 + random() % 12;
    for (size_t i = 0; i < pieces; ++i) text += kPieces[random() % std::size(kPieces)];
    INFO(text);
    REQUIRE(by_table(text) == by_grammar(text));
  }
}

TEST_CASE("the table cuts every pair of bytes as the grammar's lexer does") {
  for (unsigned first = 0; first < 256; ++first) {
    for (unsigned second = 0; second < 256; ++second) {
      const std::string text = {static_cast<char>(first), static_cast<char>(second)};
      INFO(first << " " << second);
      REQUIRE(by_table(text) == by_grammar(text));
    }
  }
}
