// SPDX-License-Identifier: Apache-2.0
// Editors colour what the lexer reads: every keyword of the grammar is known to the TextMate grammar and to vim's syntax, every
// key of the server to both, and vim itself agrees.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <regex>
#include <set>

#include "tests/house/source_tree.h"
#include "tests/support/run_command.h"
#include "tests/support/skip.h"

namespace recipe::house {
namespace {

// NAME : 'word' | 'other' ;  of words that are letters.
std::set<std::string> keywords(const std::string& lexer) {
  static const std::regex kRule(R"(^[A-Z_]+ : ('[a-z_.]+'(?: \| '[a-z_.]+')*) ;)");
  static const std::regex kWord(R"('([a-z_.]+)')");
  std::set<std::string> words;
  for (const std::string& line : lines_of(lexer)) {
    std::smatch rule;
    if (!std::regex_search(line, rule, kRule)) continue;
    const std::string all = rule[1];
    for (std::sregex_iterator word(all.begin(), all.end(), kWord), end; word != end; ++word) {
      // A word of letters: `...` is none.
      if ((*word)[1].str().find_first_not_of('.') != std::string::npos) words.insert((*word)[1]);
    }
  }
  return words;
}

// The words of a file; a dot of a field may stand escaped or in brackets.
bool knows(std::string text, const std::string& word) {
  text = std::regex_replace(text, std::regex(R"(\\+\.|\[\.\])"), ".");
  // vim: %(process|file)[.]marked
  text = std::regex_replace(text, std::regex(R"(%\(process\|file\)\.marked)"), "process.marked file.marked");
  const auto is_part = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; };
  for (size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) {
    // \b and \< stand before a word in patterns.
    const bool begins = at == 0 || !is_part(text[at - 1]) || (at > 1 && text[at - 2] == '\\' && text[at - 1] == 'b');
    if (begins && (at + word.size() == text.size() || !is_part(text[at + word.size()]))) return true;
  }
  return false;
}

std::vector<std::string> unknown(const std::set<std::string>& words, const std::string& text) {
  std::vector<std::string> missing;
  for (const std::string& word : words) {
    if (!knows(text, word)) missing.push_back(word);
  }
  return missing;
}

}  // namespace

TEST_CASE("every keyword of the lexer is known to the editors' grammars") {
  const std::set<std::string> words = keywords(read_tree({"grammar"}).at("grammar/RecipeLexer.g4"));
  REQUIRE(words.size() > 35);
  REQUIRE(words.contains("startswith"));
  REQUIRE(words.contains("process.marked"));
  CHECK(unknown(words, read_tree({"tools/vscode"}).at("tools/vscode/syntaxes/recipe.tmLanguage.json")) ==
        std::vector<std::string>{});
  CHECK(unknown(words, read_tree({"tools/vim"}).at("tools/vim/syntax/recipe.vim")) == std::vector<std::string>{});
}

TEST_CASE("every key that the server completes is known to the editors' grammars") {
  const std::regex row("^KEYWORD\\(\"(\\w+)\"");
  std::set<std::string> words;
  for (const std::string& line : lines_of(read_tree({"tools/recipec/lsp"}).at("tools/recipec/lsp/keywords.def"))) {
    std::smatch match;
    if (std::regex_search(line, match, row)) words.insert(match[1]);
  }
  REQUIRE(words.size() > 20);
  CHECK(unknown(words, read_tree({"tools/vscode"}).at("tools/vscode/syntaxes/recipe.tmLanguage.json")) ==
        std::vector<std::string>{});
  CHECK(unknown(words, read_tree({"tools/vim"}).at("tools/vim/syntax/recipe.vim")) == std::vector<std::string>{});
}

TEST_CASE("the keyword rule sees a word that a grammar lacks") {
  const std::set<std::string> words = keywords("NEW : 'newword' ;\nELLIPSIS : '...' ;\nMARKED : 'a.b' | 'c.d' ;\n");
  CHECK(words == std::set<std::string>{"newword", "a.b", "c.d"});
  CHECK(unknown(words, "new word a\\\\.b c[.]d") == std::vector<std::string>{"newword"});
}

TEST_CASE("the extension's parts are JSON and are there") {
  const Tree tree = read_tree({"tools/vscode"});
  for (const auto& [path, text] : tree) {
    if (!has_suffix(path, ".json")) continue;
    INFO(path);
    CHECK_FALSE(nlohmann::json::parse(text, nullptr, false).is_discarded());
  }
  const auto package = nlohmann::json::parse(tree.at("tools/vscode/package.json"));
  for (const char* part : {"grammars", "snippets"})
    CHECK(tree.contains("tools/vscode" + package["contributes"][part][0]["path"].get<std::string>().substr(1)));
}

TEST_CASE("vim finds the groups of known words, and every recipe ends outside of strings") {
  const std::string script = RECIPE_SOURCE_DIR "/tools/vim/test/syntax.vim";
  const CommandResult vim = run_command({"/usr/bin/vim", "-Nnu", "NONE", "-i", "NONE", "-es", "-S", script});
  if (vim.code == -1 || vim.code == 127) SKIP_TEST("needs Debian's package vim");
  CHECK(vim.out == "");
  CHECK(vim.code == 0);
}

}  // namespace recipe::house
