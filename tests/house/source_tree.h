// SPDX-License-Identifier: Apache-2.0
// The project's own files as text, for the house rules. A rule is a function of a Tree, so that it can be shown a good and a
// bad sample beside the real tree.
#pragma once
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace recipe::house {

using Tree = std::map<std::string, std::string>;  // path from the root → text

[[nodiscard]] inline bool has_suffix(std::string_view text, std::string_view suffix) {
  return text.ends_with(suffix);
}

[[nodiscard]] inline bool is_code(std::string_view path) {
  return has_suffix(path, ".h") || has_suffix(path, ".cpp") || has_suffix(path, ".c") || has_suffix(path, ".def");
}

// All regular files below the folders named, but not what a build makes.
[[nodiscard]] inline Tree read_tree(const std::vector<std::string>& folders) {
  const std::filesystem::path root = RECIPE_SOURCE_DIR;
  Tree tree;
  for (const std::string& folder : folders) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root / folder)) {
      if (!entry.is_regular_file()) continue;
      std::ifstream in(entry.path(), std::ios::binary);
      std::ostringstream text;
      text << in.rdbuf();
      tree.emplace(std::filesystem::relative(entry.path(), root).string(), std::move(text).str());
    }
  }
  return tree;
}

[[nodiscard]] inline std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

// What stands between the delimiters of an #include on this line, with the opening delimiter in front: `"a/b.h` or `<c.h`; or
// "".
[[nodiscard]] inline std::string included(std::string_view line) {
  const size_t hash = line.find_first_not_of(" \t");
  if (hash == std::string_view::npos || !line.substr(hash).starts_with("#include")) return {};
  const size_t open = line.find_first_of("\"<", hash);
  if (open == std::string_view::npos) return {};
  const size_t close = line.find_first_of("\">", open + 1);
  return std::string(line.substr(open, close == std::string_view::npos ? close : close - open));
}

}  // namespace recipe::house
