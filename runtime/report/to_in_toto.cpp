// SPDX-License-Identifier: Apache-2.0
// An in-toto Statement (v1) with the predicate runtime-trace (v0.2): what was detected while the subject was made, and how far
// that was watched. Not signed: a signer takes it from here.
#include "runtime/catalogue/catalogue.h"
#include "runtime/report/shapes.h"

namespace recipe {
namespace {

constexpr size_t kMost = 10'000;  // detections in one statement

Json process_of(const ProcessInfo& process) {
  Json json = Json::object();
  if (process.pid) json["pid"] = *process.pid;
  if (process.name) json["name"] = printable(*process.name);
  if (process.exe) json["processBinary"] = printable(*process.exe);
  if (process.cmdline) json["commandLine"] = printable(*process.cmdline);
  return json;
}

class InTotoPrinter final : public Printer {
 public:
  explicit InTotoPrinter(PrintOptions options) : options_(std::move(options)) {}

  std::string print(const Detection& detection) override {
    Json entry = process_of(detection.process);
    entry["eventType"] = detection.event;
    entry["time"] = rfc3339(detection.time_unix_ns);
    if (detection.argv) {
      entry["arguments"] = Json::array();
      for (const std::string& argument : *detection.argv) entry["arguments"].push_back(printable(argument));
    }
    entry["ancestors"] = Json::array();
    for (const ProcessInfo& ancestor : detection.ancestors) entry["ancestors"].push_back(process_of(ancestor));
    entry["recipe"] = detection.recipe;
    entry["importance"] = importance_name(detection.importance);
    entry["message"] = printable(detection.message);
    entry["detectionId"] = detection.id;
    log_.add(detection.importance, {std::move(entry), network_of(detection), file_of(detection)});
    return "";
  }

  std::string finish(const Coverage& coverage) override {
    Json subjects = Json::array();
    for (const PrintOptions::Subject& subject : options_.subjects) {
      subjects.push_back({{"name", printable(subject.name)}, {"digest", {{subject.algorithm, subject.digest}}}});
    }
    Json processes = Json::array(), network = Json::array(), files = Json::array();
    log_.each([&](const Entry& entry) {
      processes.push_back(entry.process);
      if (!entry.network.empty()) network.push_back(entry.network);
      if (!entry.file.empty()) files.push_back(entry.file);
    });
    Json policies = Json::array();
    for (const Coverage::Recipe& recipe : coverage.recipes) policies.push_back({{"name", recipe.name}});
    Json predicate = {{"monitor",
                       {{"type", "urn:recipe:reciped:" RECIPE_VERSION},
                        {"tracePolicy", {{"recipes", std::move(policies)}, {"coverage", coverage_json(coverage)}}}}},
                      {"monitoredProcess", {{"hostID", options_.host}, {"type", options_.build_type}, {"event", options_.run}}},
                      {"monitorLog", {{"process", std::move(processes)}}}};
    if (log_.left_out() > 0) predicate["monitor"]["tracePolicy"]["leftOut"] = log_.left_out();
    if (!network.empty()) predicate["monitorLog"]["network"] = std::move(network);
    if (!files.empty()) predicate["monitorLog"]["fileAccess"] = std::move(files);
    if (coverage.begin_unix_ns != 0) predicate["metadata"]["buildStartedOn"] = rfc3339(coverage.begin_unix_ns);
    if (coverage.end_unix_ns != 0) predicate["metadata"]["buildFinishedOn"] = rfc3339(coverage.end_unix_ns);
    return line_of({{"_type", "https://in-toto.io/Statement/v1"},
                    {"subject", std::move(subjects)},
                    {"predicateType", "https://in-toto.io/attestation/runtime-trace/v0.2"},
                    {"predicate", std::move(predicate)}});
  }

 private:
  struct Entry {
    Json process, network, file;
  };

  static Json network_of(const Detection& detection) {
    Json json = Json::object();
    if (const auto ip = text_of(detection, FieldId::dst_ip)) json["ip"] = *ip;
    if (const auto name = text_of(detection, FieldId::dns_question)) json["hostname"] = *name;
    if (json.empty()) return json;
    if (const auto port = number_of(detection, FieldId::dst_port)) json["port"] = *port;
    if (const auto protocol = text_of(detection, FieldId::net_protocol)) json["protocol"] = *protocol;
    json["invokingProcess"] = process_of(detection.process);
    return json;
  }

  // A resource descriptor without a digest: what the file held when it was opened is not known to us.
  static Json file_of(const Detection& detection) {
    const auto path = text_of(detection, FieldId::file_path);
    return path ? Json{{"name", *path}, {"annotations", {{"event", detection.event}}}} : Json::object();
  }

  PrintOptions options_;
  Foremost<Entry> log_{kMost};
};

}  // namespace

std::unique_ptr<Printer> make_InToto_printer(const PrintOptions& options) {
  return std::make_unique<InTotoPrinter>(options);
}

}  // namespace recipe
