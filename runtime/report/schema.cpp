// SPDX-License-Identifier: Apache-2.0
// The JSON Schema of a detection. Processes, parents, ancestors and counters come from their tables; the parts that are a
// recipe's own stand here, once.
#include <nlohmann/json.hpp>

#include "runtime/artefact/names.h"
#include "runtime/catalogue/catalogue.h"
#include "runtime/report/process_members.h"
#include "runtime/report/report.h"

namespace recipe {
namespace {

using Json = nlohmann::ordered_json;

Json text(std::string_view description) {
  return {{"type", "string"}, {"description", description}};
}

Json texts(std::string_view description) {
  return {{"type", "array"}, {"description", description}, {"items", {{"type", "string"}}}, {"minItems", 1}};
}

Json object(Json properties, const std::vector<std::string>& required) {
  Json schema = {{"type", "object"}, {"additionalProperties", false}, {"properties", std::move(properties)}};
  if (!required.empty()) schema["required"] = required;
  return schema;
}

Json list_of(Json items) {
  return {{"type", "array"}, {"items", std::move(items)}};
}

Json field_schema(const FieldInfo& field) {
  Json schema;
  switch (field.type) {
    case Type::kBool:
      schema["type"] = "boolean";
      break;
    case Type::kInt:
    case Type::kPort:
      schema["type"] = "integer";
      break;
    case Type::kString:
    case Type::kPath:
    case Type::kIp:
    case Type::kDomain:
      schema["type"] = "string";
      break;
    case Type::kFlags:
    case Type::kStringList:
      schema["type"] = "array";
      schema["items"] = {{"type", "string"}};
      break;
    case Type::kRecordList:
      schema["type"] = "array";
      break;
    case Type::kMap:
      schema["type"] = "object";
      schema["additionalProperties"] = {{"type", "string"}};
      break;
  }
  schema["description"] = field.doc;
  return schema;
}

// The catalogue's rows "PREFIXname" that a process has as members; prefix "": elements of the ancestors.
Json process_schema(std::string_view prefix) {
  Json properties = Json::object();
  for (const ProcessMember& member : process_members()) {
    const FieldInfo* field = prefix.empty() ? find_element(FieldId::process_ancestors, member.name)
                                            : find_field(std::string(prefix) + std::string(member.name));
    if (field != nullptr) properties[std::string(member.name)] = field_schema(*field);
  }
  return object(std::move(properties), {});
}

Json why_schema() {
  const Json term = object({{"text", text("the term, in the recipe's words")},
                            {"value", text("the value that satisfied it; left out where the field is absent")},
                            {"file", text("where the term stands")},
                            {"line", {{"type", "integer"}, {"minimum", 0}}},
                            {"decided", {{"enum", {"kernel", "userspace"}}}},
                            {"open", {{"const", true}, {"description", "a truncated field left this term open"}}}},
                           {"text", "file", "line", "decided"});
  return object({{"clause", text("the conjunction that matched, in the recipe's words")},
                 {"file", text("of the recipe")},
                 {"line", {{"type", "integer"}, {"minimum", 0}}},
                 {"terms", list_of(term)},
                 {"tunes", list_of(object({{"file", text("of the tune")}, {"line", {{"type", "integer"}, {"minimum", 0}}}},
                                          {"file", "line"}))},
                 {"truncated", texts("fields that were cut and that the recipe asks")}},
                {"clause", "file", "line", "terms"});
}

Json attack_schema() {
  return list_of(object({{"id", {{"type", "string"}, {"pattern", "^T[0-9]{4}(\\.[0-9]{3})?$"}}},
                         {"name", text("of the technique")},
                         {"tactic", text("of the technique")},
                         {"url", {{"type", "string"}, {"format", "uri"}}}},
                        {"id", "url"}));
}

Json lost_schema() {
  Json properties = Json::object();
  enum Side { kKernel, kUser };
#define COUNTER(id, side, loss, doc) \
  if (loss) properties[#id] = {{"type", "integer"}, {"minimum", 1}, {"description", doc}};
#include "bpf/abi/counters.def"
  return object(std::move(properties), {});
}

Json counters_schema(std::string_view description) {
  return {{"type", "object"}, {"description", description}, {"additionalProperties", {{"type", "integer"}, {"minimum", 1}}}};
}

Json baseline_schema() {
  const auto number = [](std::string_view description) {
    return Json{{"type", "integer"}, {"minimum", 0}, {"description", description}};
  };
  const Json novelty = object({{"kind", {{"enum", {"exec", "write", "connect", "ask"}}}},
                               {"entry", text("as the baseline would hold it")},
                               {"example", text("as it happened first")},
                               {"process", text("who did it first, from the step down: make > sh > nc")},
                               {"cmdline", text("of that process, secrets masked")},
                               {"recipe", text("one that detected it too")},
                               {"count", number("events")},
                               {"time", text("RFC 3339, of the first")}},
                              {"kind", "entry", "example", "process", "count", "time"});
  Json schema = object({{"file", text("the baseline")},
                        {"learnt", {{"type", "boolean"}, {"description", "what was new stands in the file now"}}},
                        {"incomplete", {{"type", "boolean"}, {"description", "the file says that it may not hold all"}}},
                        {"entries", number("in the file")},
                        {"known", number("things done that the baseline covers")},
                        {"new", number("things done that it does not")},
                        {"detected", number("of both: those that a recipe detected too")},
                        {"novelties", list_of(novelty)},
                        {"gaps", list_of(text("why something new may have been missed"))}},
                       {"file", "learnt", "incomplete", "entries", "known", "new", "detected", "novelties", "gaps"});
  schema["description"] = "what `watch --baseline` compared; at most 1,000 novelties are listed, `new` counts all";
  return schema;
}

Json coverage_schema() {
  Json properties = {
      {"verdict", {{"enum", {"complete", "partial", "none"}}, {"description", "whether all that the recipes ask was watched"}}},
      {"shortcomings", texts("why it is not complete")},
      {"mode", {{"enum", {"replay", "machine", "command"}}}},
      {"command", text("what was watched, secrets masked")},
      {"exit_code", {{"type", "integer"}}},
      {"begin", text("RFC 3339")},
      {"end", text("RFC 3339")},
      {"canary",
       {{"enum", {"none", "seen", "unseen"}}, {"description", "whether an exec of our own came through; none in replay"}}},
      {"probes", list_of(text("what the live probes see"))},
      {"unseen", list_of(text("an event that recipes ask for and no probe sees"))},
      {"recipes", object({{"watched", list_of(text("name"))},
                          {"blind", list_of(text("of a recipe some of whose events no probe sees"))},
                          {"skipped", list_of(text("of a recipe that is off or was left out"))}},
                         {"watched", "blind", "skipped"})},
      {"events", {{"type", "integer"}, {"minimum", 0}, {"description", "that came to be judged"}}},
      {"detections", {{"type", "integer"}, {"minimum", 0}}},
      {"lost", counters_schema("counters of events or detections that are missing")},
      {"cut", counters_schema("counters of events that came, but not whole")},
      {"counted", counters_schema("the other counters")},
      {"baseline", baseline_schema()},
      {"version", text("of reciped")}};
  return object(std::move(properties), {"verdict", "mode", "canary", "probes", "unseen", "recipes", "events", "detections",
                                        "lost", "cut", "counted", "version"});
}

// As write_values of to_json.cpp prints them.
void add_values(Json& properties, std::string_view part) {
  for (const FieldInfo& field : all_fields()) {
    const auto [own, name] = part_of(field.name);
    if (!is_value(field) || own != part) continue;
    const size_t dot = name.find('.');
    if (dot == std::string_view::npos) {
      properties[std::string(name)] = field_schema(field);
      continue;
    }
    Json& group = properties[std::string(name.substr(0, dot))];
    if (group.is_null()) group = object(Json::object(), {});
    group["properties"][std::string(name.substr(dot + 1))] = field_schema(field);
  }
}

Json part_schema(std::string_view part) {
  Json properties = Json::object();
  add_values(properties, part);
  return object(std::move(properties), {});
}

Json event_schema() {
  Json types = Json::array();
  for (const EventInfo& event : all_events()) types.push_back(event.name);
  Json argv = list_of({{"type", "string"}});
  argv["description"] = info(FieldId::argv).doc;
  Json properties = {{"type", {{"enum", types}}}, {"argv", argv}};
  add_values(properties, "event");
  return object(std::move(properties), {"type"});
}

Json tally_schema(std::string_view description) {
  Json schema = object({{"count", {{"type", "integer"}, {"minimum", 1}}},
                        {"first", text("RFC 3339, of the first of them")},
                        {"last", text("RFC 3339, of the last of them")}},
                       {"count", "first", "last"});
  schema["description"] = description;
  return schema;
}

// As write_evidence of to_json.cpp prints them: a part of a detection's members.
Json events_schema(const Json& detection) {
  Json properties = {{"step", text("the step of the sequence that it was")}};
  for (const char* name : {"time", "message", "why", "event", "process"}) properties[name] = detection.at(name);
  for (const char* part : {"package", "container", "ci"}) properties[part] = detection.at(part);
  Json schema = list_of(object(std::move(properties), {"time", "why", "event", "process"}));
  schema["description"] =
      "what it rests on besides its own event, the earliest first: the steps of a sequence, the first of those that were "
      "counted "
      "or held back";
  return schema;
}

}  // namespace

std::string detection_schema() {
  Json process = process_schema("process.");
  add_values(process["properties"], "process");
  process["properties"]["parent"] = process_schema("process.parent.");
  process["properties"]["ancestors"] = list_of(process_schema(""));
  process["properties"]["ancestors"]["description"] = info(FieldId::process_ancestors).doc;

  Json properties;
  properties["id"] = {{"type", "string"}, {"pattern", "^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$"}};
  properties["time"] = {{"type", "string"}, {"pattern", "^[0-9]{4,}-[0-9]{2}-[0-9]{2}T[0-9:]{8}\\.[0-9]{9}Z$"}};
  properties["sequence"] = {{"type", "integer"}, {"minimum", 1}, {"description", "counts a run's detections, without gaps"}};
  properties["recipe"] = text("its name");
  properties["version"] = {{"type", "integer"}, {"minimum", 0}};
  properties["title"] = text("the recipe's title");
  properties["message"] = text("the recipe's message, filled, control characters escaped");
  properties["category"] = text("a tactic of ATT&CK");
  properties["method"] = text("a technique, in words");
  properties["status"] = {{"enum", Json(kStatusNames)}};
  properties["importance"] = {{"enum", Json(kImportanceNames)}};
  properties["attack"] = attack_schema();
  properties["tags"] = texts("the recipe's tags");
  properties["why"] = why_schema();
  properties["event"] = event_schema();
  properties["process"] = std::move(process);
  properties["package"] = part_schema("package");
  properties["package"]["description"] = "the package that brought the executed program";
  properties["container"] = part_schema("container");
  properties["container"]["description"] = "that the process runs in; left out on the host";
  properties["ci"] = part_schema("ci");
  properties["ci"]["description"] = "the CI job that the process belongs to";
  properties["host"] = object({{"name", text("host name")},
                               {"machine_id", text("/etc/machine-id")},
                               {"kernel", text("release of the kernel")},
                               {"os", text("name of the distribution")},
                               {"boot_id", text("differs after each boot")}},
                              {});
  properties["doc"] = object({{"actions", texts("what to do about it")}, {"page", text("address of the recipe's page")}}, {});
  properties["step"] = text("the step of the recipe's sequence that its event was");
  properties["events"] = events_schema(properties);
  properties["counted"] = tally_schema("the events that the recipe's `count` took together, this one among them");
  properties["held_back"] =
      tally_schema("the end of a throttle's window: how many detections it held back; this one shows the first of them");
  properties["lost"] = lost_schema();
  properties["lost"]["description"] = "totals of those counters of loss that changed since the detection before";
  properties["redacted"] = {
      {"type", "integer"}, {"minimum", 1}, {"description", "values that looked like secrets and were masked as ***"}};
  properties["replayed"] = {{"const", true}, {"description", "judged from a file, not from this machine now"}};
  properties["encoding"] = {{"const", "escaped"},
                            {"description", "some string held bytes that are no UTF-8, written as \\xHH"}};

  Json schema;
  schema["$schema"] = "https://json-schema.org/draft/2020-12/schema";
  schema["title"] = "Detection or coverage";
  schema["description"] =
      "what `reciped` writes as json, one a line: detections, and as the last line what was watched and lost";
  schema["oneOf"] = Json::array({{{"$ref", "#/$defs/detection"}}, {{"$ref", "#/$defs/coverage"}}});
  schema["$defs"]["detection"] = object(std::move(properties), {"id", "time", "sequence", "recipe", "version", "message",
                                                                "importance", "why", "event", "process"});
  schema["$defs"]["coverage"] = object({{"coverage", coverage_schema()}}, {"coverage"});
  return schema.dump(2) + "\n";
}

}  // namespace recipe
