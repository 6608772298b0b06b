// SPDX-License-Identifier: Apache-2.0
// The catalogue in C++: events and fields by id and by name, made from bpf/abi/catalogue.def and nothing else.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace recipe {

enum class Type : uint8_t { kBool, kInt, kString, kPath, kStringList, kRecordList };
enum class Origin : uint8_t { kRecord, kDerived, kContext };

// The kernel index that can decide a field; values are enum kernel_lane of bpf/abi/filter_image.h.
enum class Lane : uint8_t { kName = 0, kUid = 1, kGid = 2, kEuid = 3, kArgv = 4, kParentName = 8, kExe = 9, kNone = 255 };

// Numbers of catalogue.def; they are what records and artefacts hold.
enum class EventId : uint16_t {
#define EVENT(id, name, number, doc) id = number,
#include "bpf/abi/catalogue.def"
};

enum class FieldId : uint16_t {
  kNone = 0,
#define FIELD(id, name, number, type, origin, lane, doc, example) id = number,
#define ELEMENT(list, id, name, number, type, doc, example) id = number,
#include "bpf/abi/catalogue.def"
};

struct EventInfo {
  EventId id;
  std::string_view name;
  std::string_view doc;
};

struct FieldInfo {
  FieldId id;
  std::string_view name;  // "process.name"; of an element its own name alone: "name"
  Type type;
  Origin origin;
  Lane lane;
  FieldId list;  // of an element: the record list it belongs to; else kNone
  std::string_view doc;
  std::string_view example;  // JSON
};

[[nodiscard]] std::span<const EventInfo> all_events();
[[nodiscard]] std::span<const FieldInfo> all_fields();  // elements included, in the order of the table

[[nodiscard]] const EventInfo* find_event(std::string_view name);         // nullptr: no such event
[[nodiscard]] const FieldInfo* find_field(std::string_view dotted_name);  // not elements; nullptr: no such field
[[nodiscard]] const FieldInfo* find_element(FieldId list, std::string_view name);
[[nodiscard]] const FieldInfo& info(FieldId id);  // id must be one of the table's
[[nodiscard]] const EventInfo& info(EventId id);
[[nodiscard]] bool is_event(uint16_t number);
[[nodiscard]] bool is_field(uint16_t number);

// Every event of this catalogue has every field that is not an element.
[[nodiscard]] std::string_view type_name(Type type);  // as the language reference spells it: "string", "list of string"

// A hash of the whole table: artefacts and captures of another one are refused.
[[nodiscard]] uint64_t catalogue_hash();

}  // namespace recipe
