// SPDX-License-Identifier: Apache-2.0
// Every code has a page, and the page's examples do what the page says.
#include <catch2/catch.hpp>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "compiler/compile.h"
#include "compiler/diagnostic/render.h"
#include "compiler/lint/lint.h"

namespace recipe {
namespace {

struct Block {
  bool fails = false;
  std::string text;
};

// The ```toml block of a page: the recipes.toml of its examples; empty: it has none.
std::string settings_of(std::string_view page) {
  const size_t begin = page.find("```toml\n");
  if (begin == std::string_view::npos) return {};
  const size_t text = begin + 8;
  return std::string(page.substr(text, page.find("```", text) - text));
}

std::vector<Block> blocks_of(std::string_view page) {
  std::vector<Block> blocks;
  std::istringstream in{std::string(page)};
  bool inside = false;
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("```")) {
      if (!inside && line.starts_with("```recipe")) blocks.push_back({line == "```recipe fails", {}});
      inside = !inside;
    } else if (inside && !blocks.empty()) {
      std::string& text = blocks.back().text;
      if (line == "  # ...") {
        for (int i = 0; i < (1 << 14); ++i) text += "  # " + std::string(60, '.') + "\n";
      }
      text += line + '\n';
    }
  }
  return blocks;
}

std::set<std::string> codes_of(const Block& block, bool lints, const std::string& toml = {}) {
  Compilation compilation;
  CompileOptions options;
  options.roots = {RECIPE_SOURCE_DIR "/rules"};  // for an example that imports
  compile_text(compilation, "page.recipe", block.text, options);
  std::set<std::string> codes;
  for (const Diagnostic& d : compilation.diagnostics.all()) codes.insert(std::string(info(d.code).text));
  if (!lints || !compilation.ok) return codes;
  const Result<LintSettings> settings = read_settings(toml, "recipes.toml");
  REQUIRE(settings.ok());
  const Diagnostics found = run_lints(
      compilation, [](const std::string& path) { return path == "page.recipe"; },
      [&](const std::string&) -> const LintSettings& { return *settings; });
  for (const Diagnostic& d : found.all()) codes.insert(std::string(info(d.code).text));
  return codes;
}

TEST_CASE("every code has a page with its title, an example that fails and one that does not") {
  for (const Code code : all_codes()) {
    const CodeInfo& row = info(code);
    INFO(row.text);
    const std::string_view page = find_page(code);
    REQUIRE_FALSE(page.empty());
    CHECK(std::string(page.substr(0, page.find('\n'))) == "# " + std::string(row.text) + ": " + std::string(row.title));
    const std::vector<Block> blocks = blocks_of(page);
    REQUIRE(blocks.size() == 2);
    CHECK(blocks[0].fails);
    CHECK_FALSE(blocks[1].fails);
  }
}

TEST_CASE("the first example of a page gives the page's code and no other, the second gives none") {
  for (const Code code : all_codes()) {
    const CodeInfo& row = info(code);
    INFO(row.text);
    const std::vector<Block> blocks = blocks_of(find_page(code));
    REQUIRE(blocks.size() == 2);
    const std::string text(row.text);
    if (row.severity == Severity::kError) {
      CHECK(codes_of(blocks[0], false) == std::set<std::string>{text});
      CHECK(codes_of(blocks[1], false).empty());
    } else {
      const std::string toml = settings_of(find_page(code));
      CHECK(codes_of(blocks[0], true, toml).count(text) == 1);
      CHECK(codes_of(blocks[1], true, toml).count(text) == 0);
    }
  }
}

}  // namespace
}  // namespace recipe
