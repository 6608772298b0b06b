// SPDX-License-Identifier: Apache-2.0
#include "tools/recipec/coverage_report.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "runtime/report/report.h"
#include "tools/recipec/words.h"

namespace recipe::recipec {
namespace {

// What no test shows.
std::string gap(const TermCoverage& row) {
  if (row.exception) return "holds no test's event back";
  if (!row.seen_true && !row.seen_false) return "never asked";
  if (!row.seen_true) return "never true";
  if (!row.seen_false) return "never false";
  return "never decides: another term of its clause is false too, whenever it is";
}

std::map<std::string, SourceId> by_path(const Sources& sources) {
  std::map<std::string, SourceId> out;
  for (uint32_t i = 0; i < sources.size(); ++i) out.emplace(sources[SourceId{i}].path, SourceId{i});
  return out;
}

// The first word of a line.
Span span_of(const Sources& sources, SourceId id, uint32_t line) {
  const size_t blanks = sources.line_text(id, line).find_first_not_of(" \t");
  const uint32_t begin = sources[id].lines[line - 1] + static_cast<uint32_t>(blanks == std::string_view::npos ? 0 : blanks);
  return {id, begin, begin};
}

}  // namespace

CoverageReport::CoverageReport(const Compilation& compilation, const std::vector<RecipeReport>& reports, Allows& allows,
                               const std::function<bool(const std::string& path)>& wanted) {
  using Place = std::tuple<std::string, uint32_t, std::string>;
  std::map<std::string, size_t> groups;
  std::map<Place, std::pair<size_t, size_t>> rows;  // the group, and the row of it
  for (const RecipeReport& recipe : reports) {
    for (const TermCoverage& term : recipe.coverage) {
      if (!wanted(term.file)) continue;
      const bool shared = term.file != recipe.file;
      const auto [row, is_new] = rows.try_emplace({term.file, term.line, term.words});
      if (!is_new) {
        TermCoverage& known = groups_[row->second.first].rows[row->second.second].term;
        known.seen_true |= term.seen_true;
        known.seen_false |= term.seen_false;
        known.decisive |= term.decisive;
        continue;
      }
      const std::string& of = shared ? term.file : recipe.name;
      const auto [group, is_first] = groups.try_emplace(of, groups_.size());
      if (is_first) groups_.push_back({of, shared, {}});
      row->second = {group->second, groups_[group->second].rows.size()};
      groups_[group->second].rows.push_back({term});
    }
  }
  const std::map<std::string, SourceId> sources = by_path(compilation.sources);
  for (Group& group : groups_) {
    for (Row& row : group.rows) {
      const auto source = sources.find(row.term.file);
      if (row.term.complete() || source == sources.end() || row.term.line == 0) continue;
      row.explained = allows.explain(kUntestedTerm, span_of(compilation.sources, source->second, row.term.line));
    }
  }
}

CoverageReport::Sums CoverageReport::sums_of(const Group& group) {
  Sums sums;
  for (const Row& row : group.rows) {
    (row.term.exception ? sums.exceptions : sums.terms) += 1;
    (row.term.exception ? sums.hit : sums.whole) += row.term.complete() ? 1 : 0;
    sums.explained += row.explained ? 1 : 0;
  }
  return sums;
}

std::string CoverageReport::Sums::words() const {
  return std::to_string(whole) + " of " + counted(terms, "term") + ", " + std::to_string(hit) + " of " +
         counted(exceptions, "exception") + (explained > 0 ? ", " + std::to_string(explained) + " explained" : "");
}

size_t CoverageReport::percent() const {
  size_t all = 0, settled = 0;
  for (const Group& group : groups_) {
    all += group.rows.size();
    settled +=
        static_cast<size_t>(std::count_if(group.rows.begin(), group.rows.end(), [](const Row& row) { return row.settled(); }));
  }
  return all == 0 ? 100 : 100 * settled / all;
}

std::string CoverageReport::text() const {
  std::string out = "\n";
  Sums all;
  for (const Group& group : groups_) {
    const Sums sums = sums_of(group);
    all.terms += sums.terms;
    all.whole += sums.whole;
    all.exceptions += sums.exceptions;
    all.hit += sums.hit;
    all.explained += sums.explained;
    if (std::all_of(group.rows.begin(), group.rows.end(), [](const Row& row) { return row.settled(); })) continue;
    out += group.of + " " + sums.words() + "\n";
    for (const Row& row : group.rows) {
      if (row.settled()) continue;
      out += "  " + row.term.file + ":" + std::to_string(row.term.line) + ": " + printable(row.term.words) + "\n      " +
             gap(row.term) + "\n";
    }
  }
  return out + "coverage " + std::to_string(percent()) + " %: " + all.words() + "\n";
}

nlohmann::ordered_json CoverageReport::json() const {
  using nlohmann::ordered_json;
  ordered_json all = ordered_json::array();
  for (const Group& group : groups_) {
    ordered_json rows = ordered_json::array();
    for (const Row& row : group.rows) {
      rows.push_back({{"term", printable(row.term.words)},
                      {"file", printable(row.term.file)},
                      {"line", row.term.line},
                      {"exception", row.term.exception},
                      {"true", row.term.seen_true},
                      {"false", row.term.seen_false},
                      {"decides", row.term.decisive},
                      {"explained", row.explained}});
    }
    all.push_back({{group.shared ? "file" : "recipe", printable(group.of)}, {"terms", std::move(rows)}});
  }
  return all;
}

}  // namespace recipe::recipec
