// SPDX-License-Identifier: Apache-2.0
// Diagnostics for programs: JSON, GitHub's workflow commands, SARIF 2.1.0.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "compiler/diagnostic/render.h"
#include "runtime/base/uri.h"

namespace recipe {
namespace {

using Json = nlohmann::ordered_json;

std::string dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string path_of(const Sources& sources, Span span) {
  return span.source.valid() ? sources[span.source].path : std::string();
}

void put_place(Json& out, const Sources& sources, Span span) {
  if (!span.source.valid()) return;
  const Position begin = sources.position(span.source, span.begin);
  const Position end = sources.position(span.source, span.end);
  out["path"] = sources[span.source].path;
  out["line"] = begin.line;
  out["column"] = begin.column;
  out["end_line"] = end.line;
  out["end_column"] = end.column;
}

// Both have the percent sign's escape; a property also ends at `:` and `,`.
std::string github_escape(std::string_view text, bool property) {
  std::string out;
  for (const char c : text) {
    if (c == '%' || c == '\r' || c == '\n' || (property && (c == ':' || c == ','))) {
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    } else {
      out += c;
    }
  }
  return out;
}

std::string_view github_word(Severity severity) {
  switch (severity) {
    case Severity::kNote:
      return "notice";
    case Severity::kWarning:
      return "warning";
    case Severity::kError:
      return "error";
  }
  return {};
}

// Notes and hints, each on a line of its own behind the message.
std::string asides(const Diagnostic& d) {
  std::string out;
  for (const std::string& note : d.notes) out += "\nnote: " + note;
  for (const std::string& hint : d.hints) out += "\nhelp: " + hint;
  return out;
}

// SARIF counts columns in code points, ours are bytes.
size_t code_points(const Sources& sources, SourceId source, Position place) {
  const std::string_view before = sources.line_text(source, place.line).substr(0, place.column - 1);
  const auto tails =
      std::count_if(before.begin(), before.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; });
  return place.column - static_cast<size_t>(tails);
}

Json sarif_region(const Sources& sources, Span span) {
  const Position begin = sources.position(span.source, span.begin);
  const Position end = sources.position(span.source, span.end);
  return {{"startLine", begin.line},  {"startColumn", code_points(sources, span.source, begin)},
          {"endLine", end.line},      {"endColumn", code_points(sources, span.source, end)},
          {"byteOffset", span.begin}, {"byteLength", span.end - span.begin}};
}

Json sarif_location(const Sources& sources, Span span) {
  return {
      {"physicalLocation",
       {{"artifactLocation", {{"uri", escape_uri_path(path_of(sources, span))}}}, {"region", sarif_region(sources, span)}}}};
}

Json sarif_fix(const Sources& sources, const Fix& fix) {
  Json replacement = {{"deletedRegion", sarif_region(sources, fix.span)}, {"insertedContent", {{"text", fix.text}}}};
  Json change = {{"artifactLocation", {{"uri", escape_uri_path(path_of(sources, fix.span))}}},
                 {"replacements", Json::array({replacement})}};
  return {{"description", {{"text", fix.title}}}, {"artifactChanges", Json::array({change})}};
}

}  // namespace

std::string render_json(const Diagnostics& diagnostics, const Sources& sources) {
  Json findings = Json::array();
  for (const Diagnostic& d : diagnostics.all()) {
    const CodeInfo& code = info(d.code);
    Json finding;
    finding["code"] = code.text;
    finding["name"] = code.title;
    finding["severity"] = severity_word(d.severity);
    finding["message"] = d.message;
    put_place(finding, sources, d.primary.span);
    finding["label"] = d.primary.text;
    Json labels = Json::array();
    for (const Label& label : d.secondary) {
      Json& out = labels.emplace_back(Json::object());
      put_place(out, sources, label.span);
      out["text"] = label.text;
    }
    finding["labels"] = std::move(labels);
    finding["notes"] = d.notes;
    finding["hints"] = d.hints;
    Json fixes = Json::array();
    for (const Fix& fix : d.fixes) {
      Json& out = fixes.emplace_back(Json::object());
      out["title"] = fix.title;
      put_place(out, sources, fix.span);
      out["text"] = fix.text;
    }
    finding["fixes"] = std::move(fixes);
    findings.push_back(std::move(finding));
  }
  const Json whole = {{"findings", std::move(findings)},
                      {"errors", diagnostics.errors()},
                      {"warnings", diagnostics.warnings()},
                      {"suppressed", diagnostics.suppressed()}};
  return dump(whole) + '\n';
}

std::string render_github(const Diagnostics& diagnostics, const Sources& sources) {
  std::string out;
  for (const Diagnostic& d : diagnostics.all()) {
    const CodeInfo& code = info(d.code);
    std::string place;
    if (d.primary.span.source.valid()) {
      const Position begin = sources.position(d.primary.span.source, d.primary.span.begin);
      const Position end = sources.position(d.primary.span.source, d.primary.span.end);
      place =
          fmt::format("file={},line={},col={},endLine={},endColumn={},", github_escape(path_of(sources, d.primary.span), true),
                      begin.line, begin.column, end.line, end.column);
    }
    std::string message = d.message;
    if (!d.primary.text.empty()) message += "\n" + d.primary.text;
    message += asides(d);
    out += fmt::format("::{} {}title={}::{}\n", github_word(d.severity), place, code.text, github_escape(message, false));
  }
  return out;
}

std::string render_sarif(const Diagnostics& diagnostics, const Sources& sources) {
  Json rules = Json::array();
  std::map<Code, size_t> rule_of;
  Json results = Json::array();
  for (const Diagnostic& d : diagnostics.all()) {
    const CodeInfo& code = info(d.code);
    const auto [rule, fresh] = rule_of.try_emplace(d.code, rules.size());
    if (fresh) {
      Json entry = {{"id", code.text}, {"name", code.id.substr(1)}, {"shortDescription", {{"text", code.title}}}};
      if (const std::string_view page = find_page(d.code); !page.empty()) {
        entry["help"] = {{"text", page}, {"markdown", page}};
      }
      rules.push_back(std::move(entry));
    }
    std::string message = d.message;
    if (!d.primary.text.empty()) message += ": " + d.primary.text;
    message += asides(d);
    Json result = {{"ruleId", code.text},
                   {"ruleIndex", rule->second},
                   {"level", severity_word(d.severity)},
                   {"message", {{"text", message}}}};
    if (d.primary.span.source.valid()) result["locations"] = Json::array({sarif_location(sources, d.primary.span)});
    Json related = Json::array();
    for (const Label& label : d.secondary) {
      if (!label.span.source.valid()) continue;
      Json location = sarif_location(sources, label.span);
      location["message"] = {{"text", label.text}};
      related.push_back(std::move(location));
    }
    if (!related.empty()) result["relatedLocations"] = std::move(related);
    Json fixes = Json::array();
    for (const Fix& fix : d.fixes) {
      if (fix.span.source.valid()) fixes.push_back(sarif_fix(sources, fix));
    }
    if (!fixes.empty()) result["fixes"] = std::move(fixes);
    results.push_back(std::move(result));
  }
  const Json driver = {{"name", "recipec"}, {"version", RECIPE_VERSION}, {"rules", std::move(rules)}};
  const Json run = {{"tool", {{"driver", driver}}}, {"results", std::move(results)}, {"columnKind", "unicodeCodePoints"}};
  const Json log = {
      {"$schema", "https://json.schemastore.org/sarif-2.1.0.json"}, {"version", "2.1.0"}, {"runs", Json::array({run})}};
  return dump(log) + '\n';
}

}  // namespace recipe
