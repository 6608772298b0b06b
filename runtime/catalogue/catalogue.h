// SPDX-License-Identifier: Apache-2.0
// The catalogue in C++: events and fields by id and by name, made from bpf/abi/catalogue.def and nothing else.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace recipe {

enum class Type : uint8_t { kBool, kInt, kString, kPath, kStringList, kRecordList, kFlags, kIp, kPort, kDomain, kMap };

// How a value of a type is held: in records, in events and in literals.
//   kFlags  a number, one bit a name       kIp      16 bytes, IPv4 as ::ffff:a.b.c.d; as a literal one more: the prefix's
//   length kPort   a number                       kDomain  text in lower case, no dot at the end
//   kMap    texts "NAME=value"
enum class Storage : uint8_t { kNumber, kText, kTexts, kRecords };
[[nodiscard]] constexpr Storage storage_of(Type type) {
  switch (type) {
    case Type::kBool:
    case Type::kInt:
    case Type::kFlags:
    case Type::kPort:
      return Storage::kNumber;
    case Type::kString:
    case Type::kPath:
    case Type::kIp:
    case Type::kDomain:
      return Storage::kText;
    case Type::kStringList:
    case Type::kMap:
      return Storage::kTexts;
    case Type::kRecordList:
      return Storage::kRecords;
  }
  return Storage::kText;
}
enum class Origin : uint8_t { kRecord, kDerived, kContext, kState };

// The kernel index that can decide a field; values are enum kernel_lane of bpf/abi/filter_image.h.
enum class Lane : uint8_t {
  kName = 0,
  kFileAccess = 1,
  kFileName = 2,
  kUid = 3,
  kGid = 4,
  kEuid = 5,
  kTraits = 6,
  kPort = 7,
  kIp = 8,
  kTags = 9,
  kMarks = 10,
  kSelf = 11,
  kDomain = 12,
  kArgv = 13,
  kParentName = 17,
  kFilePath = 18,
  kExe = 19,
  kSocketPath = 20,
  kNone = 255,
};

// Families of events: which fields an event has (catalogue.def's column `on`).
enum EventFamily : uint32_t {
  kOnExec = 1u << 0,
  kOnFile = 1u << 1,
  kOnOpen = 1u << 2,
  kOnTwoPaths = 1u << 3,
  kOnMode = 1u << 4,
  kOnOwner = 1u << 5,
  kOnXattr = 1u << 6,
  kOnMount = 1u << 7,
  kOnNet = 1u << 8,
  kOnDns = 1u << 9,
  kOnUnix = 1u << 10,
  kOnTarget = 1u << 11,
  kOnPtrace = 1u << 12,
  kOnSignal = 1u << 13,
  kOnIds = 1u << 14,
  kOnCapset = 1u << 15,
  kOnModule = 1u << 16,
  kOnBpf = 1u << 17,
  kAllEvents = ~0u,
};

// Bits of file.access that groups of events ask for; FLAG rows of catalogue.def say the same.
enum FileAccess : uint32_t { kAccessRead = 1, kAccessWrite = 2, kAccessCreate = 4, kAccessTruncate = 8 };

// Numbers of catalogue.def; they are what records and artefacts hold.
enum class EventId : uint16_t {
#define EVENT(id, name, number, families, doc) id = number,
#include "bpf/abi/catalogue.def"
};

enum class FieldId : uint16_t {
  kNone = 0,
#define FIELD(id, name, number, type, origin, lane, on, doc, example) id = number,
#define ELEMENT(list, id, name, number, type, doc, example) id = number,
#include "bpf/abi/catalogue.def"
};

struct EventInfo {
  EventId id;
  std::string_view name;
  uint32_t families;  // EventFamily
  std::string_view doc;
};

// One event of a group: `on any file write`.
struct GroupMember {
  std::string_view group;  // "file write"
  EventId event;
  uint32_t access;       // FileAccess: file.access must have one of these; 0: any
  std::string_view doc;  // of the group, in its first row; else empty
};

// A name that `has` takes.
struct FlagInfo {
  FieldId field;
  std::string_view name;
  uint32_t bit;  // 0..63
  std::string_view doc;
};

struct FieldInfo {
  FieldId id;
  std::string_view name;  // "process.name"; of an element its own name alone: "name"
  Type type;
  Origin origin;
  Lane lane;
  uint32_t on;   // EventFamily: the events that have it
  FieldId list;  // of an element: the record list it belongs to; else kNone
  std::string_view doc;
  std::string_view example;  // JSON
};

// What a number stands for in a field of texts (numbers.def); empty: it has no name.
[[nodiscard]] std::string_view text_of_number(FieldId field, uint64_t number);

[[nodiscard]] std::span<const EventInfo> all_events();
[[nodiscard]] std::span<const FieldInfo> all_fields();  // elements included, in the order of the table
[[nodiscard]] std::span<const GroupMember> all_group_members();
[[nodiscard]] std::span<const FlagInfo> all_flags();

[[nodiscard]] const EventInfo* find_event(std::string_view name);         // nullptr: no such event
[[nodiscard]] const FieldInfo* find_field(std::string_view dotted_name);  // not elements; nullptr: no such field
[[nodiscard]] const FieldInfo* find_element(FieldId list, std::string_view name);
[[nodiscard]] const FieldInfo& info(FieldId id);  // id must be one of the table's
[[nodiscard]] const EventInfo& info(EventId id);
[[nodiscard]] bool is_event(uint16_t number);
[[nodiscard]] bool is_field(uint16_t number);

[[nodiscard]] bool has_field(EventId event, FieldId field);  // elements: as their list
[[nodiscard]] const FlagInfo* find_flag(FieldId field, std::string_view name);
// "read, write": names of the bits, a bit without a name as its number.
[[nodiscard]] std::string flag_names(FieldId field, int64_t bits);
[[nodiscard]] std::string_view type_name(Type type);  // as the language reference spells it: "string", "list of string"

// A hash of the whole table: artefacts and captures of another one are refused.
[[nodiscard]] uint64_t catalogue_hash();

}  // namespace recipe
