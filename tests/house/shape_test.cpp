// SPDX-License-Identifier: Apache-2.0
// What every file of ours looks like: a licence line, a file comment, a length that one reads, no leftovers.
#include <catch2/catch.hpp>
#include <regex>

#include "tests/house/source_tree.h"

namespace recipe::house {
namespace {

constexpr size_t kLongFile =
    500;  // lines; above it the file comment says why, with the words "long because". Tables are exempt.

// A header says what the .cpp beside it does; a test's sentences say what it is.
bool explained_elsewhere(const Tree& tree, const std::string& path) {
  if (has_suffix(path, "_test.cpp")) return true;
  return has_suffix(path, ".cpp") && tree.contains(path.substr(0, path.size() - 4) + ".h");
}

std::vector<std::string> misshapen(const Tree& tree) {
  static const std::regex kLeftover(R"(\b(TODO|FIXME|XXX|HACK)\b)");
  std::vector<std::string> found;
  for (const auto& [path, text] : tree) {
    if (!is_code(path)) continue;
    const std::vector<std::string> lines = lines_of(text);
    const std::string head = lines.empty() ? "" : lines[0];
    if (head.find("SPDX-License-Identifier: Apache-2.0") == std::string::npos) found.push_back(path + ": no licence line");
    const bool kernel = path.starts_with("bpf/");
    if (kernel && head.find("GPL-2.0") == std::string::npos)
      found.push_back(path + ": the kernel half is dual Apache-2.0 and GPL-2.0");
    const bool commented = lines.size() > 1 && (lines[1].starts_with("//") || lines[1].starts_with("/*"));
    if (!commented && !explained_elsewhere(tree, path)) found.push_back(path + ": no file comment");
    if (lines.size() > kLongFile && !has_suffix(path, ".def") && text.find("long because") == std::string::npos) {
      found.push_back(path + ": " + std::to_string(lines.size()) + " lines and no reason");
    }
    if (!path.starts_with("tests/house/") && std::regex_search(text, kLeftover)) found.push_back(path + ": a note to self");
    if (has_suffix(path, ".h") && text.find("#pragma once") == std::string::npos) found.push_back(path + ": no #pragma once");
  }
  return found;
}

}  // namespace

TEST_CASE("every source file has its licence, its comment and a length that one reads") {
  CHECK(misshapen(read_tree({"bpf", "runtime", "compiler", "tools", "tests"})) == std::vector<std::string>{});
}

TEST_CASE("the shape rule sees a file without licence, comment or guard") {
  CHECK(misshapen({{"runtime/a.h", "int x;\n"}}).size() == 3);
  CHECK(misshapen({{"runtime/a.h", "// SPDX-License-Identifier: Apache-2.0\n// What it is.\n#pragma once\n"}}).empty());
}

TEST_CASE("every recipe stands in a file of its own name") {
  const std::regex declaration(R"((^|\n)recipe\s+(\w+)\s*\{)");
  size_t recipes = 0;
  for (const auto& [path, text] : read_tree({"rules"})) {
    if (!has_suffix(path, ".recipe")) continue;
    const bool library = path.starts_with("rules/lib/");
    size_t here = 0;
    for (auto at = std::sregex_iterator(text.begin(), text.end(), declaration); at != std::sregex_iterator(); ++at) {
      INFO(path);
      CHECK((*at)[2] == std::filesystem::path(path).stem().string());
      ++here;
    }
    INFO(path);
    CHECK(here == (library ? 0U : 1U));
    recipes += here;
  }
  CHECK(recipes >= 2);
}

}  // namespace recipe::house
