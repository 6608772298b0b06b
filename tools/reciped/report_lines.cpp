// SPDX-License-Identifier: Apache-2.0
// See report_lines.h. The shape is detection.schema.json's, as far as the page relies on it.
#include "tools/reciped/report_lines.h"

#include <nlohmann/json.hpp>
#include <optional>

#include "runtime/artefact/names.h"

namespace recipe::reciped {
namespace {

using Json = nlohmann::json;

constexpr int kMostDepth = 32;  // ours has 5

enum class Kind { kText, kNumber, kBool, kTexts, kObject, kObjects, kCounts };

struct Member {
  const char* name;
  Kind kind;
  bool required = false;
};

bool all(const Json& list, bool (Json::*is)() const noexcept) {
  return std::all_of(list.begin(), list.end(), [&](const Json& each) { return (each.*is)(); });
}

bool is(const Json& value, Kind kind) {
  switch (kind) {
    case Kind::kText:
      return value.is_string();
    case Kind::kNumber:
      return value.is_number_integer();
    case Kind::kBool:
      return value.is_boolean();
    case Kind::kTexts:
      return value.is_array() && all(value, &Json::is_string);
    case Kind::kObject:
      return value.is_object();
    case Kind::kObjects:
      return value.is_array() && all(value, &Json::is_object);
    case Kind::kCounts:
      return value.is_object() && all(value, &Json::is_number_integer);
  }
  return false;
}

// What is wrong, or nothing. `where`: "why.", for messages.
std::optional<std::string> check(const Json& object, const std::string& where, std::initializer_list<Member> members) {
  for (const Member& member : members) {
    const auto found = object.find(member.name);
    if (found == object.end()) {
      if (member.required) return "`" + where + member.name + "` is missing";
    } else if (!is(*found, member.kind)) {
      return "`" + where + member.name + "` is not of its type";
    }
  }
  return std::nullopt;
}

std::optional<std::string> check_each(const Json& object, const char* name, const std::string& where,
                                      std::initializer_list<Member> members) {
  const auto list = object.find(name);
  if (list == object.end()) return std::nullopt;
  for (const Json& each : *list) {
    if (auto wrong = check(each, where + name + ".", members)) return wrong;
  }
  return std::nullopt;
}

constexpr std::initializer_list<Member> kProcess = {
    {"pid", Kind::kNumber}, {"uid", Kind::kNumber}, {"start_time", Kind::kNumber}, {"name", Kind::kText},
    {"exe", Kind::kText},   {"comm", Kind::kText},  {"cmdline", Kind::kText},      {"script", Kind::kText},
    {"cwd", Kind::kText},   {"user", Kind::kText}};

std::optional<std::string> check_detection(const Json& line) {
  if (auto wrong = check(line, "",
                         {{"id", Kind::kText, true},
                          {"time", Kind::kText, true},
                          {"sequence", Kind::kNumber, true},
                          {"recipe", Kind::kText, true},
                          {"version", Kind::kNumber, true},
                          {"message", Kind::kText, true},
                          {"importance", Kind::kText, true},
                          {"why", Kind::kObject, true},
                          {"event", Kind::kObject, true},
                          {"process", Kind::kObject, true},
                          {"title", Kind::kText},
                          {"category", Kind::kText},
                          {"method", Kind::kText},
                          {"status", Kind::kText},
                          {"attack", Kind::kObjects},
                          {"tags", Kind::kTexts},
                          {"doc", Kind::kObject},
                          {"lost", Kind::kCounts},
                          {"host", Kind::kObject},
                          {"redacted", Kind::kNumber},
                          {"replayed", Kind::kBool},
                          {"encoding", Kind::kText}}))
    return wrong;
  if (auto wrong =
          check_each(line, "attack", "",
                     {{"id", Kind::kText, true}, {"name", Kind::kText}, {"tactic", Kind::kText}, {"url", Kind::kText, true}}))
    return wrong;
  if (auto wrong = check(line["why"], "why.",
                         {{"clause", Kind::kText, true},
                          {"file", Kind::kText, true},
                          {"line", Kind::kNumber, true},
                          {"terms", Kind::kObjects, true},
                          {"truncated", Kind::kTexts}}))
    return wrong;
  if (auto wrong = check_each(line["why"], "terms", "why.",
                              {{"text", Kind::kText, true},
                               {"value", Kind::kText},
                               {"file", Kind::kText, true},
                               {"line", Kind::kNumber, true},
                               {"decided", Kind::kText, true},
                               {"open", Kind::kBool}}))
    return wrong;
  if (auto wrong = check(line["event"], "event.", {{"type", Kind::kText, true}, {"argv", Kind::kTexts}})) return wrong;
  if (auto wrong = check(line["process"], "process.", kProcess)) return wrong;
  if (auto wrong = check(line["process"], "process.", {{"ancestors", Kind::kObjects}})) return wrong;
  if (auto wrong = check_each(line["process"], "ancestors", "process.", kProcess)) return wrong;
  if (!line.contains("doc")) return std::nullopt;
  return check(line["doc"], "doc.", {{"actions", Kind::kTexts}, {"page", Kind::kText}});
}

std::optional<std::string> check_coverage(const Json& coverage) {
  if (auto wrong = check(coverage, "coverage.",
                         {{"verdict", Kind::kText, true},
                          {"mode", Kind::kText, true},
                          {"shortcomings", Kind::kTexts},
                          {"command", Kind::kText},
                          {"exit_code", Kind::kNumber},
                          {"begin", Kind::kText},
                          {"end", Kind::kText},
                          {"canary", Kind::kText},
                          {"probes", Kind::kTexts},
                          {"unseen", Kind::kTexts},
                          {"recipes", Kind::kObject},
                          {"events", Kind::kNumber},
                          {"detections", Kind::kNumber},
                          {"lost", Kind::kCounts},
                          {"cut", Kind::kCounts},
                          {"counted", Kind::kCounts},
                          {"version", Kind::kText}}))
    return wrong;
  if (!coverage.contains("recipes")) return std::nullopt;
  return check(coverage["recipes"], "coverage.recipes.",
               {{"watched", Kind::kTexts}, {"blind", Kind::kTexts}, {"skipped", Kind::kTexts}});
}

std::optional<Verdict> find_verdict(std::string_view name) {
  for (const Verdict verdict : {Verdict::kComplete, Verdict::kPartial, Verdict::kNone}) {
    if (verdict_name(verdict) == name) return verdict;
  }
  return std::nullopt;
}

std::string text_of(const Json& line, const char* name) {
  const auto found = line.find(name);
  return found == line.end() ? std::string() : found->get<std::string>();
}

}  // namespace

Result<std::variant<ReportPage::Row, CoverageLine>> read_report_line(std::string_view text) {
  bool deep = false;
  const auto bound = [&](int depth, Json::parse_event_t, Json&) {
    deep = deep || depth > kMostDepth;
    return !deep;
  };
  const Json line = Json::parse(text, bound, false);
  if (deep) return Error{"nested more than 32 deep"};
  if (line.is_discarded()) return Error{"no JSON"};
  if (!line.is_object()) return Error{"no JSON object"};
  if (const auto coverage = line.find("coverage"); coverage != line.end()) {
    if (!coverage->is_object()) return Error{"`coverage` is not of its type"};
    if (const auto wrong = check_coverage(*coverage)) return Error{*wrong};
    const auto verdict = find_verdict(text_of(*coverage, "verdict"));
    if (!verdict) return Error{"`coverage.verdict` is none of complete, partial, none"};
    CoverageLine out{*verdict, {}, coverage->dump(-1, ' ', true, Json::error_handler_t::replace)};
    if (coverage->contains("shortcomings")) out.shortcomings = (*coverage)["shortcomings"].get<std::vector<std::string>>();
    return std::variant<ReportPage::Row, CoverageLine>(std::move(out));
  }
  if (const auto wrong = check_detection(line)) return Error{*wrong};
  const auto importance = find_importance(text_of(line, "importance"));
  if (!importance) return Error{"`importance` is none of none, low, medium, high, critical"};
  return std::variant<ReportPage::Row, CoverageLine>(ReportPage::Row{
      *importance, text_of(line, "recipe"), text_of(line, "title"), text_of(line, "message"), std::string(text)});
}

}  // namespace recipe::reciped
