// SPDX-License-Identifier: Apache-2.0
// See settings.h. toml++ is used here alone; it throws, and nothing of that leaves this file.
#include "compiler/lint/settings.h"

#include <toml++/toml.h>

#include <algorithm>
#include <optional>
#include <system_error>

#include "compiler/check/suggest.h"
#include "runtime/base/read_file.h"

namespace recipe {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kRecipeNames = "^[a-z][a-z0-9_]*$";

NamePattern name_pattern(std::string_view pattern) {
  Result<Regex> regex = Regex::compile(pattern, false);
  if (!regex.ok()) return {std::string(pattern), nullptr};
  return {std::string(pattern), std::make_shared<const Regex>(std::move(regex).value())};
}

constexpr std::string_view kKeys[] = {
    "title",     "author",       "category",         "method",     "importance", "attack",          "tags",
    "version",   "status",       "references",       "throttle",   "message",    "false_positives", "evasions",
    "doc.quick", "doc.analysis", "doc.implications", "doc.actions"};

class Reader {
 public:
  explicit Reader(const std::string& path) : path_(path) {}

  Result<LintSettings> read(const toml::table& file) {
    for (const auto& [key, value] : file) {
      const toml::table* table = value.as_table();
      const std::string_view name = key.str();
      static constexpr std::string_view kTables[] = {"lints", "metadata", "names"};
      if (std::find(std::begin(kTables), std::end(kTables), name) == std::end(kTables)) {
        fault(key.source().begin, "unknown table `" + std::string(name) + "`", suggest(name, kTables));
      } else if (table == nullptr) {
        fault(key.source().begin, "`" + std::string(name) + "` is no table; write `[" + std::string(name) + "]`");
      } else if (name == "lints") {
        levels(*table);
      } else if (name == "metadata") {
        metadata(*table);
      } else {
        names(*table);
      }
    }
    if (error_) return Error{*error_, 0};
    return std::move(settings_);
  }

  [[nodiscard]] static Error at(const std::string& path, const toml::source_position& place, const std::string& what) {
    return Error{path + ":" + std::to_string(place.line) + ": " + what, 0};
  }

 private:
  // The first counts: one is mended after the other.
  void fault(const toml::source_position& place, const std::string& what, const std::string& nearest = {}) {
    if (!error_) error_ = at(path_, place, what + (nearest.empty() ? "" : "; did you mean `" + nearest + "`?")).what;
  }

  void levels(const toml::table& table) {
    std::vector<std::string_view> known;
    for (const Code code : all_codes()) {
      if (info(code).severity != Severity::kError) known.push_back(info(code).title);
    }
    for (const auto& [key, value] : table) {
      const std::string_view name = key.str();
      const CodeInfo* code = find_code(name);
      if (code == nullptr || code->severity == Severity::kError) {
        fault(key.source().begin, "there is no lint `" + std::string(name) + "`", suggest(name, known));
        continue;
      }
      const std::string level = value.value_or(std::string());
      if (level != "allow" && level != "warn" && level != "error") {
        fault(value.source().begin, "the level of `" + std::string(name) + "` is \"allow\", \"warn\" or \"error\"");
        continue;
      }
      settings_.levels[code->code] = level == "allow"  ? LintLevel::kAllow
                                     : level == "warn" ? LintLevel::kWarn
                                                       : LintLevel::kError;
    }
  }

  void metadata(const toml::table& table) {
    for (const auto& [key, value] : table) {
      if (key.str() != "required") {
        fault(key.source().begin, "unknown key `metadata." + std::string(key.str()) + "`; there is `required`");
        continue;
      }
      const toml::array* list = value.as_array();
      if (list == nullptr) {
        fault(value.source().begin, "`required` is a list of names, as in `required = [\"author\"]`");
        continue;
      }
      for (const toml::node& item : *list) {
        const std::string name = item.value_or(std::string());
        if (std::find(std::begin(kKeys), std::end(kKeys), name) == std::end(kKeys)) {
          fault(item.source().begin, "a recipe has no metadata `" + name + "`", suggest(name, kKeys));
        } else {
          settings_.required.push_back(name);
        }
      }
    }
  }

  void names(const toml::table& table) {
    for (const auto& [key, value] : table) {
      static constexpr std::string_view kKinds[] = {"recipe", "list", "macro"};
      const std::string_view kind = key.str();
      if (std::find(std::begin(kKinds), std::end(kKinds), kind) == std::end(kKinds)) {
        fault(key.source().begin, "`names` has no `" + std::string(kind) + "`; there is recipe, list and macro",
              suggest(kind, kKinds));
        continue;
      }
      const std::optional<std::string> text = value.value<std::string>();
      NamePattern pattern = name_pattern(text.value_or(""));
      if (!text || pattern.regex == nullptr) {
        fault(value.source().begin,
              "`names." + std::string(kind) + "` is no RE2 pattern, as in \"" + std::string(kRecipeNames) + "\"");
        continue;
      }
      (kind == "recipe" ? settings_.recipes : kind == "list" ? settings_.lists : settings_.macros) = std::move(pattern);
    }
  }

  const std::string& path_;
  LintSettings settings_;
  std::optional<std::string> error_;
};

}  // namespace

LintSettings::LintSettings() : recipes(name_pattern(kRecipeNames)) {}

LintLevel LintSettings::level(Code code) const {
  const auto found = levels.find(code);
  return found == levels.end() ? LintLevel::kWarn : found->second;
}

Result<LintSettings> read_settings(std::string_view text, const std::string& path) {
  try {
    return Reader(path).read(toml::parse(text, path));
  } catch (const toml::parse_error& fault) {
    std::string what(fault.description());
    std::replace(what.begin(), what.end(), '\n', ' ');
    return Reader::at(path, fault.source().begin, what);
  }
}

Result<const LintSettings*> SettingsFinder::of(const fs::path& file) {
  std::error_code code;
  const fs::path whole = fs::absolute(file, code);
  const fs::path folder = (code ? file : whole).lexically_normal().parent_path();
  if (const auto known = by_folder_.find(folder); known != by_folder_.end()) return known->second;
  const LintSettings* found = &defaults_;
  for (fs::path above = folder;; above = above.parent_path()) {
    const fs::path candidate = above / kSettingsFile;
    if (fs::is_regular_file(candidate, code)) {
      const Result<std::string> text = read_file(candidate, kMaxSettingsBytes);
      if (!text.ok()) return text.error();
      // Said as it was reached: relative, where the file was.
      const fs::path shown = candidate.lexically_relative(fs::current_path(code));
      Result<LintSettings> read = read_settings(*text, shown.empty() ? candidate.string() : shown.string());
      if (!read.ok()) return read.error();
      found = read_.emplace_back(std::make_unique<LintSettings>(std::move(read).value())).get();
      break;
    }
    if (!above.has_relative_path()) break;
  }
  by_folder_[folder] = found;
  return found;
}

}  // namespace recipe
