// SPDX-License-Identifier: Apache-2.0
// Elastic Common Schema: one document a line, event.kind alert; the coverage is a document of event.kind state.
#include "runtime/catalogue/catalogue.h"
#include "runtime/report/process_members.h"
#include "runtime/report/shapes.h"

namespace recipe {
namespace {

constexpr std::string_view kEcsVersion = "8.11.0";

// What Elastic calls the events of the catalogue: event.category and event.type, of its closed lists.
struct Kind {
  std::string_view category, type;
};

Kind kind_of(std::string_view event) {
  static constexpr std::pair<std::string_view, Kind> kKinds[] = {
      {"exec", {"process", "start"}},          {"open", {"file", "access"}},           {"unlink", {"file", "deletion"}},
      {"rename", {"file", "change"}},          {"link", {"file", "creation"}},         {"symlink", {"file", "creation"}},
      {"truncate", {"file", "change"}},        {"chmod", {"file", "change"}},          {"chown", {"file", "change"}},
      {"setxattr", {"file", "change"}},        {"utime", {"file", "change"}},          {"mmap", {"file", "access"}},
      {"mount", {"file", "change"}},           {"connect", {"network", "start"}},      {"bind", {"network", "info"}},
      {"listen", {"network", "info"}},         {"accept", {"network", "start"}},       {"dns", {"network", "protocol"}},
      {"dns_answer", {"network", "protocol"}}, {"unix_connect", {"network", "start"}},
  };
  for (const auto& [name, kind] : kKinds) {
    if (name == event) return kind;
  }
  return {"process", "info"};
}

int severity_of(Importance importance) {
  constexpr int kSeverities[] = {1, 21, 47, 73, 99};  // as Elastic's own rules: low 21, medium 47, high 73, critical 99
  return kSeverities[static_cast<size_t>(importance)];
}

void put(Json& json, const char* name, const std::optional<std::string>& text) {
  if (text && !text->empty()) json[name] = printable(*text);
}

Json user_of(const ProcessInfo& process) {
  Json json = Json::object();
  if (process.uid) json["id"] = std::to_string(*process.uid);
  put(json, "name", process.user);
  return json;
}

Json process_of(const ProcessInfo& process) {
  Json json = Json::object();
  if (process.pid) json["pid"] = *process.pid;
  if (process.tid) json["thread"] = {{"id", *process.tid}};
  put(json, "name", process.name ? process.name : process.comm);
  put(json, "executable", process.exe);
  put(json, "command_line", process.cmdline);
  put(json, "working_directory", process.cwd);
  if (Json user = user_of(process); !user.empty()) json["real_user"] = std::move(user);
  return json;
}

void add_threat(Json& json, const Detection& detection) {
  if (detection.attack.empty()) return;
  Json& threat = json["threat"];
  threat["framework"] = "MITRE ATT&CK";
  for (const AttackReference& reference : detection.attack) {
    const std::string technique = reference.id.substr(0, reference.id.find('.'));
    const bool sub = technique != reference.id;
    threat["technique"]["id"].push_back(technique);
    Json& named = threat["technique"];
    if (sub) {
      named["subtechnique"]["id"].push_back(reference.id);
      named["subtechnique"]["reference"].push_back(attack_url(reference.id));
      if (!reference.name.empty()) named["subtechnique"]["name"].push_back(reference.name);
    } else {
      named["reference"].push_back(attack_url(reference.id));
      if (!reference.name.empty()) named["name"].push_back(reference.name);
    }
    if (!reference.tactic.empty()) threat["tactic"]["name"].push_back(reference.tactic);
  }
}

void add_event_values(Json& json, const Detection& detection) {
  const auto text = [&](FieldId field, const char* group, const char* name) {
    if (const auto value = text_of(detection, field)) json[group][name] = *value;
  };
  const auto number = [&](FieldId field, const char* group, const char* name) {
    if (const auto value = number_of(detection, field)) json[group][name] = *value;
  };
  text(FieldId::file_path, "file", "path");
  text(FieldId::file_name, "file", "name");
  if (const auto uid = number_of(detection, FieldId::file_uid)) json["file"]["uid"] = std::to_string(*uid);
  if (const auto gid = number_of(detection, FieldId::file_gid)) json["file"]["gid"] = std::to_string(*gid);
  text(FieldId::dst_ip, "destination", "ip");
  number(FieldId::dst_port, "destination", "port");
  text(FieldId::src_ip, "source", "ip");
  number(FieldId::src_port, "source", "port");
  text(FieldId::net_protocol, "network", "transport");
  if (const auto question = text_of(detection, FieldId::dns_question)) json["dns"]["question"]["name"] = *question;
  if (const auto type = text_of(detection, FieldId::dns_type)) json["dns"]["question"]["type"] = *type;
}

void add_surroundings(Json& json, const Detection& detection) {
  const auto container = [&](FieldId field, const char* name) { put(json["container"], name, text_of(detection, field)); };
  if (text_of(detection, FieldId::container_id)) {
    container(FieldId::container_id, "id");
    container(FieldId::container_name, "name");
    container(FieldId::container_runtime, "runtime");
  }
  if (const auto image = text_of(detection, FieldId::container_image)) {
    const ImageName split = split_image(*image);
    json["container"]["image"]["name"] = split.name;
    if (!split.tag.empty()) json["container"]["image"]["tag"] = {split.tag};
  }
  if (const auto pod = text_of(detection, FieldId::container_pod)) {
    json["orchestrator"] = {{"type", "kubernetes"}, {"resource", {{"type", "pod"}, {"name", *pod}}}};
    put(json["orchestrator"], "namespace", text_of(detection, FieldId::container_namespace));
  }
  if (const auto package = text_of(detection, FieldId::process_package_name)) {
    json["package"] = {{"name", *package}};
    put(json["package"], "version", text_of(detection, FieldId::process_package_version));
    put(json["package"], "type", text_of(detection, FieldId::process_package_manager));
  }
  // ECS knows no CI jobs; labels are flat.
  for (const EventValue& value : detection.values) {
    const auto [part, name] = part_of(info(value.field).name);
    const auto* text = std::get_if<std::string>(&value.value);
    if (part == "ci" && text != nullptr) json["labels"]["ci_" + std::string(name)] = printable(*text);
  }
}

Json base(int64_t time_unix_ns, const std::string& message) {
  return {{"@timestamp", rfc3339(time_unix_ns)},
          {"ecs", {{"version", kEcsVersion}}},
          {"message", message},
          {"observer", {{"product", kProduct}, {"vendor", kVendor}, {"type", "ids"}, {"version", RECIPE_VERSION}}}};
}

void add_host(Json& json, const HostInfo& host) {
  if (host.name.empty() && host.machine_id.empty() && host.kernel.empty() && host.os.empty()) return;
  put(json["host"], "hostname", host.name);
  put(json["host"], "name", host.name);
  put(json["host"], "id", host.machine_id);
  json["host"]["os"] = {{"type", "linux"}};
  put(json["host"]["os"], "full", host.os);
  put(json["host"]["os"], "kernel", host.kernel);
}

class EcsPrinter final : public Printer {
 public:
  std::string print(const Detection& detection) override {
    const Kind kind = kind_of(detection.event);
    Json json = base(detection.time_unix_ns, printable(detection.message));
    json["event"] = {{"kind", "alert"},
                     {"category", {kind.category}},
                     {"type", {kind.type}},
                     {"action", detection.event},
                     {"id", detection.id},
                     {"module", "recipe"},
                     {"dataset", "recipe.detection"},
                     {"provider", kProduct},
                     {"severity", severity_of(detection.importance)},
                     {"risk_score", severity_of(detection.importance)},
                     {"sequence", detection.sequence},
                     {"reason", printable(detection.why.clause)}};
    json["rule"] = {{"id", printable(detection.recipe)},
                    {"name", printable(title_of(detection))},
                    {"version", std::to_string(detection.version)}};
    put(json["rule"], "category", detection.category);
    put(json["rule"], "reference", detection.page);
    add_threat(json, detection);
    json["process"] = process_of(detection.process);
    if (detection.argv) {
      json["process"]["args"] = Json::array();
      for (const std::string& argument : *detection.argv) json["process"]["args"].push_back(printable(argument));
      json["process"]["args_count"] = detection.argv->size();
    }
    if (!detection.ancestors.empty()) json["process"]["parent"] = process_of(detection.ancestors.front());
    if (Json user = user_of(detection.process); !user.empty()) json["user"] = std::move(user);
    add_event_values(json, detection);
    add_host(json, detection.host);
    if (!detection.tags.empty()) json["tags"] = detection.tags;
    json["labels"] = {{"importance", importance_name(detection.importance)}};
    add_surroundings(json, detection);
    if (detection.redacted > 0) json["labels"]["redacted"] = std::to_string(detection.redacted);
    return line_of(json);
  }

  std::string finish(const Coverage& coverage) override {
    Json json = base(coverage.end_unix_ns, coverage_sentence(coverage));
    json["event"] = {{"kind", "state"},      {"category", {"host"}},
                     {"type", {"info"}},     {"action", "coverage"},
                     {"module", "recipe"},   {"dataset", "recipe.coverage"},
                     {"provider", kProduct}, {"outcome", verdict(coverage) == Verdict::kComplete ? "success" : "failure"}};
    if (coverage.begin_unix_ns != 0) json["event"]["start"] = rfc3339(coverage.begin_unix_ns);
    if (coverage.end_unix_ns != 0) json["event"]["end"] = rfc3339(coverage.end_unix_ns);
    // Labels are flat and of texts.
    json["labels"] = {{"verdict", verdict_name(verdict(coverage))},
                      {"events", std::to_string(coverage.events)},
                      {"detections", std::to_string(coverage.detections)},
                      {"recipes", std::to_string(coverage.recipes.size())},
                      {"recipes_skipped", std::to_string(coverage.skipped.size())}};
    for (const Coverage::Count& count : coverage.counts)
      json["labels"][std::string(count.counter)] = std::to_string(count.count);
    return line_of(json);
  }
};

}  // namespace

std::unique_ptr<Printer> make_Ecs_printer(const PrintOptions&) {
  return std::make_unique<EcsPrinter>();
}

}  // namespace recipe
