// SPDX-License-Identifier: Apache-2.0
// OCSF 1.3: a detection is a Detection Finding (class 2004), the coverage a Scan Activity (class 6007). Times are milliseconds.
#include "runtime/catalogue/catalogue.h"
#include "runtime/report/process_members.h"
#include "runtime/report/shapes.h"

namespace recipe {
namespace {

constexpr int64_t kNanoseconds = 1'000'000;  // of one millisecond

struct Severity {
  int id;
  std::string_view name;
};

Severity severity_of(Importance importance) {
  switch (importance) {
    case Importance::kNone:
      return {1, "Informational"};
    case Importance::kLow:
      return {2, "Low"};
    case Importance::kMedium:
      return {3, "Medium"};
    case Importance::kHigh:
      return {4, "High"};
    case Importance::kCritical:
      return {5, "Critical"};
  }
  return {0, "Unknown"};
}

int64_t milliseconds(int64_t unix_ns) {
  return unix_ns / kNanoseconds;
}

Json metadata(std::string_view uid) {
  Json json = {{"version", "1.3.0"},
               {"product", {{"name", kProduct}, {"vendor_name", kVendor}, {"version", RECIPE_VERSION}}},
               {"log_name", "detections"}};
  if (!uid.empty()) json["uid"] = uid;
  return json;
}

void put(Json& json, const char* name, const std::optional<std::string>& text) {
  if (text) json[name] = printable(*text);
}

Json file_of(const std::string& path) {
  const std::string shown = printable(path);
  return {{"name", shown.substr(shown.rfind('/') + 1)}, {"path", shown}, {"type_id", 1}};
}

Json process_of(const ProcessInfo& process) {
  Json json = Json::object();
  if (process.pid) json["pid"] = *process.pid;
  if (process.tid) json["tid"] = *process.tid;
  put(json, "name", process.name ? process.name : process.comm);
  put(json, "cmd_line", process.cmdline);
  if (process.exe) json["file"] = file_of(*process.exe);
  if (process.uid || process.user) {
    json["user"] = Json::object();
    if (process.uid) json["user"]["uid"] = std::to_string(*process.uid);
    put(json["user"], "name", process.user);
  }
  // A process is known by one of the two; what the record lacks is said to be lacking.
  if (!process.pid) json["uid"] = "unknown";
  return json;
}

// Of the profile `container`; empty: the process runs in none.
Json container_of(const Detection& detection) {
  Json json = Json::object();
  put(json, "uid", text_of(detection, FieldId::container_id));
  put(json, "name", text_of(detection, FieldId::container_name));
  put(json, "runtime", text_of(detection, FieldId::container_runtime));
  if (const auto image = text_of(detection, FieldId::container_image)) {
    const ImageName split = split_image(*image);
    json["image"] = {{"uid", *image}, {"name", split.name}};
    if (!split.tag.empty()) json["image"]["tag"] = split.tag;
  }
  if (text_of(detection, FieldId::container_pod)) json["orchestrator"] = "Kubernetes";
  return json;
}

// What the class has no place for, under our own names.
Json unmapped(const Detection& detection) {
  Json json = Json::object();
  if (detection.redacted > 0) json["redacted"] = detection.redacted;
  for (const EventValue& value : detection.values) {
    const auto [part, name] = part_of(info(value.field).name);
    const bool pod = value.field == FieldId::container_pod || value.field == FieldId::container_namespace;
    if (part != "package" && part != "ci" && !pod) continue;
    if (const auto* text = std::get_if<std::string>(&value.value))
      json[std::string(part)][std::string(name)] = printable(*text);
    const auto* number = std::get_if<int64_t>(&value.value);
    if (number != nullptr) json[std::string(part)][std::string(name)] = *number != 0;
  }
  return json;
}

Json process_tree(const Detection& detection) {
  Json json = process_of(detection.process);
  if (Json container = container_of(detection); !container.empty()) json["container"] = std::move(container);
  if (!detection.ancestors.empty()) {
    json["parent_process"] = process_of(detection.ancestors.front());
    Json lineage = Json::array();
    for (const ProcessInfo& ancestor : detection.ancestors) {
      lineage.push_back(printable(ancestor.exe.value_or(ancestor.name.value_or(ancestor.comm.value_or("?")))));
    }
    json["lineage"] = std::move(lineage);
  }
  return json;
}

Json evidence(const Detection& detection) {
  Json json = {{"process", process_tree(detection)}};
  if (const auto path = text_of(detection, FieldId::file_path)) json["file"] = file_of(*path);
  Json remote = Json::object();
  if (const auto ip = text_of(detection, FieldId::dst_ip)) remote["ip"] = *ip;
  if (const auto port = number_of(detection, FieldId::dst_port)) remote["port"] = *port;
  if (!remote.empty()) json["dst_endpoint"] = std::move(remote);
  if (const auto question = text_of(detection, FieldId::dns_question)) json["query"] = {{"hostname", *question}};
  return json;
}

// "T1059.004" → technique T1059 with its sub-technique.
Json attack(const AttackReference& reference) {
  Json json = {{"version", "15"}};
  const bool sub = reference.id.find('.') != std::string::npos;
  json["technique"] = {{"uid", reference.id.substr(0, reference.id.find('.'))}};
  Json& named = sub ? json["sub_technique"] : json["technique"];
  named["uid"] = reference.id;
  named["src_url"] = attack_url(reference.id);
  if (!reference.name.empty()) named["name"] = reference.name;
  if (!reference.tactic.empty()) json["tactic"] = {{"name", reference.tactic}};
  return json;
}

Json device_of(const HostInfo& host) {
  Json json = {{"hostname", host.name.empty() ? "unknown" : printable(host.name)}, {"type_id", 0}};
  if (!host.machine_id.empty()) json["uid"] = printable(host.machine_id);
  json["os"] = {{"name", host.os.empty() ? "Linux" : printable(host.os)}, {"type_id", 200}};
  if (!host.kernel.empty()) json["os"]["kernel_release"] = printable(host.kernel);
  return json;
}

Json finding_of(const Detection& detection) {
  Json json = {{"uid", detection.id},
               {"title", printable(title_of(detection))},
               {"desc", printable(detection.message)},
               {"created_time", milliseconds(detection.time_unix_ns)},
               {"analytic",
                {{"type_id", 1},
                 {"type", "Rule"},
                 {"uid", printable(detection.recipe)},
                 {"name", printable(title_of(detection))},
                 {"version", std::to_string(detection.version)},
                 {"desc", printable(detection.why.clause)}}}};
  if (!detection.category.empty()) json["types"] = {printable(detection.category)};
  for (const AttackReference& reference : detection.attack) json["attacks"].push_back(attack(reference));
  return json;
}

class OcsfPrinter final : public Printer {
 public:
  std::string print(const Detection& detection) override {
    const Severity severity = severity_of(detection.importance);
    Json json = {{"activity_id", 1},
                 {"activity_name", "Create"},
                 {"category_uid", 2},
                 {"category_name", "Findings"},
                 {"class_uid", 2004},
                 {"class_name", "Detection Finding"},
                 {"type_uid", 200401},
                 {"type_name", "Detection Finding: Create"},
                 {"severity_id", severity.id},
                 {"severity", severity.name},
                 {"status_id", 1},
                 {"status", "New"},
                 {"time", milliseconds(detection.time_unix_ns)},
                 {"message", printable(detection.message)},
                 {"is_alert", true},
                 {"metadata", metadata(detection.id)},
                 {"finding_info", finding_of(detection)},
                 {"evidences", Json::array({evidence(detection)})},
                 {"device", device_of(detection.host)}};
    json["metadata"]["profiles"] = {"host"};
    if (text_of(detection, FieldId::container_id)) json["metadata"]["profiles"].push_back("container");
    json["metadata"]["sequence"] = detection.sequence;
    if (!detection.actions.empty()) {
      std::string words;
      for (const std::string& action : detection.actions) words += (words.empty() ? "" : "\n") + printable(action);
      json["remediation"] = {{"desc", words}};
    }
    if (Json rest = unmapped(detection); !rest.empty()) json["unmapped"] = std::move(rest);
    return line_of(json);
  }

  std::string finish(const Coverage& coverage) override {
    const Verdict end = verdict(coverage);
    const bool whole = end == Verdict::kComplete;
    // 2 Completed, 6 Error: nothing or not everything was looked at.
    const int activity = whole ? 2 : 6;
    Json json = {{"activity_id", activity},
                 {"activity_name", whole ? "Completed" : "Error"},
                 {"category_uid", 6},
                 {"category_name", "Application Activity"},
                 {"class_uid", 6007},
                 {"class_name", "Scan Activity"},
                 {"type_uid", 600700 + activity},
                 {"type_name", whole ? "Scan Activity: Completed" : "Scan Activity: Error"},
                 {"severity_id", whole ? 1 : 4},
                 {"severity", whole ? "Informational" : "High"},
                 {"status_id", whole ? 1 : 2},
                 {"status", whole ? "Success" : "Failure"},
                 {"time", milliseconds(coverage.end_unix_ns)},
                 {"message", coverage_sentence(coverage)},
                 {"metadata", metadata("")},
                 {"scan", {{"name", "runtime detection"}, {"type_id", 99}, {"type", "Other"}}},
                 {"num_detections", coverage.detections},
                 {"total", coverage.events},
                 {"unmapped", {{"coverage", coverage_json(coverage)}}}};
    if (coverage.begin_unix_ns != 0) json["start_time"] = milliseconds(coverage.begin_unix_ns);
    if (coverage.end_unix_ns != 0) json["end_time"] = milliseconds(coverage.end_unix_ns);
    return line_of(json);
  }
};

}  // namespace

std::unique_ptr<Printer> make_Ocsf_printer(const PrintOptions&) {
  return std::make_unique<OcsfPrinter>();
}

}  // namespace recipe
