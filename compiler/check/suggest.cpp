// SPDX-License-Identifier: Apache-2.0
// Nearest names by edit distance; for fields also by their last component and by what other tools call them.
#include "compiler/check/suggest.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <system_error>
#include <utility>

#include "runtime/artefact/compare.h"

namespace recipe {
namespace {

constexpr size_t kLongest = 64;

// What authors of Falco, Sigma, osquery and auditd rules write.
constexpr std::pair<std::string_view, std::string_view> kOtherTools[] = {
    {"args", "argv"},
    {"process.args", "argv"},
    {"process.argv", "argv"},
    {"proc.args", "argv"},
    {"proc.name", "process.name"},
    {"proc.exepath", "process.exe"},
    {"proc.exe", "process.exe"},
    {"proc.cmdline", "process.cmdline"},
    {"proc.pname", "process.parent.name"},
    {"proc.aname", "process.ancestors"},
    {"proc.cwd", "process.cwd"},
    {"proc.pid", "process.pid"},
    {"user.uid", "process.uid"},
    {"user.name", "process.user"},
    {"user", "process.user"},
    {"image", "process.exe"},
    {"parentimage", "process.parent.exe"},
    {"commandline", "process.cmdline"},
    {"process.command_line", "process.cmdline"},
    {"process.executable", "process.exe"},
    {"process.path", "process.exe"},
    {"process.working_directory", "process.cwd"},
    {"ppid", "process.parent.pid"},
    {"process.ppid", "process.parent.pid"},
    {"ancestors", "process.ancestors"},
    {"parent", "process.parent.name"},
    {"process.parent", "process.parent.name"},
    {"process", "process.name"},
};

std::string_view last_component(std::string_view name) {
  return name.substr(name.rfind('.') + 1);
}

}  // namespace

size_t edit_distance(std::string_view a, std::string_view b) {
  if (a.size() > kLongest || b.size() > kLongest) return kLongest + 1;
  std::array<std::array<size_t, kLongest + 1>, 3> rows{};
  for (size_t j = 0; j <= b.size(); ++j) rows[0][j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    auto& row = rows[i % 3];
    const auto& above = rows[(i + 2) % 3];
    const auto& above_that = rows[(i + 1) % 3];
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t change = above[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, change});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) row[j] = std::min(row[j], above_that[j - 2] + 1);
    }
  }
  return rows[a.size() % 3][b.size()];
}

std::string suggest(std::string_view word, std::span<const std::string_view> known) {
  std::string_view best;
  size_t nearest = std::max<size_t>(1, word.size() / 3) + 1;
  for (const std::string_view name : known) {
    const size_t distance = edit_distance(word, name);
    if (distance < nearest && distance < name.size()) {
      nearest = distance;
      best = name;
    }
  }
  return std::string(best);
}

std::string suggest_field(std::string_view word) {
  std::string lower(word);
  fold_letters(lower);
  for (const auto& [theirs, ours] : kOtherTools) {
    if (lower == theirs) return std::string(ours);
  }
  std::vector<std::string_view> names;
  for (const FieldInfo& field : all_fields()) {
    if (field.list == FieldId::kNone) names.push_back(field.name);
  }
  if (lower.find('.') == std::string::npos) {
    for (const std::string_view name : names) {
      if (last_component(name) == lower) return std::string(name);
    }
  }
  if (std::string near = suggest(lower, names); !near.empty()) return near;
  for (const std::string_view name : names) {
    if (last_component(name) == last_component(lower)) return std::string(name);
  }
  return {};
}

std::string suggest_element(FieldId list, std::string_view word) {
  std::vector<std::string_view> names;
  for (const FieldInfo& field : all_fields()) {
    if (field.list == list && list != FieldId::kNone) names.push_back(field.name);
  }
  return suggest(word, names);
}

std::string import_path(const std::string& from, const std::string& to) {
  namespace fs = std::filesystem;
  std::error_code error;
  const fs::path file = fs::absolute(to, error).lexically_normal();
  const fs::path folder = fs::absolute(from, error).lexically_normal().parent_path();
  if (file.parent_path() == folder) return file.filename().string();
  for (fs::path above = folder;; above = above.parent_path()) {
    const fs::path inside = file.lexically_relative(above);
    if (!inside.empty() && *inside.begin() == "lib") return inside.generic_string();
    // A library on the way that has such a file would be found first: then the way from the folder is sure.
    if (!above.has_relative_path() || fs::exists(above / "lib" / file.filename(), error)) break;
  }
  return file.lexically_relative(folder).generic_string();
}

}  // namespace recipe
