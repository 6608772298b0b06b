// SPDX-License-Identifier: Apache-2.0
#include "tools/recipec/line_diff.h"

#include <algorithm>
#include <vector>

namespace recipe::recipec {
namespace {

constexpr size_t kContext = 3;

struct Row {
  char kind = ' ';  // as it begins in a diff: ' ', '-' or '+'
  std::string_view text;
};

std::vector<std::string_view> split(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    lines.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

bool is_blank(std::string_view line) {
  return line.find_first_not_of(" \t\r") == std::string_view::npos;
}

// Pairs of lines; what has only white space may have no partner.
std::vector<Row> compare(const std::vector<std::string_view>& before, const std::vector<std::string_view>& after) {
  std::vector<Row> rows;
  std::vector<std::string_view> added;
  const auto flush = [&] {
    for (const std::string_view line : added) rows.push_back({'+', line});
    added.clear();
  };
  size_t i = 0, j = 0;
  while (i < before.size() || j < after.size()) {
    const bool old_blank = i < before.size() && is_blank(before[i]), new_blank = j < after.size() && is_blank(after[j]);
    if (i < before.size() && j < after.size() && before[i] == after[j]) {
      flush();
      rows.push_back({' ', before[i]});
      ++i, ++j;
    } else if (i < before.size() && (old_blank || j == after.size()) && !new_blank) {
      flush();
      rows.push_back({'-', before[i++]});
    } else if (j < after.size() && (new_blank || i == before.size()) && !old_blank) {
      flush();
      rows.push_back({'+', after[j++]});
    } else {
      rows.push_back({'-', before[i++]});
      added.push_back(after[j++]);
    }
  }
  flush();
  return rows;
}

}  // namespace

std::string unified_diff(const std::string& path, std::string_view before, std::string_view after, bool colour) {
  const std::vector<Row> rows = compare(split(before), split(after));
  const auto paint = [&](const char* code, const std::string& text) {
    return colour ? std::string("\033[") + code + "m" + text + "\033[0m\n" : text + "\n";
  };
  std::string out;
  size_t old_line = 1, new_line = 1;  // of rows[at]
  for (size_t at = 0; at < rows.size();) {
    size_t change = at;
    while (change < rows.size() && rows[change].kind == ' ') ++change;
    if (change == rows.size()) break;
    const size_t begin = std::max(at, change - std::min(change, kContext));
    old_line += begin - at;
    new_line += begin - at;
    // Up to where more lines than two contexts are the same.
    size_t end = change, same = 0;
    while (end < rows.size() && same <= 2 * kContext) same = rows[end++].kind == ' ' ? same + 1 : 0;
    if (same > kContext) end -= same - kContext;
    size_t olds = 0, news = 0;
    std::string body;
    for (size_t i = begin; i < end; ++i) {
      olds += rows[i].kind != '+' ? 1 : 0;
      news += rows[i].kind != '-' ? 1 : 0;
      const std::string line = rows[i].kind + std::string(rows[i].text);
      body += rows[i].kind == ' ' ? line + "\n" : paint(rows[i].kind == '-' ? "31" : "32", line);
    }
    if (out.empty()) out += paint("1", "--- " + path) + paint("1", "+++ " + path);
    out += paint("36", "@@ -" + std::to_string(old_line) + "," + std::to_string(olds) + " +" + std::to_string(new_line) + "," +
                           std::to_string(news) + " @@");
    out += body;
    old_line += olds;
    new_line += news;
    at = end;
  }
  return out;
}

}  // namespace recipe::recipec
