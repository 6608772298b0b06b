// SPDX-License-Identifier: Apache-2.0
// OpenTelemetry logs: OTLP 1 over HTTP, in JSON. A detection is a log record: its message is the body, every part of it an
// attribute under its path (`process.parent.exe`), the host the resource. What the answer says of refused records is counted:
// by the protocol they must not be sent again.
#include <nlohmann/json.hpp>

#include "runtime/sink/http_client.h"

namespace recipe {
namespace {

using Json = nlohmann::ordered_json;

// A value of the protocol; 64-bit numbers are strings there.
Json any_value(const Json& value) {
  if (value.is_boolean()) return {{"boolValue", value}};
  if (value.is_number_integer()) return {{"intValue", value.dump()}};
  if (value.is_number()) return {{"doubleValue", value}};
  if (value.is_string()) return {{"stringValue", value}};
  if (value.is_array() && std::all_of(value.begin(), value.end(), [](const Json& each) { return each.is_string(); })) {
    Json values = Json::array();
    for (const Json& each : value) values.push_back({{"stringValue", each}});
    return {{"arrayValue", {{"values", std::move(values)}}}};
  }
  return {{"stringValue", value.dump()}};  // a list of objects, and what lies too deep
}

void add_attributes(Json& attributes, const Json& object, const std::string& path, int depth) {
  constexpr int kDeepest = 8;
  for (const auto& [name, value] : object.items()) {
    if (value.is_array() && value.empty()) continue;
    const std::string here = path.empty() ? name : path + "." + name;
    if (value.is_object() && depth < kDeepest) {
      add_attributes(attributes, value, here, depth + 1);
    } else {
      attributes.push_back({{"key", here}, {"value", any_value(value)}});
    }
  }
}

struct Severity {
  int number;
  const char* text;
};
Severity severity_of(const std::string& importance) {
  if (importance == "critical") return {21, "FATAL"};
  if (importance == "high") return {17, "ERROR"};
  if (importance == "medium") return {13, "WARN"};
  return {importance == "low" ? 10 : 9, "INFO"};
}

// "2026-11-23T10:00:00.000000001Z" → nanoseconds since 1970, as a text; "0" where it is no time.
std::string unix_nanoseconds(const std::string& time) {
  tm parts{};
  const char* end = strptime(time.c_str(), "%Y-%m-%dT%H:%M:%S", &parts);
  if (end == nullptr || *end != '.' || time.size() != 30) return "0";
  return std::to_string(timegm(&parts)) + time.substr(20, 9);
}

Json record_of(const Json& message) {
  const Json* coverage = message.contains("coverage") ? &message["coverage"] : nullptr;
  const std::string time = coverage != nullptr ? coverage->value("end", "") : message.value("time", "");
  const Severity severity = severity_of(message.value("importance", ""));
  Json attributes = Json::array();
  add_attributes(attributes, message, {}, 0);
  return {{"timeUnixNano", unix_nanoseconds(time)},
          {"observedTimeUnixNano", unix_nanoseconds(time)},
          {"severityNumber", severity.number},
          {"severityText", severity.text},
          {"body", {{"stringValue", coverage != nullptr ? "coverage" : message.value("message", "")}}},
          {"attributes", std::move(attributes)}};
}

Json resource_of(const Json& host) {
  Json attributes = Json::array();
  const auto add = [&](const char* key, const Json& value) {
    attributes.push_back({{"key", key}, {"value", any_value(value)}});
  };
  add("service.name", "reciped");
  add("service.version", RECIPE_VERSION);
  if (host.contains("name")) add("host.name", host["name"]);
  if (host.contains("machine_id")) add("host.id", host["machine_id"]);
  if (host.contains("os")) add("os.description", host["os"]);
  return {{"attributes", std::move(attributes)}};
}

class OtlpTransport final : public Transport {
 public:
  explicit OtlpTransport(std::unique_ptr<HttpClient> client) : client_(std::move(client)) {}

  Outcome send(const std::vector<std::string>& batch) override {
    const HttpAnswer answer = client_->post({}, request_of(batch));
    if (answer.ok()) return partial(answer, batch.size());
    // The protocol's list; 408 is the server's word that the request did not come whole.
    for (const long later : {0L, 408L, 429L, 502L, 503L, 504L}) {
      if (answer.status != later) continue;
      const std::string words = later == 0 ? ": " + answer.trouble : " answers " + std::to_string(later);
      return {Outcome::Kind::kRetry, {(later == 0 ? "cannot send to " : "") + client_->name() + words}};
    }
    return {Outcome::Kind::kRejected, {client_->name() + " answers " + std::to_string(answer.status)}};
  }

 private:
  static std::string request_of(const std::vector<std::string>& batch) {
    Json resources = Json::array();
    Json last_host;
    for (const std::string& message : batch) {
      Json parsed = Json::parse(message, nullptr, false);
      if (!parsed.is_object()) parsed = {{"message", message}};
      const Json host = parsed.value("host", Json::object());
      if (resources.empty() || host != last_host) {
        Json scope = {{"scope", {{"name", "recipe"}, {"version", RECIPE_VERSION}}}, {"logRecords", Json::array()}};
        resources.push_back({{"resource", resource_of(host)}, {"scopeLogs", Json::array({std::move(scope)})}});
        last_host = host;
      }
      resources.back()["scopeLogs"][0]["logRecords"].push_back(record_of(parsed));
    }
    return Json{{"resourceLogs", std::move(resources)}}.dump();
  }

  // {"partialSuccess": {"rejectedLogRecords": "2", "errorMessage": "..."}}
  [[nodiscard]] Outcome partial(const HttpAnswer& answer, size_t sent) const {
    const Json parsed = Json::parse(answer.body, nullptr, false);
    if (!parsed.is_object() || !parsed.contains("partialSuccess") || !parsed["partialSuccess"].is_object()) return {};
    const Json& said = parsed["partialSuccess"];
    const Json count = said.value("rejectedLogRecords", Json(0));
    uint64_t refused = 0;
    if (count.is_number_unsigned()) refused = count.get<uint64_t>();
    if (count.is_string()) refused = std::strtoull(count.get_ref<const std::string&>().c_str(), nullptr, 10);
    if (refused == 0) return {};
    constexpr size_t kShown = 160;
    const Json words = said.value("errorMessage", Json(""));
    Outcome outcome;
    outcome.refused = std::min<uint64_t>(refused, sent);
    outcome.error.what = client_->name() + " refuses " + std::to_string(refused) + " of " + std::to_string(sent) +
                         (words.is_string() ? ": " + words.get<std::string>().substr(0, kShown) : "");
    return outcome;
  }

  std::unique_ptr<HttpClient> client_;
};

}  // namespace

Result<std::unique_ptr<Transport>> make_otlp_transport(const std::string& url, const std::vector<std::string>& headers,
                                                       Settings settings) {
  const size_t scheme = url.find("://");
  const bool path = scheme != std::string::npos && url.find('/', scheme + 3) != std::string::npos;
  std::vector<std::string> all = {"Content-Type: application/json"};
  all.insert(all.end(), headers.begin(), headers.end());
  auto client = make_http_client(path ? url : url + "/v1/logs", all, settings);
  if (!client.ok()) return client.error();
  if (Status known = settings.done(); !known.ok()) return known.error();
  return std::unique_ptr<Transport>(std::make_unique<OtlpTransport>(std::move(*client)));
}

}  // namespace recipe
