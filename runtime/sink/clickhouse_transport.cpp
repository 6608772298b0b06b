// SPDX-License-Identifier: Apache-2.0
// ClickHouse over HTTP. The table's columns come from our JSON Schema: `process.parent.exe` → process_parent_exe; what the
// schema gained since the table was made is added to it. Equal rows (time, id) become one when parts merge, and in a SELECT ...
// FINAL at once. `line` holds the whole message, whatever the columns hold.
//
// Written for every server since 18.16: no DateTime64, no ADD COLUMN IF NOT EXISTS.
#include <cstdio>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "runtime/sink/http_client.h"

namespace recipe {
namespace {

using Json = nlohmann::json;

struct Column {
  std::vector<std::string> path;
  std::string name, type;
};

std::string_view type_of(const Json& schema) {
  const std::string type =
      schema.value("type", schema.contains("const") && schema["const"].is_boolean() ? "boolean" : "string");
  if (type == "integer") return "Int64";
  if (type == "number") return "Float64";
  if (type == "boolean") return "UInt8";
  if (type == "array" && schema.contains("items") && schema["items"].value("type", "") == "string") return "Array(String)";
  return "String";  // a list of objects, an open map: as JSON
}

// The leaves below `schema`, whose objects are looked into to a depth that our own has not.
void add_columns(std::vector<Column>& columns, const Json& schema, std::vector<std::string> path) {
  constexpr size_t kDeepest = 8;
  for (const auto& [name, part] : schema.at("properties").items()) {
    std::vector<std::string> here = path;
    here.push_back(name);
    if (part.contains("properties") && here.size() < kDeepest) {
      add_columns(columns, part, here);
      continue;
    }
    Column column{here, {}, std::string(type_of(part))};
    for (const std::string& each : here) column.name += (column.name.empty() ? "" : "_") + each;
    columns.push_back(std::move(column));
  }
}

// `time` and `id` are of our own making for both kinds of messages.
std::vector<Column> columns_of(const Json& schema) {
  std::vector<Column> columns;
  for (const char* kind : {"detection", "coverage"}) add_columns(columns, schema.at("$defs").at(kind), {});
  std::erase_if(columns, [](const Column& column) { return column.name == "time" || column.name == "id"; });
  return columns;
}

Json as_type(const Json& value, const std::string& type) {
  if (type == "UInt8") return value.is_boolean() ? Json(value.get<bool>() ? 1 : 0) : Json();
  if (type == "Int64") return value.is_number_integer() ? value : Json();
  if (type == "Float64") return value.is_number() ? value : Json();
  if (type == "Array(String)") return value.is_array() ? value : Json();
  return value.is_string() ? value : Json(value.dump());
}

// FNV-1a, twice: an id for what has none, the same each time that it is sent.
std::string digest(std::string_view text) {
  uint64_t halves[2] = {0xcbf29ce484222325ULL, 0x84222325cbf29ce4ULL};
  for (const char c : text) {
    for (uint64_t& half : halves) half = (half ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  }
  char hex[33] = {};
  snprintf(hex, sizeof hex, "%016llx%016llx", static_cast<unsigned long long>(halves[0]),
           static_cast<unsigned long long>(halves[1]));
  return hex;
}

std::string percent_encoded(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (std::isalnum(static_cast<unsigned char>(c)) != 0) {
      out += c;
    } else {
      char hex[4] = {};
      snprintf(hex, sizeof hex, "%%%02X", static_cast<unsigned char>(c));
      out += hex;
    }
  }
  return out;
}

bool is_identifier(const std::string& name) {
  const auto fits = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; };
  return !name.empty() && std::isdigit(static_cast<unsigned char>(name[0])) == 0 && std::all_of(name.begin(), name.end(), fits);
}

class ClickhouseTransport final : public Transport {
 public:
  ClickhouseTransport(std::unique_ptr<HttpClient> client, std::string database, std::string table, std::vector<Column> columns)
      : client_(std::move(client)),
        database_(std::move(database)),
        table_(std::move(table)),
        full_name_("`" + database_ + "`.`" + table_ + "`"),
        columns_(std::move(columns)) {}

  // Each INSERT makes a part on the server's disk: few large ones are better.
  size_t most_messages() const override { return 4096; }

  Outcome send(const std::vector<std::string>& batch) override {
    if (!ready_) {
      if (Status made = make_table(); !made.ok()) return {Outcome::Kind::kRetry, made.error()};
      ready_ = true;
    }
    std::string rows;
    for (const std::string& message : batch) rows += row_of(without_newline(message)) + "\n";
    const HttpAnswer answer = client_->post(
        "?input_format_skip_unknown_fields=1&query=" + percent_encoded("INSERT INTO " + full_name_ + " FORMAT JSONEachRow"),
        rows);
    if (answer.ok()) return {};
    const int code = exception_of(answer);
    if (code == kUnknownTable) ready_ = false;  // someone dropped it: it is made again
    return {is_about_the_rows(code) ? Outcome::Kind::kRejected : Outcome::Kind::kRetry, fault("insert into", answer)};
  }

 private:
  static constexpr int kUnknownTable = 60;

  // "Code: 60, e.displayText() = ...", or 0.
  static int exception_of(const HttpAnswer& answer) {
    int code = 0;
    return sscanf(answer.body.c_str(), "Code: %d", &code) == 1 ? code : 0;
  }
  // Cannot parse: input, quoted string, datetime, text, incorrect data, wrong number.
  static bool is_about_the_rows(int code) {
    for (const int each : {6, 26, 27, 32, 38, 41, 72, 117, 130, 349}) {
      if (code == each) return true;
    }
    return false;
  }

  [[nodiscard]] Error fault(const std::string& what, const HttpAnswer& answer) const {
    constexpr size_t kShown = 160;
    std::string words = answer.trouble;
    if (answer.status != 0) {
      words =
          "it answers " + std::to_string(answer.status) + " " + answer.body.substr(0, answer.body.find('\n')).substr(0, kShown);
    }
    return {"cannot " + what + " " + full_name_ + " on " + client_->name() + ": " + words};
  }

  Status make_table() {
    std::string query = "CREATE TABLE IF NOT EXISTS " + full_name_ +
                        " (`time` DateTime('UTC'), `nanoseconds` UInt32, `kind` String, `id` String, `line` String";
    for (const Column& column : columns_) query += ", `" + column.name + "` " + column.type;
    query += ") ENGINE = ReplacingMergeTree() PARTITION BY toYYYYMM(`time`) ORDER BY (`time`, `id`)";
    if (const HttpAnswer made = client_->post({}, query); !made.ok()) return fault("make", made);
    const HttpAnswer described = client_->post({}, "SELECT name FROM system.columns WHERE database = '" + database_ +
                                                       "' AND table = '" + table_ + "' FORMAT TabSeparated");
    if (!described.ok()) return fault("describe", described);
    std::set<std::string> there;
    std::istringstream names(described.body);
    for (std::string name; std::getline(names, name);) there.insert(name);
    for (const Column& column : columns_) {
      if (there.contains(column.name)) continue;
      // A table without the column still takes the row: `line` has it all.
      (void)client_->post({}, "ALTER TABLE " + full_name_ + " ADD COLUMN `" + column.name + "` " + column.type);
    }
    return Done{};
  }

  [[nodiscard]] std::string row_of(std::string_view message) const {
    const Json parsed = Json::parse(message, nullptr, false);
    const bool detection = parsed.is_object() && parsed.contains("id");
    const Json* coverage = parsed.is_object() && parsed.contains("coverage") ? &parsed["coverage"] : nullptr;
    Json row;
    row["kind"] = detection ? "detection" : "coverage";
    row["id"] = detection ? parsed["id"] : Json(digest(message));
    row["line"] = message;
    const std::string time = detection             ? parsed.value("time", std::string())
                             : coverage != nullptr ? coverage->value("end", std::string())
                                                   : std::string();
    constexpr size_t kWhole = 30;  // "2026-11-23T10:00:00.000000001Z"
    if (time.size() == kWhole) {
      row["time"] = time.substr(0, 10) + " " + time.substr(11, 8);
      row["nanoseconds"] = std::stoul(time.substr(20, 9));
    }
    for (const Column& column : columns_) {
      const Json* value = &parsed;
      for (const std::string& name : column.path) {
        value = value != nullptr && value->is_object() && value->contains(name) ? &(*value)[name] : nullptr;
      }
      if (value == nullptr) continue;
      if (Json fit = as_type(*value, column.type); !fit.is_null()) row[column.name] = std::move(fit);
    }
    return row.dump();
  }

  std::unique_ptr<HttpClient> client_;
  std::string database_, table_, full_name_;
  std::vector<Column> columns_;
  bool ready_ = false;
};

}  // namespace

Result<std::unique_ptr<Transport>> make_clickhouse_transport(const std::string& url, const std::string& database,
                                                             const std::string& table, const std::string& schema,
                                                             Settings settings) {
  if (!is_identifier(database) || !is_identifier(table)) {
    return Error{"clickhouse: the database and the table have names of letters, digits and `_`", EINVAL};
  }
  std::vector<std::string> headers = {"Content-Type: application/x-ndjson"};
  if (const std::string user = settings.take("user"); !user.empty()) headers.push_back("X-ClickHouse-User: " + user);
  if (const std::string key = settings.take("password"); !key.empty()) headers.push_back("X-ClickHouse-Key: " + key);
  auto client = make_http_client(url, headers, settings);
  if (!client.ok()) return client.error();
  if (Status known = settings.done(); !known.ok()) return known.error();
  return std::unique_ptr<Transport>(
      std::make_unique<ClickhouseTransport>(std::move(*client), database, table, columns_of(Json::parse(schema))));
}

}  // namespace recipe
