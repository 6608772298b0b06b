// SPDX-License-Identifier: Apache-2.0
// Event: a bounds-checked view over one record (bpf/abi/records.h), from the ring, a capture or replay alike.
// The bytes must outlive it. Decoding re-uses its vectors: in steady state nothing is allocated.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "bpf/abi/records.h"
#include "runtime/base/dns_message.h"
#include "runtime/base/result.h"
#include "runtime/catalogue/catalogue.h"

namespace recipe {

// One element of a record list.
struct Ancestor {
  std::optional<int64_t> pid, uid, start_time;
  std::optional<std::string_view> name, comm, exe, cmdline;
  uint32_t birth_parent = 0;  // 0: unknown
  bool command_kept = false;  // the kernel half keeps the command line of the image that it ran at the event
};

class Event {
 public:
  // Re-uses this object's storage. Error: the bytes are no record; nothing of it may be used then.
  [[nodiscard]] Status decode(std::span<const std::byte> record);

  [[nodiscard]] EventId id() const { return id_; }
  [[nodiscard]] const record_header& header() const { return header_; }
  [[nodiscard]] std::span<const candidate_word> candidates() const { return candidates_; }
  [[nodiscard]] int64_t time_unix_ns() const;  // wall clock

  [[nodiscard]] bool has(FieldId field) const;
  [[nodiscard]] bool truncated(FieldId field) const;
  [[nodiscard]] std::optional<int64_t> number(FieldId field) const;  // kInt, kBool, kFlags, kPort
  [[nodiscard]] std::optional<std::string_view> text(
      FieldId field) const;  // kString, kPath, kDomain, kIp (16 bytes); parent.* come from the first ancestor
  [[nodiscard]] std::span<const std::string_view> argv() const { return argv_; }  // empty where absent: ask has()
  [[nodiscard]] std::span<const std::string_view> texts(FieldId field) const;     // kStringList; the same
  [[nodiscard]] std::span<const Ancestor> ancestors() const { return ancestors_; }

  // argv as the machine still knows it, each element ended by a NUL, in place of one that the record holds cut; it is whole
  // from then on, until the next decode. Refused, and nothing is changed, where argv is not cut or this is no continuation of
  // it.
  bool complete_argv(std::string elements);
  // The same of env: every variable that the record holds whole must be among the elements.
  bool complete_env(std::string elements);
  [[nodiscard]] std::span<const std::byte> bytes() const { return bytes_; }

 private:
  struct Item {
    std::string_view text;
    int64_t number = 0;
    bool present = false;
    bool truncated = false;
  };
  static constexpr size_t kFields = 192;  // every FieldId is below

  [[nodiscard]] Status decode_item(const record_item& item, std::string_view value);
  [[nodiscard]] Status write_out(FieldId field, Item& item);
  void read_answers(Item& item);
  [[nodiscard]] const Item& item(FieldId field) const { return items_[static_cast<size_t>(field) % kFields]; }
  void name_file();
  [[nodiscard]] std::string_view cmdline() const;

  EventId id_{};
  record_header header_{};
  std::span<const std::byte> bytes_;
  std::vector<candidate_word> candidates_;
  Item items_[kFields];
  uint64_t present_[kFields / 64] = {};  // bit per field that has an item
  std::vector<std::string_view> argv_;
  std::vector<std::pair<FieldId, std::vector<std::string_view>>> lists_;  // string lists other than argv; rare
  std::vector<Ancestor> ancestors_;
  std::string whole_argv_, whole_env_;
  std::string resolved_[2];      // file.path, file.source, where the kernel sent them as they were asked for
  std::string digits_;           // of a number that stands for a text and has no name
  DnsAnswers answers_;           // of a message as it came
  mutable std::string cmdline_;  // made when first asked for: few conditions do. So an Event belongs to one thread
  mutable bool cmdline_made_ = false;
};

// What a record is encoded from: recipe tests and JSON events. Fields by id; parent.* and ancestors[0] are one thing.
struct EventValues {
  struct AncestorValues {
    std::optional<int64_t> pid{}, uid{}, start_time{};
    std::optional<std::string> name{}, comm{}, exe{}, cmdline{};
  };
  EventId event{};
  int64_t time_unix_ns = 0;
  std::vector<std::pair<FieldId, int64_t>> numbers;
  std::vector<std::pair<FieldId, std::string>> texts;
  std::optional<std::vector<std::string>> argv;
  std::vector<std::pair<FieldId, std::vector<std::string>>> lists{};  // other string lists
  std::optional<std::vector<AncestorValues>> ancestors;
  std::vector<FieldId> truncated;
};

// → record bytes (8-aligned), RECORD_REPLAYED set, boot_wall_ns 0. Defined in record.cpp.
// Names (the process's, each ancestor's, the file's) are filled from the path where they are absent. As the kernel does: argv
// beyond RECIPE_ARGV_BYTES is cut, a path keeps its last RECIPE_PATH_BYTES, ancestors stop after RECIPE_ANCESTORS; each is then
// marked truncated. A truncated field without a value is present and empty. Errors: a name that is not its exe's, parent.* that
// is not ancestors[0]'s, process.cmdline that is not argv's, a field given twice or with the wrong type, a NUL inside a string,
// a comm or name longer than the kernel's, a number that does not fit, a record over RECIPE_RECORD_BYTES.
[[nodiscard]] Result<std::vector<uint64_t>> encode_record(const EventValues& values);

// A decoded record with one more item, a list of strings, so that a replay knows what the machine knew. Empty: it would be
// larger than a record may be. Defined in record.cpp.
[[nodiscard]] std::vector<uint64_t> with_list(std::span<const std::byte> record, FieldId field,
                                              const std::vector<std::string>& list);

}  // namespace recipe
