// SPDX-License-Identifier: Apache-2.0
// Golden tests of the compiler's front. The folder chooses the stage, a file NAME.recipe is one case: the input, a line
// `#---- expect`, and what the stage prints for it, as comments. UPDATE_GOLDENS=1 rewrites the expectations
// (tools/dev/update-goldens); read the diff before you commit it.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <vector>

#include "compiler/check/check.h"
#include "compiler/compile.h"
#include "compiler/diagnostic/render.h"
#include "compiler/lower/lower.h"
#include "compiler/syntax/parse.h"

namespace recipe {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kExpect = "#---- expect\n";

std::string document_stage(const std::string& name, const std::string& input) {
  Sources sources;
  Diagnostics diagnostics;
  const Document document = parse(sources, sources.add(name, input), diagnostics);
  return print(document, sources);
}

std::string diagnostics_of(Compilation& compilation) {
  compilation.diagnostics.sort();
  const std::string text = render_text(compilation.diagnostics, compilation.sources, false);
  return text.empty() ? "no diagnostics\n" : text + '\n' + summary(compilation.diagnostics) + '\n';
}

std::string compiled_stage(const std::string& stage, const std::string& name, const std::string& input) {
  Compilation compilation;
  compile_text(compilation, name, input, {});
  if (stage == "diagnostics") return diagnostics_of(compilation);
  if (!compilation.ok) return diagnostics_of(compilation);
  std::string out;
  if (stage == "recipe") {
    for (const Recipe& recipe : compilation.set.recipes) out += print(recipe, compilation.sources);
  }
  for (size_t i = 0; i < compilation.simplified.size(); ++i) {
    if (stage == "predicate") out += print(compilation.simplified[i]);
    if (stage == "clauses") out += print(compilation.clauses[i], compilation.simplified[i]);
  }
  return out;
}

std::string as_comments(const std::string& text) {
  std::string out;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    line.erase(line.find_last_not_of(" \r") + 1);
    out += line.empty() ? "#\n" : "# " + line + '\n';
  }
  return out;
}

void run_stage(const std::string& stage) {
  const bool update = std::getenv("UPDATE_GOLDENS") != nullptr;
  std::vector<fs::path> cases;
  for (const auto& entry : fs::directory_iterator(fs::path(RECIPE_SOURCE_DIR) / "tests/golden" / stage)) {
    if (entry.path().extension() == ".recipe") cases.push_back(entry.path());
  }
  std::sort(cases.begin(), cases.end());
  REQUIRE_FALSE(cases.empty());
  for (const fs::path& path : cases) {
    INFO(path.string());
    std::ifstream in(path, std::ios::binary);
    const std::string whole{std::istreambuf_iterator<char>(in), {}};
    const size_t mark = whole.find(kExpect);
    if (!update) REQUIRE(mark != std::string::npos);
    const std::string input = whole.substr(0, mark);
    const std::string expected = mark == std::string::npos ? "" : whole.substr(mark + kExpect.size());
    const std::string name = path.filename().string();
    const std::string got = as_comments(stage == "document" ? document_stage(name, input) : compiled_stage(stage, name, input));
    if (update && got != expected) {
      std::ofstream(path, std::ios::binary) << input << kExpect << got;
    } else {
      CHECK(got == expected);
    }
  }
}

TEST_CASE("a document prints what was written") {
  run_stage("document");
}
TEST_CASE("a recipe prints what was resolved") {
  run_stage("recipe");
}
TEST_CASE("a predicate prints after it was simplified") {
  run_stage("predicate");
}
TEST_CASE("clauses print as conjunctions") {
  run_stage("clauses");
}
TEST_CASE("diagnostics read as an author sees them") {
  run_stage("diagnostics");
}

}  // namespace
}  // namespace recipe
