// SPDX-License-Identifier: Apache-2.0
// recipes.toml: what a team asks of its recipes beyond the language.
//
//   [lints]
//   missing_test = "error"                         # allow, warn or error
//   [metadata]
//   required = ["author", "references", "doc.actions"]
//   [names]                                        # RE2 patterns
//   recipe = "^[a-z][a-z0-9_]*$"
#pragma once
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/diagnostic/diagnostic.h"
#include "runtime/base/pattern.h"
#include "runtime/base/result.h"

namespace recipe {

enum class LintLevel : uint8_t { kAllow, kWarn, kError };

struct NamePattern {
  std::string pattern;
  std::shared_ptr<const Regex> regex;  // nullptr: any name will do
};

struct LintSettings {
  LintSettings();  // what holds without a file

  std::map<Code, LintLevel> levels;
  std::vector<std::string> required;  // keys of a recipe, and `doc.KEY`
  NamePattern recipes, lists, macros;

  [[nodiscard]] LintLevel level(Code code) const;
};

inline constexpr std::string_view kSettingsFile = "recipes.toml";
inline constexpr size_t kMaxSettingsBytes = size_t{1} << 20;

// Error: `PATH:LINE: what is wrong`, with the nearest known name where one is unknown.
[[nodiscard]] Result<LintSettings> read_settings(std::string_view text, const std::string& path);

// The settings of each file: the nearest recipes.toml in its folder or above. Read once a folder.
class SettingsFinder {
 public:
  // Error: the file cannot be read, or is wrong. The pointer lives as long as the finder.
  [[nodiscard]] Result<const LintSettings*> of(const std::filesystem::path& file);

 private:
  std::map<std::filesystem::path, const LintSettings*> by_folder_;
  std::vector<std::unique_ptr<LintSettings>> read_;
  LintSettings defaults_;
};

}  // namespace recipe
