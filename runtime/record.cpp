// SPDX-License-Identifier: Apache-2.0
// EventValues → record: what replay and recipe tests say, in the bytes that the kernel would have sent.
//
// The one entry is encode_record (event.h). What the kernel cannot have sent is an error, not a guess.
#include <algorithm>
#include <bitset>
#include <cstring>
#include <map>

#include "bpf/abi/limits.h"
#include "runtime/base/path.h"
#include "runtime/event.h"

namespace recipe {
namespace {

using AncestorValues = EventValues::AncestorValues;

constexpr size_t kCommBytes = RECIPE_COMM_BYTES - 1;  // the last of the 16 is its NUL
constexpr size_t kNameBytes = RECIPE_NAME_BYTES - 1;

std::string name_of(FieldId field) {
  return "`" + std::string(info(field).name) + "`";
}
std::string size_text(size_t size) {
  return std::to_string(size) + " bytes";
}

// Between values and bytes: every value once, checked.
class Draft {
 public:
  [[nodiscard]] Status fill(const EventValues& values);
  [[nodiscard]] Result<std::vector<uint64_t>> bytes(const EventValues& values) const;

 private:
  [[nodiscard]] Status set_number(FieldId field, int64_t number);
  [[nodiscard]] Status set_text(FieldId field, const std::string& text);
  [[nodiscard]] Status mark_truncated(FieldId field);
  [[nodiscard]] Status check_ancestor(AncestorValues& ancestor, size_t index) const;
  [[nodiscard]] Status fill_name(FieldId name_field, FieldId path_field);
  [[nodiscard]] Status fill_list(FieldId field, const std::vector<std::string>& list);
  [[nodiscard]] Status fill_argv(const std::vector<std::string>& argv);
  [[nodiscard]] Status check_cmdline() const;
  [[nodiscard]] std::string ancestor_bytes() const;

  AncestorValues& parent() {
    if (ancestors_.empty()) ancestors_.emplace_back();
    has_ancestors_ = true;
    return ancestors_[0];
  }
  [[nodiscard]] bool truncated(FieldId field) const { return truncated_[static_cast<size_t>(field)]; }

  std::map<FieldId, std::string> items_;  // bytes of each item, by field number
  std::bitset<256> truncated_, given_;
  std::optional<std::string> cmdline_;
  std::vector<AncestorValues> ancestors_;
  bool has_ancestors_ = false;
};

Status check_text(const std::string& text, const std::string& field, size_t most) {
  if (text.find('\0') != std::string::npos) return Error{field + " holds a NUL byte, which no string of the kernel does"};
  if (text.size() > most)
    return Error{field + " is " + size_text(text.size()) + " long, the kernel keeps at most " + size_text(most)};
  return Done{};
}

template <class T, class U>
Status unite(std::optional<T>& known, const U& given, FieldId field) {
  if (known && *known != given) return Error{name_of(field) + " contradicts `process.ancestors[0]`: give one of them"};
  known = given;
  return Done{};
}

Status Draft::set_number(FieldId field, int64_t number) {
  if (field == FieldId::process_parent_pid) return unite(parent().pid, number, field);
  if (field == FieldId::process_parent_uid) return unite(parent().uid, number, field);
  if (field == FieldId::process_parent_start_time) return unite(parent().start_time, number, field);
  std::string bytes(sizeof number, '\0');
  std::memcpy(bytes.data(), &number, sizeof number);
  items_[field] = std::move(bytes);
  return Done{};
}

Status Draft::set_text(FieldId field, const std::string& text) {
  if (field == FieldId::process_parent_name) return unite(parent().name, text, field);
  if (field == FieldId::process_parent_comm) return unite(parent().comm, text, field);
  if (field == FieldId::process_parent_exe) return unite(parent().exe, text, field);
  if (field == FieldId::process_parent_cmdline) return unite(parent().cmdline, text, field);
  if (field == FieldId::process_cmdline) {
    cmdline_ = text;
    return Done{};
  }
  size_t most = RECIPE_RECORD_BYTES;
  if (field == FieldId::process_comm) most = kCommBytes;
  if (field == FieldId::process_name || field == FieldId::file_name || field == FieldId::target_name) most = kNameBytes;
  if (info(field).type == Type::kIp) {
    if (text.size() != 16) return Error{name_of(field) + " is no address of 16 bytes"};
    items_[field] = text;
    return Done{};
  }
  if (const Status status = check_text(text, name_of(field), most); !status.ok()) return status;
  std::string_view kept = text;
  if (info(field).type == Type::kPath && kept.size() > RECIPE_PATH_BYTES) {
    kept.remove_prefix(kept.size() - RECIPE_PATH_BYTES);
    truncated_.set(static_cast<size_t>(field));
  }
  items_[field] = std::string(kept);
  return Done{};
}

Status Draft::mark_truncated(FieldId field) {
  const FieldInfo& row = info(field);
  if (row.list != FieldId::kNone || storage_of(row.type) == Storage::kNumber || row.type == Type::kIp ||
      (field >= FieldId::process_parent_pid && field <= FieldId::process_parent_start_time)) {
    return Error{name_of(field) + " is never truncated: only strings, paths and lists of the event are"};
  }
  // The command line is cut where argv is.
  if (field == FieldId::process_cmdline) field = FieldId::argv;
  truncated_.set(static_cast<size_t>(field));
  return Done{};
}

Status Draft::check_ancestor(AncestorValues& a, size_t index) const {
  const std::string place = "`process.ancestors[" + std::to_string(index) + "].";
  const auto fits = [](const std::optional<int64_t>& number) { return !number || (*number >= 0 && *number <= UINT32_MAX); };
  if (!fits(a.pid)) return Error{place + "pid` is no 32-bit number"};
  if (!fits(a.uid)) return Error{place + "uid` is no 32-bit number"};
  if (a.start_time.value_or(0) < 0) return Error{place + "start_time` is below 0"};
  const std::tuple<const char*, const std::optional<std::string>*, size_t> texts[] = {
      {"name`", &a.name, kNameBytes},
      {"comm`", &a.comm, kCommBytes},
      {"exe`", &a.exe, RECIPE_PATH_BYTES},
      {"cmdline`", &a.cmdline, RECIPE_RECORD_BYTES}};
  for (const auto& [name, text, most] : texts) {
    if (!*text) continue;
    if (const Status status = check_text(**text, place + name, most); !status.ok()) return status;
  }
  if (!a.exe) return Done{};
  const std::string_view last = last_component(*a.exe);
  if (a.name && *a.name != last) return Error{place + "name` is `" + *a.name + "`, but its exe is `" + *a.exe + "`"};
  if (!a.name && !last.empty() && last.size() <= kNameBytes) a.name = last;
  return Done{};
}

// process.name is the last component of process.exe, file.name of file.path; a path that lost its head still has it, unless no
// slash is left.
Status Draft::fill_name(FieldId name_field, FieldId path_field) {
  const auto path = items_.find(path_field);
  if (path == items_.end()) return Done{};
  if (truncated(path_field) && path->second.find('/') == std::string::npos) return Done{};
  const std::string_view last = last_component(path->second);
  const auto name = items_.find(name_field);
  if (name == items_.end()) {
    return last.empty() || last.size() > kNameBytes ? Status(Done{}) : set_text(name_field, std::string(last));
  }
  if (truncated(name_field) || name->second == last) return Done{};
  return Error{name_of(name_field) + " is `" + name->second + "`, but the last component of " + name_of(path_field) + " is `" +
               std::string(last) + "`: they are one file"};
}

Status Draft::fill_list(FieldId field, const std::vector<std::string>& list) {
  std::string bytes;
  for (const std::string& element : list) {
    if (const Status status = check_text(element, "an element of " + name_of(field), RECIPE_RECORD_BYTES); !status.ok())
      return status;
    bytes += element;
    bytes += '\0';
  }
  items_[field] = std::move(bytes);
  return Done{};
}

// The kernel reads the first RECIPE_ARGV_BYTES, wherever an element ends.
Status Draft::fill_argv(const std::vector<std::string>& argv) {
  std::string bytes;
  for (size_t i = 0; i < argv.size(); ++i) {
    if (const Status status = check_text(argv[i], "`argv[" + std::to_string(i) + "]`", SIZE_MAX); !status.ok()) return status;
    if (bytes.size() > RECIPE_ARGV_BYTES) continue;
    bytes += argv[i];
    bytes += '\0';
  }
  if (bytes.size() > RECIPE_ARGV_BYTES) {
    bytes.resize(RECIPE_ARGV_BYTES);
    truncated_.set(static_cast<size_t>(FieldId::argv));
  }
  items_[FieldId::argv] = std::move(bytes);
  return Done{};
}

Status Draft::check_cmdline() const {
  if (!cmdline_) return Done{};
  const auto argv = items_.find(FieldId::argv);
  if (argv == items_.end()) return Error{"`process.cmdline` is made of `argv`: give `argv`"};
  std::string joined = argv->second;
  if (joined.ends_with('\0')) joined.pop_back();
  std::replace(joined.begin(), joined.end(), '\0', ' ');
  // Of an argv that was cut here, the given line may be the whole one.
  const std::string_view given =
      std::string_view(*cmdline_).substr(0, truncated(FieldId::argv) ? joined.size() : std::string::npos);
  if (given != joined) return Error{"`process.cmdline` is `" + *cmdline_ + "`, but `argv` makes `" + joined + "`"};
  return Done{};
}

Status Draft::fill(const EventValues& values) {
  if (!is_event(static_cast<uint16_t>(values.event))) return Error{"the values name no event of the catalogue"};
  const auto known = [&](FieldId field) {
    return is_field(static_cast<uint16_t>(field)) && info(field).list == FieldId::kNone;
  };
  const auto give = [&](FieldId field, bool right) -> Status {
    if (!known(field)) return Error{"field number " + std::to_string(static_cast<int>(field)) + " is no field of an event"};
    if (!right) return Error{name_of(field) + " is of type " + std::string(type_name(info(field).type))};
    if (!has_field(values.event, field))
      return Error{name_of(field) + " is no field of the event `" + std::string(info(values.event).name) + "`"};
    if (given_[static_cast<size_t>(field)]) return Error{name_of(field) + " is given twice"};
    given_.set(static_cast<size_t>(field));
    return Done{};
  };

  if (values.ancestors) {
    ancestors_ = *values.ancestors;
    has_ancestors_ = true;
  }
  for (const auto& [field, number] : values.numbers) {
    const Type type = known(field) ? info(field).type : Type::kInt;
    if (const Status status = give(field, storage_of(type) == Storage::kNumber); !status.ok()) return status;
    if (const Status status = set_number(field, number); !status.ok()) return status;
  }
  for (const auto& [field, text] : values.texts) {
    const Type type = known(field) ? info(field).type : Type::kString;
    if (const Status status = give(field, storage_of(type) == Storage::kText); !status.ok()) return status;
    if (const Status status = set_text(field, text); !status.ok()) return status;
  }
  for (const FieldId field : values.truncated) {
    if (!is_field(static_cast<uint16_t>(field))) return Error{"a field that is no field is said to be truncated"};
    if (const Status status = mark_truncated(field); !status.ok()) return status;
  }
  if (values.argv) {
    if (const Status status = fill_argv(*values.argv); !status.ok()) return status;
  }
  for (const auto& [field, list] : values.lists) {
    if (const Status status = give(field, known(field) && storage_of(info(field).type) == Storage::kTexts); !status.ok())
      return status;
    if (const Status status = fill_list(field, list); !status.ok()) return status;
  }
  for (size_t i = 0; i < ancestors_.size(); ++i) {
    if (const Status status = check_ancestor(ancestors_[i], i); !status.ok()) return status;
  }
  for (const auto& [name, path] :
       {std::pair{FieldId::process_name, FieldId::process_exe}, std::pair{FieldId::file_name, FieldId::file_path}}) {
    if (const Status status = fill_name(name, path); !status.ok()) return status;
  }
  if (const Status status = check_cmdline(); !status.ok()) return status;

  if (ancestors_.size() > RECIPE_ANCESTORS) {
    ancestors_.resize(RECIPE_ANCESTORS);
    truncated_.set(static_cast<size_t>(FieldId::process_ancestors));
  }
  if (has_ancestors_) items_[FieldId::process_ancestors] = ancestor_bytes();
  for (const FieldInfo& row : all_fields()) {
    if (truncated(row.id)) items_.try_emplace(row.id);
  }
  return Done{};
}

std::string Draft::ancestor_bytes() const {
  std::string bytes;
  for (const AncestorValues& a : ancestors_) {
    record_ancestor entry{};
    const auto part = [&](bool has, uint32_t bit) { entry.has |= has ? bit : 0; };
    part(a.pid.has_value(), ANCESTOR_PID);
    part(a.uid.has_value(), ANCESTOR_UID);
    part(a.start_time.has_value(), ANCESTOR_START_TIME);
    part(a.name.has_value(), ANCESTOR_NAME);
    part(a.comm.has_value(), ANCESTOR_COMM);
    part(a.exe.has_value(), ANCESTOR_EXE);
    part(a.cmdline.has_value(), ANCESTOR_CMDLINE);
    entry.pid = static_cast<uint32_t>(a.pid.value_or(0));
    entry.uid = static_cast<uint32_t>(a.uid.value_or(0));
    entry.start_time = static_cast<uint64_t>(a.start_time.value_or(0));
    const std::string strings = a.name.value_or("") + a.exe.value_or("") + a.cmdline.value_or("");
    entry.name_bytes = static_cast<uint16_t>(a.name.value_or("").size());
    entry.exe_bytes = static_cast<uint16_t>(a.exe.value_or("").size());
    entry.cmdline_bytes = static_cast<uint32_t>(a.cmdline.value_or("").size());
    if (a.comm) std::memcpy(entry.comm, a.comm->data(), a.comm->size());
    bytes.append(reinterpret_cast<const char*>(&entry), sizeof entry);
    bytes += strings;
    bytes.append((8 - strings.size() % 8) % 8, '\0');
  }
  return bytes;
}

Result<std::vector<uint64_t>> Draft::bytes(const EventValues& values) const {
  size_t size = sizeof(record_header);
  for (const auto& [field, bytes] : items_) size += sizeof(record_item) + (bytes.size() + 7) / 8 * 8;
  if (size > RECIPE_RECORD_BYTES) {
    return Error{"the event needs a record of " + size_text(size) + ", and one holds at most " +
                 size_text(RECIPE_RECORD_BYTES)};
  }
  std::vector<uint64_t> record(size / 8, 0);
  auto* at = reinterpret_cast<char*>(record.data());
  const auto put = [&](const void* from, size_t bytes) {
    if (bytes != 0) std::memcpy(at, from, bytes);
    at += (bytes + 7) / 8 * 8;
  };
  record_header header{};
  header.bytes = static_cast<record_u32>(size);
  header.event = static_cast<record_u16>(values.event);
  header.flags = RECORD_REPLAYED;
  header.items = static_cast<record_u16>(items_.size());
  header.time_boot_ns = static_cast<record_u64>(values.time_unix_ns);
  put(&header, sizeof header);
  for (const auto& [field, bytes] : items_) {
    const record_item item = {static_cast<record_u16>(field), static_cast<record_u16>(truncated(field) ? ITEM_TRUNCATED : 0),
                              static_cast<record_u32>(bytes.size())};
    put(&item, sizeof item);
    put(bytes.data(), bytes.size());
  }
  return record;
}

}  // namespace

Result<std::vector<uint64_t>> encode_record(const EventValues& values) {
  Draft draft;
  if (const Status status = draft.fill(values); !status.ok()) return status.error();
  return draft.bytes(values);
}

std::vector<uint64_t> with_list(std::span<const std::byte> record, FieldId field, const std::vector<std::string>& list) {
  std::string bytes;
  for (const std::string& element : list) bytes.append(element).push_back('\0');
  const record_item item = {static_cast<record_u16>(field), 0, static_cast<record_u32>(bytes.size())};
  const size_t size = record.size() + sizeof item + (bytes.size() + 7) / 8 * 8;
  if (size > RECIPE_RECORD_BYTES) return {};
  std::vector<uint64_t> out(size / 8, 0);
  auto* at = reinterpret_cast<char*>(out.data());
  std::memcpy(at, record.data(), record.size());
  std::memcpy(at + record.size(), &item, sizeof item);
  std::memcpy(at + record.size() + sizeof item, bytes.data(), bytes.size());
  record_header header{};
  std::memcpy(&header, at, sizeof header);
  header.bytes = static_cast<record_u32>(size);
  ++header.items;
  std::memcpy(at, &header, sizeof header);
  return out;
}

}  // namespace recipe
