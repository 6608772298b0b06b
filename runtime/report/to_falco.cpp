// SPDX-License-Identifier: Apache-2.0
// The shape of Falco's JSON output, so that what reads Falco's alerts reads ours. Fields that both know have Falco's names, the
// others our own, with the prefix `recipe.`.
#include "runtime/catalogue/catalogue.h"
#include "runtime/report/shapes.h"

namespace recipe {
namespace {

constexpr size_t kContainerId = 12;  // digits of an id that Falco shows

std::string_view priority_of(Importance importance) {
  constexpr std::string_view kPriorities[] = {"Informational", "Notice", "Warning", "Error", "Critical"};
  return kPriorities[static_cast<size_t>(importance)];
}

// "10:00:00.000000001: Critical perl ran code"
std::string output_of(int64_t time_unix_ns, std::string_view priority, const std::string& message) {
  const std::string time = rfc3339(time_unix_ns);
  const size_t clock = time.find('T') + 1;
  return time.substr(clock, time.size() - clock - 1) + ": " + std::string(priority) + " " + message;
}

class FalcoPrinter final : public Printer {
 public:
  std::string print(const Detection& detection) override {
    const std::string_view priority = priority_of(detection.importance);
    Json tags = Json::array();
    for (const std::string& tag : detection.tags) tags.push_back(printable(tag));
    if (!detection.category.empty()) tags.push_back("mitre_" + printable(detection.category));
    for (const AttackReference& reference : detection.attack) tags.push_back(reference.id);
    return line_of({{"uuid", detection.id},
                    {"hostname", printable(detection.host.name)},
                    {"output", output_of(detection.time_unix_ns, priority, printable(detection.message))},
                    {"output_fields", fields_of(detection)},
                    {"priority", priority},
                    {"rule", printable(title_of(detection))},
                    {"source", "syscall"},
                    {"tags", std::move(tags)},
                    {"time", rfc3339(detection.time_unix_ns)}});
  }

  // As Falco tells of dropped events: a rule of the program itself.
  std::string finish(const Coverage& coverage) override {
    const std::string_view priority = verdict(coverage) == Verdict::kComplete  ? "Informational"
                                      : verdict(coverage) == Verdict::kPartial ? "Warning"
                                                                               : "Critical";
    Json fields = {{"recipe.verdict", verdict_name(verdict(coverage))},
                   {"recipe.events", coverage.events},
                   {"recipe.detections", coverage.detections},
                   {"recipe.recipes", coverage.recipes.size()},
                   {"recipe.recipes_skipped", coverage.skipped.size()}};
    for (const Coverage::Count& count : coverage.counts) fields["recipe." + std::string(count.counter)] = count.count;
    return line_of({{"hostname", ""},
                    {"output", output_of(coverage.end_unix_ns, priority, coverage_sentence(coverage))},
                    {"output_fields", std::move(fields)},
                    {"priority", priority},
                    {"rule", "Recipe internal: coverage"},
                    {"source", "internal"},
                    {"tags", Json::array()},
                    {"time", rfc3339(coverage.end_unix_ns)}});
  }

 private:
  static Json fields_of(const Detection& detection) {
    Json fields = {{"evt.time", detection.time_unix_ns},
                   {"evt.type", detection.event == "exec" ? "execve" : detection.event},
                   {"recipe.name", printable(detection.recipe)},
                   {"recipe.why", printable(detection.why.clause)},
                   {"recipe.importance", importance_name(detection.importance)}};
    const auto text = [&](const char* name, const std::optional<std::string>& value) {
      if (value) fields[name] = printable(*value);
    };
    const auto number = [&](const char* name, const std::optional<int64_t>& value) {
      if (value) fields[name] = *value;
    };
    const ProcessInfo& process = detection.process;
    number("proc.pid", process.pid);
    text("proc.name", process.name ? process.name : process.comm);
    text("proc.exepath", process.exe);
    text("proc.cmdline", process.cmdline);
    text("proc.cwd", process.cwd);
    number("user.uid", process.uid);
    text("user.name", process.user);
    constexpr const char* kNames[] = {"proc.pname", "proc.aname[2]", "proc.aname[3]", "proc.aname[4]"};
    for (size_t i = 0; i < std::min(std::size(kNames), detection.ancestors.size()); ++i) {
      text(kNames[i], detection.ancestors[i].name ? detection.ancestors[i].name : detection.ancestors[i].comm);
    }
    if (!detection.ancestors.empty()) {
      number("proc.ppid", detection.ancestors.front().pid);
      text("proc.pcmdline", detection.ancestors.front().cmdline);
      text("proc.pexepath", detection.ancestors.front().exe);
    }
    text("fd.name", text_of(detection, FieldId::file_path));
    text("fd.rip", text_of(detection, FieldId::dst_ip));
    number("fd.rport", number_of(detection, FieldId::dst_port));
    text("fd.l4proto", text_of(detection, FieldId::net_protocol));
    text("recipe.dns.question", text_of(detection, FieldId::dns_question));
    if (const auto id = text_of(detection, FieldId::container_id)) text("container.id", id->substr(0, kContainerId));
    text("container.name", text_of(detection, FieldId::container_name));
    text("container.type", text_of(detection, FieldId::container_runtime));
    if (const auto image = text_of(detection, FieldId::container_image)) {
      const ImageName split = split_image(*image);
      text("container.image", image);
      text("container.image.repository", split.name);
      if (!split.tag.empty()) text("container.image.tag", split.tag);
    }
    text("k8s.pod.name", text_of(detection, FieldId::container_pod));
    text("k8s.ns.name", text_of(detection, FieldId::container_namespace));
    text("recipe.package", text_of(detection, FieldId::process_package_name));
    for (const EventValue& value : detection.values) {
      const std::string name(info(value.field).name);
      const auto* words = std::get_if<std::string>(&value.value);
      if (name.starts_with("ci.") && words != nullptr) text(("recipe." + name).c_str(), *words);
    }
    if (detection.redacted > 0) fields["recipe.redacted"] = detection.redacted;
    return fields;
  }
};

}  // namespace

std::unique_ptr<Printer> make_Falco_printer(const PrintOptions&) {
  return std::make_unique<FalcoPrinter>();
}

}  // namespace recipe
