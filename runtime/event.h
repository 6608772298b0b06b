// SPDX-License-Identifier: Apache-2.0
// Event: a bounds-checked view over one record (bpf/abi/records.h), from the ring, a capture or replay alike.
// The bytes must outlive it. Decoding allocates nothing for events without list fields beyond two vectors that are reused.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "bpf/abi/records.h"
#include "runtime/base/result.h"
#include "runtime/catalogue/catalogue.h"

namespace recipe {

// One element of a record list.
struct Ancestor {
  std::optional<int64_t> pid, uid, start_time;
  std::optional<std::string_view> name, comm, exe, cmdline;
  uint32_t birth_parent = 0;  // 0: unknown
};

// One field's value; absent is std::monostate. A derived field (process.cmdline) is computed into the Event.
struct FieldValue {
  std::optional<int64_t> number;
  std::optional<std::string_view> text;
  bool truncated = false;
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
  [[nodiscard]] std::optional<int64_t> number(FieldId field) const;          // kInt, kBool
  [[nodiscard]] std::optional<std::string_view> text(FieldId field) const;  // kString, kPath; parent.* come from the first ancestor
  [[nodiscard]] std::span<const std::string_view> argv() const { return argv_; }  // empty where absent: ask has()
  [[nodiscard]] std::span<const Ancestor> ancestors() const { return ancestors_; }
  [[nodiscard]] std::span<const std::byte> bytes() const { return bytes_; }

 private:
  friend struct EventAccess;
  struct Item {
    std::string_view text;
    int64_t number = 0;
    bool present = false;
    bool truncated = false;
  };
  static constexpr size_t kFields = 64;  // every FieldId is below

  EventId id_{};
  record_header header_{};
  std::span<const std::byte> bytes_;
  std::vector<candidate_word> candidates_;
  Item items_[kFields];
  std::vector<std::string_view> argv_;
  std::vector<Ancestor> ancestors_;
  std::string cmdline_;
};

// What a record is encoded from: recipe tests and JSON events. Fields by id; parent.* and ancestors[0] are one thing.
struct EventValues {
  struct AncestorValues {
    std::optional<int64_t> pid, uid, start_time;
    std::optional<std::string> name, comm, exe, cmdline;
  };
  EventId event{};
  int64_t time_unix_ns = 0;
  std::vector<std::pair<FieldId, int64_t>> numbers;
  std::vector<std::pair<FieldId, std::string>> texts;
  std::optional<std::vector<std::string>> argv;
  std::optional<std::vector<AncestorValues>> ancestors;
  std::vector<FieldId> truncated;
};

// → record bytes (8-aligned), RECORD_REPLAYED set. process.name is filled from process.exe where it is absent; the two
// contradicting each other, a NUL inside a string, or a record over RECIPE_RECORD_BYTES is an error. argv beyond
// RECIPE_ARGV_BYTES or RECIPE_ARGS is cut and marked truncated, as the kernel does.
[[nodiscard]] Result<std::vector<uint64_t>> encode_record(const EventValues& values);

}  // namespace recipe
