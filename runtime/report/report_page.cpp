// SPDX-License-Identifier: Apache-2.0
// See report_page.h. The page's places are comments: <!--report:title-->, <!--report:static-->, <!--report:data-->.
#include "runtime/report/report_page.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "runtime/base/utf8.h"
#include "runtime/report/shapes.h"

namespace recipe {
namespace {

constexpr std::array<std::string_view, 3> kPlaces = {"<!--report:title-->", "<!--report:static-->", "<!--report:data-->"};
constexpr size_t kMostRows = 200;  // of the table for readers without scripts

// What counters are, by name: streams of lines carry the names alone.
Json words_of_counters() {
  Json words = Json::object();
#define COUNTER(id, side, loss, doc) words[#id] = doc;
#include "bpf/abi/counters.def"
  return words;
}

std::string_view words_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::kComplete:
      return "complete: what the recipes ask was watched, and nothing was lost";
    case Verdict::kPartial:
      return "partial: more may have happened than stands here";
    case Verdict::kNone:
      return "NOT WATCHED: nothing could be detected";
  }
  return "";
}

}  // namespace

std::string inert_json(std::string_view json) {
  std::string out;
  out.reserve(json.size());
  const auto escape = [&](uint32_t unit) { out += fmt::format("\\u{:04x}", unit); };
  while (!json.empty()) {
    const Utf8 character = decode_utf8(json);
    const char first = json.front();
    json.remove_prefix(character.bytes);
    if (!character.valid) {
      escape(0xfffd);
    } else if (character.code >= 0x10000) {
      escape(0xd800 + ((character.code - 0x10000) >> 10));
      escape(0xdc00 + ((character.code - 0x10000) & 0x3ff));
    } else if (character.code >= 0x7f || first == '<' || first == '>' || first == '&') {
      escape(character.code);
    } else {
      out += first;
    }
  }
  return out;
}

std::string inert_html(std::string_view text) {
  return escape_markup(printable(text));
}

Status check_page(std::string_view page) {
  size_t before = 0;
  for (const std::string_view place : kPlaces) {
    const size_t at = page.find(place);
    if (at == std::string_view::npos || at < before || page.find(place, at + 1) != std::string_view::npos) {
      return Error{fmt::format("the report's page has `{}` not just once, in its order", place)};
    }
    before = at;
  }
  return Done{};
}

void ReportPage::add(Row row) {
  bytes_ += row.json.size();
  ++kept_;
  rows_[row.importance].push_back(std::move(row));
  // The least important are last in the map; one alone stays, however long it is.
  while (kept_ > kMostDetections || (bytes_ > kMostBytes && kept_ > 1)) {
    const auto least = std::prev(rows_.end());
    bytes_ -= least->second.back().json.size();
    least->second.pop_back();
    if (least->second.empty()) rows_.erase(least);
    --kept_;
    ++left_out_;
  }
}

void ReportPage::add_coverage(Verdict verdict, std::vector<std::string> shortcomings, std::string json) {
  coverages_.push_back({verdict, std::move(shortcomings), std::move(json)});
  if (coverages_.size() >= 2 * kMostCoverages) keep_worst();
}

void ReportPage::keep_worst() {
  std::stable_sort(coverages_.begin(), coverages_.end(),
                   [](const Ended& one, const Ended& other) { return one.verdict > other.verdict; });
  left_coverages_ += coverages_.size() - kMostCoverages;
  coverages_.resize(kMostCoverages);
}

void ReportPage::add_bad_line(uint64_t number) {
  if (bad_count_++ < kMostBadLines) bad_lines_.push_back(number);
}

std::string ReportPage::words_of_recipes() const {
  std::set<std::string> detected;
  for (const auto& [importance, rows] : rows_) {
    for (const Row& row : rows) detected.insert(row.recipe);
  }
  Json words = Json::object();
  for (const Coverage::Recipe& recipe : recipes_) {
    if (!detected.contains(recipe.name)) continue;
    Json sources = Json::array();
    for (const Coverage::Source& source : recipe.sources) {
      sources.push_back({{"file", source.file}, {"line", source.line}, {"text", source.text}});
    }
    words[recipe.name] = {{"title", recipe.title},
                          {"quick", recipe.quick},
                          {"implications", recipe.implications},
                          {"false_positives", recipe.false_positives},
                          {"sources", std::move(sources)}};
  }
  return line_of(words);
}

std::string ReportPage::data(int64_t made_unix_ns) const {
  std::string out = R"({"format":1,"version":")" RECIPE_VERSION "\"";
  if (made_unix_ns != 0) out += ",\"made\":\"" + rfc3339(made_unix_ns) + "\"";
  out += fmt::format(",\"left_out\":{},\"left_coverages\":{},\"bad_count\":{},\"bad_lines\":[{}]", left_out_, left_coverages_,
                     bad_count_, fmt::join(bad_lines_, ","));
  out += ",\n\"counters\":" + line_of(words_of_counters());
  out += ",\"recipes\":" + words_of_recipes();
  out += ",\"coverages\":[";
  std::string_view joint = "";
  for (const Ended& each : coverages_) {
    out.append(joint).append(each.json);
    joint = ",\n";
  }
  out += "],\n\"detections\":[";
  joint = "";
  for (const auto& [importance, rows] : rows_) {
    for (const Row& row : rows) {
      out.append(joint).append(row.json);
      joint = ",\n";
    }
  }
  return inert_json(out + "]}");
}

std::string ReportPage::headline() const {
  const size_t count = kept_ + left_out_;
  if (count > 0) {
    return fmt::format("{} detection{}, the gravest {}", count, count == 1 ? "" : "s", importance_name(rows_.begin()->first));
  }
  const bool unwatched = coverages_.empty() || std::any_of(coverages_.begin(), coverages_.end(),
                                                           [](const Ended& each) { return each.verdict == Verdict::kNone; });
  if (unwatched) return coverages_.empty() ? "Coverage unknown" : "NOT WATCHED";
  return "Nothing was detected";
}

std::string ReportPage::summary() const {
  std::string out = "<main><h1>" + inert_html(headline()) + "</h1>\n";
  if (coverages_.empty()) out += "<p>Coverage unknown: what was watched is not known.</p>\n";
  for (const Ended& each : coverages_) {
    out += fmt::format("<p>Coverage {}</p>\n", words_of(each.verdict));
    if (each.shortcomings.empty()) continue;
    out += "<ul>\n";
    for (const std::string& reason : each.shortcomings) out += "<li>" + inert_html(reason) + "</li>\n";
    out += "</ul>\n";
  }
  if (kept_ > 0) {
    out += "<table class=\"static\"><thead><tr><th>Importance</th><th>Recipe</th><th>What happened</th></tr></thead><tbody>\n";
    size_t shown = 0;
    for (const auto& [importance, rows] : rows_) {
      for (const Row& row : rows) {
        if (shown++ >= kMostRows) break;
        out += fmt::format("<tr><td>{}</td><td>{}</td><td>{}</td></tr>\n", importance_name(importance), inert_html(row.recipe),
                           inert_html(shorten(row.message, 300)));
      }
    }
    out += "</tbody></table>\n";
    if (kept_ + left_out_ > kMostRows)
      out += fmt::format("<p>{} more are not in this table.</p>\n", kept_ + left_out_ - kMostRows);
  }
  return out + "<p>The report itself is drawn by the script in this file.</p></main>";
}

std::string ReportPage::write(std::string_view page, int64_t made_unix_ns) const {
  const std::array<std::string, 3> parts = {inert_html(headline() + " - runtime detections"), summary(), data(made_unix_ns)};
  std::string out;
  for (size_t i = 0; i < kPlaces.size(); ++i) {
    const size_t at = std::min(page.find(kPlaces[i]), page.size());
    out.append(page.substr(0, at)).append(parts[i]);
    page.remove_prefix(std::min(at + kPlaces[i].size(), page.size()));
  }
  return out.append(page);
}

}  // namespace recipe
