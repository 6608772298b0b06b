// SPDX-License-Identifier: Apache-2.0
#include "runtime/state/seen.h"

#include <nlohmann/json.hpp>

#include "runtime/feed/json.h"
#include "runtime/feed/time.h"
#include "runtime/report/redact.h"
#include "runtime/report/report.h"
#include "runtime/report/value.h"

namespace recipe {
namespace {

using nlohmann::json;

size_t size_of(const std::string& recipe, const std::vector<std::optional<std::string>>& values) {
  size_t bytes = 128 + recipe.size();
  for (const auto& value : values) bytes += 40 + (value ? value->size() : 0);
  return bytes;
}

Error wrong(size_t line, std::string what) {
  return Error{"line " + std::to_string(line) + ": " + std::move(what), 0};
}

}  // namespace

bool Seen::seen_before(const RecipeInfo& recipe, const Event& event, Context& context) {
  Memory memory{recipe.name, {}};
  for (const FieldId field : recipe.unless_seen->fields) {
    std::optional<std::string> value = value_text(event, field, context);
    if (value) {
      (void)redact(*value);
      value = printable(*value);
    }
    memory.second.push_back(std::move(value));
  }
  const int64_t now = event.time_unix_ns();
  const auto known = memories_.find(memory);
  const bool seen = known != memories_.end() &&
                    (now <= known->second || static_cast<uint64_t>(now - known->second) <= recipe.unless_seen->within_ns);
  remember(std::move(memory), now);
  return seen;
}

void Seen::remember(Memory memory, int64_t unix_ns) {
  const size_t bytes = size_of(memory.first, memory.second);
  if (bytes > kMostLine) return;  // it is new each time
  const auto [known, fresh] = memories_.try_emplace(std::move(memory), unix_ns);
  if (fresh) {
    bytes_ += bytes;
  } else {
    if (unix_ns <= known->second) return;
    by_time_.erase({known->second, &known->first});
    known->second = unix_ns;
  }
  by_time_.emplace(unix_ns, &known->first);
  while (memories_.size() > kMostMemories || bytes_ > kMostBytes) {
    const Memory* oldest = by_time_.begin()->second;
    by_time_.erase(by_time_.begin());
    bytes_ -= size_of(oldest->first, oldest->second);
    memories_.erase(memories_.find(*oldest));
    ++evicted_;
  }
}

Status Seen::read(std::string_view text) {
  if (text.size() > 2 * kMostBytes) return Error{"is larger than " + std::to_string(2 * kMostBytes) + " bytes"};
  size_t number = 0;
  while (!text.empty()) {
    ++number;
    const size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (line.size() > kMostLine) return wrong(number, "is longer than " + std::to_string(kMostLine) + " bytes");
    const json read = json::parse(line, nullptr, false);
    if (!read.is_object()) return wrong(number, "is no object of JSON");
    if (number == 1) {
      if (read.value("format", json()) != "recipe-seen") return wrong(number, "does not say {\"format\":\"recipe-seen\"}");
      if (read.value("version", json()) != kVersion) {
        return wrong(number, "is of version " + read.value("version", json()).dump() + ", and this program reads version " +
                                 std::to_string(kVersion) + ": begin anew with an empty file");
      }
      continue;
    }
    const json recipe = read.value("recipe", json()), last = read.value("last", json()), values = read.value("values", json());
    const auto time = last.is_string() ? parse_time(last.get_ref<const std::string&>()) : std::nullopt;
    if (!recipe.is_string() || !time || !values.is_array()) return wrong(number, "wants `recipe`, `last` and `values`");
    Memory memory{recipe.get<std::string>(), {}};
    for (const json& value : values) {
      if (!value.is_string() && !value.is_null()) return wrong(number, "a value is a text or null");
      memory.second.push_back(value.is_null() ? std::nullopt : std::optional(value.get<std::string>()));
    }
    remember(std::move(memory), *time);
  }
  return Done{};
}

std::string Seen::print() const {
  std::string out = "{\"format\":\"recipe-seen\",\"version\":" + std::to_string(kVersion) + "}\n";
  for (const auto& [memory, unix_ns] : memories_) {
    json values = json::array();
    for (const auto& value : memory.second) values.push_back(value ? json(*value) : json());
    json line = {{"recipe", memory.first}, {"last", format_time(unix_ns)}, {"values", std::move(values)}};
    out += line.dump(-1, ' ', false, json::error_handler_t::replace) + "\n";
  }
  return out;
}

void Seen::clear() {
  by_time_.clear();
  memories_.clear();
  bytes_ = 0;
}

}  // namespace recipe
