// SPDX-License-Identifier: Apache-2.0
// Record → Event, with every size, count and number checked: the bytes may come from a file that anyone wrote.
#include "runtime/event.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "bpf/abi/limits.h"

namespace recipe {
namespace {

static_assert(std::endian::native == std::endian::little, "records are little-endian");

static_assert(
    [] {
#define FIELD(id, name, number, ...) \
  if (number >= 192) return false;
#define ELEMENT(list, id, name, number, ...) \
  if (number >= 192) return false;
#include "bpf/abi/catalogue.def"
      return true;
    }(),
    "an Event holds a bit and an item a field: make Event::kFields larger");

constexpr size_t kAlign = 8;
constexpr size_t padded(size_t bytes) {
  return (bytes + kAlign - 1) / kAlign * kAlign;
}

constexpr uint16_t kKnownFlags = RECORD_ALL_CANDIDATES | RECORD_CANARY | RECORD_REPLAYED;
constexpr uint32_t kKnownParts = ANCESTOR_PID | ANCESTOR_UID | ANCESTOR_NAME | ANCESTOR_COMM | ANCESTOR_EXE | ANCESTOR_CMDLINE |
                                 ANCESTOR_START_TIME | ANCESTOR_KEPT;

Error malformed(std::string_view what) {
  return Error{"malformed record: " + std::string(what)};
}
Error malformed(std::string_view what, FieldId field) {
  return malformed("`" + std::string(info(field).name) + "` " + std::string(what));
}

// Any position is safe to read: the caller has checked that `sizeof(T)` bytes are there, and memcpy needs no alignment.
template <class T>
T read(const char* at) {
  T value;
  std::memcpy(&value, at, sizeof value);
  return value;
}

constexpr bool is_parent_field(FieldId field) {
  return field >= FieldId::process_parent_pid && field <= FieldId::process_parent_start_time;
}

// Text items may be any field of that type that is its own, so that replay can carry what live context answers.
constexpr bool stands_in_records(FieldId field) {
  return !is_parent_field(field) && field != FieldId::process_cmdline;
}

// `.`, `..` and empty components taken out, as text: "/a/./b//../c" → "/a/c". A path that lost its head begins without a slash
// and keeps its first `..`.
std::string_view resolve(std::string_view path, std::string& storage) {
  const bool absolute = path.starts_with('/');
  std::vector<std::string_view> kept;
  while (!path.empty()) {
    const size_t slash = std::min(path.find('/'), path.size());
    const std::string_view component = path.substr(0, slash);
    path.remove_prefix(std::min(slash + 1, path.size()));
    if (component.empty() || component == ".") continue;
    if (component != "..") {
      kept.push_back(component);
    } else if (!kept.empty() && kept.back() != "..") {
      kept.pop_back();
    } else if (!absolute) {
      kept.push_back(component);
    }
  }
  storage.assign(absolute ? "/" : "");
  for (size_t i = 0; i < kept.size(); ++i) storage.append(i > 0 ? "/" : "").append(kept[i]);
  return storage;
}

// enum record_item_flags that an item of the field may have.
int flags_of_item(FieldId field) {
  if (field == FieldId::file_path || field == FieldId::file_source) return ITEM_TRUNCATED | ITEM_UNRESOLVED;
  if (field == FieldId::net_protocol || field == FieldId::dns_type || field == FieldId::process_file_filesystem)
    return ITEM_TRUNCATED | ITEM_NUMBER;
  if (field == FieldId::dns_answers) return ITEM_TRUNCATED | ITEM_MESSAGE;
  return ITEM_TRUNCATED;
}

// "NAME=value"
bool is_pair(std::string_view element) {
  const size_t equal = element.find('=');
  return equal != 0 && equal != std::string_view::npos;
}

bool read_elements(std::string_view bytes, bool truncated, std::vector<std::string_view>& out) {
  out.clear();
  while (!bytes.empty()) {
    const size_t end = bytes.find('\0');
    if (end == std::string_view::npos) {
      if (!truncated) return false;
      out.push_back(bytes);  // the cut element, and the cut took its NUL
      return true;
    }
    out.push_back(bytes.substr(0, end));
    bytes.remove_prefix(end + 1);
  }
  return true;
}

// nullptr: well read; else what is wrong.
const char* read_ancestors(std::string_view bytes, std::vector<Ancestor>& out) {
  out.clear();
  while (!bytes.empty()) {
    if (bytes.size() < sizeof(record_ancestor)) return "ends within an entry";
    if (out.size() == RECIPE_ANCESTORS) return "has more entries than a record may carry";
    const auto entry = read<record_ancestor>(bytes.data());
    if ((entry.has & ~kKnownParts) != 0) return "has an entry with unknown parts";
    const size_t strings = size_t{entry.name_bytes} + entry.exe_bytes + entry.cmdline_bytes;
    if (padded(strings) > bytes.size() - sizeof entry) return "has an entry whose strings run past its end";
    const char* text = bytes.data() + sizeof entry;
    const auto take = [&](uint32_t part, size_t size) {
      std::optional<std::string_view> taken;
      if ((entry.has & part) != 0) taken = std::string_view(text, size);
      text += size;
      return taken;
    };
    Ancestor& a = out.emplace_back();
    a.name = take(ANCESTOR_NAME, entry.name_bytes);
    a.exe = take(ANCESTOR_EXE, entry.exe_bytes);
    a.cmdline = take(ANCESTOR_CMDLINE, entry.cmdline_bytes);
    if ((entry.has & ANCESTOR_PID) != 0) a.pid = entry.pid;
    if ((entry.has & ANCESTOR_UID) != 0) a.uid = entry.uid;
    if ((entry.has & ANCESTOR_START_TIME) != 0) a.start_time = static_cast<int64_t>(entry.start_time);
    if ((entry.has & ANCESTOR_COMM) != 0) {
      const char* comm = bytes.data() + offsetof(record_ancestor, comm);
      a.comm = std::string_view(comm, strnlen(comm, sizeof entry.comm));
    }
    a.birth_parent = entry.birth_parent;
    a.command_kept = (entry.has & ANCESTOR_KEPT) != 0;
    bytes.remove_prefix(sizeof entry + padded(strings));
  }
  return nullptr;
}

std::optional<int64_t> parent_number(const Ancestor& parent, FieldId field) {
  if (field == FieldId::process_parent_pid) return parent.pid;
  if (field == FieldId::process_parent_uid) return parent.uid;
  if (field == FieldId::process_parent_start_time) return parent.start_time;
  return std::nullopt;
}

std::optional<std::string_view> parent_text(const Ancestor& parent, FieldId field) {
  if (field == FieldId::process_parent_name) return parent.name;
  if (field == FieldId::process_parent_comm) return parent.comm;
  if (field == FieldId::process_parent_exe) return parent.exe;
  if (field == FieldId::process_parent_cmdline) return parent.cmdline;
  return std::nullopt;
}

}  // namespace

Status Event::decode(std::span<const std::byte> record) {
  for (size_t word = 0; word < std::size(present_); ++word) {
    for (uint64_t& bits = present_[word]; bits != 0; bits &= bits - 1) items_[64 * word + std::countr_zero(bits)] = {};
  }
  argv_.clear();
  lists_.clear();
  ancestors_.clear();
  candidates_.clear();
  cmdline_made_ = false;
  bytes_ = record;

  const auto* const begin = reinterpret_cast<const char*>(record.data());
  if (record.size() < sizeof(record_header)) return malformed("shorter than a header");
  header_ = read<record_header>(begin);
  if (header_.bytes != record.size()) return malformed("its length is not the one in its header");
  if (header_.bytes > RECIPE_RECORD_BYTES) return malformed("longer than a record may be");
  if (header_.bytes % kAlign != 0) return malformed("its length is no multiple of 8");
  if (!is_event(header_.event)) return malformed("event number " + std::to_string(header_.event) + " is not in the catalogue");
  if ((header_.flags & ~kKnownFlags) != 0) return malformed("unknown flags");
  id_ = static_cast<EventId>(header_.event);

  size_t at = sizeof(record_header);
  if (size_t{header_.words} * sizeof(candidate_word) > record.size() - at) return malformed("its candidates run past its end");
  for (uint16_t i = 0; i < header_.words; ++i, at += sizeof(candidate_word)) {
    const auto word = read<candidate_word>(begin + at);
    if (word.word >= RECIPE_WORDS) return malformed("a candidate word of no slot");
    candidates_.push_back(word);
  }
  for (uint16_t i = 0; i < header_.items; ++i) {
    if (record.size() - at < sizeof(record_item)) return malformed("its items run past its end");
    const auto item = read<record_item>(begin + at);
    at += sizeof item;
    if (padded(item.bytes) > record.size() - at) return malformed("an item runs past its end");
    if (const Status status = decode_item(item, std::string_view(begin + at, item.bytes)); !status.ok()) return status;
    at += padded(item.bytes);
  }
  if (at != record.size()) return malformed("bytes behind its last item");
  name_file();
  return Done{};
}

// The kernel leaves out the name of a path that it has not resolved.
void Event::name_file() {
  const Item& path = items_[static_cast<size_t>(FieldId::file_path)];
  Item& name = items_[static_cast<size_t>(FieldId::file_name)];
  if (!path.present || name.present || path.text.empty()) return;
  const std::string_view last = path.text.substr(path.text.rfind('/') + 1);
  if (last.empty()) return;
  constexpr auto kNumber = static_cast<size_t>(FieldId::file_name);
  name.present = true;
  name.text = last;
  present_[kNumber / 64] |= uint64_t{1} << (kNumber % 64);
}

Status Event::decode_item(const record_item& item, std::string_view value) {
  if (!is_field(item.field)) return malformed("field number " + std::to_string(item.field) + " is not in the catalogue");
  const auto field = static_cast<FieldId>(item.field);
  const FieldInfo& row = info(field);
  if (row.list != FieldId::kNone) return malformed("stands outside its list", field);
  if (!has_field(id_, field)) return malformed("is no field of the event `" + std::string(info(id_).name) + "`", field);
  if (!stands_in_records(field)) return malformed("is never an item", field);
  if ((item.flags & ~flags_of_item(field)) != 0) return malformed("has unknown flags", field);

  Item& slot = items_[item.field];
  if (slot.present) return malformed("stands there twice", field);
  slot.present = true;
  slot.truncated = (item.flags & ITEM_TRUNCATED) != 0;
  present_[item.field / 64] |= uint64_t{1} << (item.field % 64);
  slot.text = value;
  switch (storage_of(row.type)) {
    case Storage::kNumber:
      if (value.size() != sizeof(int64_t)) return malformed("is no number of 8 bytes", field);
      if (slot.truncated) return malformed("is a number and cannot be cut", field);
      slot.number = read<int64_t>(value.data());
      return Done{};
    case Storage::kText:
      if ((item.flags & ITEM_UNRESOLVED) != 0) slot.text = resolve(value, resolved_[field == FieldId::file_path ? 0 : 1]);
      if ((item.flags & ITEM_NUMBER) != 0) return write_out(field, slot);
      if (row.type == Type::kIp && value.size() != 16) return malformed("is no address of 16 bytes", field);
      return Done{};
    case Storage::kTexts: {
      if ((item.flags & ITEM_MESSAGE) != 0) {
        read_answers(slot);
        return Done{};
      }
      auto& list = field == FieldId::argv ? argv_ : lists_.emplace_back(field, std::vector<std::string_view>{}).second;
      if (!read_elements(value, slot.truncated, list)) return malformed("does not end in a NUL", field);
      const size_t whole = list.size() - (slot.truncated && !list.empty() ? 1 : 0);
      if (row.type == Type::kMap && !std::all_of(list.begin(), list.begin() + static_cast<ptrdiff_t>(whole), is_pair))
        return malformed("has an element without a name", field);
      return Done{};
    }
    case Storage::kRecords:
      if (const char* const wrong = read_ancestors(value, ancestors_)) return malformed(wrong, field);
      return Done{};
  }
  return Done{};
}

// A number that stands for a text.
Status Event::write_out(FieldId field, Item& item) {
  if (item.text.size() != sizeof(uint64_t) || item.truncated) return malformed("is no number of 8 bytes", field);
  const auto number = read<uint64_t>(item.text.data());
  item.text = text_of_number(field, number);
  if (!item.text.empty()) return Done{};
  digits_ = std::to_string(number);
  item.text = digits_;
  return Done{};
}

void Event::read_answers(Item& item) {
  answers_ = read_dns_answers(item.text);
  item.truncated = item.truncated || !answers_.whole;
  lists_.emplace_back(FieldId::dns_answers, std::vector<std::string_view>(answers_.values.begin(), answers_.values.end()));
}

bool Event::complete_argv(std::string elements) {
  Item& item = items_[static_cast<size_t>(FieldId::argv)];
  std::vector<std::string_view> whole;
  if (!item.truncated || !read_elements(elements, false, whole) || whole.size() < argv_.size()) return false;
  for (size_t i = 0; i < argv_.size(); ++i) {
    const bool last = i + 1 == argv_.size();
    if (last ? !whole[i].starts_with(argv_[i]) : whole[i] != argv_[i]) return false;
  }
  whole_argv_ = std::move(elements);
  argv_.clear();
  (void)read_elements(whole_argv_, false, argv_);  // as above; the views are of the string that stays
  item.text = whole_argv_;
  item.truncated = false;
  cmdline_made_ = false;
  return true;
}

bool Event::complete_env(std::string elements) {
  Item& item = items_[static_cast<size_t>(FieldId::env)];
  const auto known = std::find_if(lists_.begin(), lists_.end(), [](const auto& list) { return list.first == FieldId::env; });
  std::vector<std::string_view> whole;
  if (!item.truncated || known == lists_.end() || !read_elements(elements, false, whole)) return false;
  std::vector<std::string_view>& kept = known->second;
  if (!kept.empty()) kept.pop_back();  // the one that was cut
  for (const std::string_view element : kept) {
    if (std::find(whole.begin(), whole.end(), element) == whole.end()) return false;
  }
  whole_env_ = std::move(elements);
  (void)read_elements(whole_env_, false, whole);  // as above; the views are of the string that stays
  kept = std::move(whole);
  item.text = whole_env_;
  item.truncated = false;
  return true;
}

int64_t Event::time_unix_ns() const {
  return static_cast<int64_t>(header_.boot_wall_ns + header_.time_boot_ns);
}

bool Event::has(FieldId field) const {
  if (field == FieldId::kNone) return false;
  if (field == FieldId::process_cmdline) return item(FieldId::argv).present;
  if (!is_parent_field(field)) return item(field).present;
  if (ancestors_.empty()) return false;
  return parent_number(ancestors_[0], field).has_value() || parent_text(ancestors_[0], field).has_value();
}

bool Event::truncated(FieldId field) const {
  if (field == FieldId::kNone) return false;
  if (field == FieldId::process_cmdline) return item(FieldId::argv).truncated;
  // A list of ancestors loses its far end: the parent is missing only where nothing is left.
  if (is_parent_field(field)) return ancestors_.empty() && item(FieldId::process_ancestors).truncated;
  return item(field).truncated;
}

std::optional<int64_t> Event::number(FieldId field) const {
  if (is_parent_field(field)) return ancestors_.empty() ? std::nullopt : parent_number(ancestors_[0], field);
  if (field == FieldId::kNone || !item(field).present || storage_of(info(field).type) != Storage::kNumber) return std::nullopt;
  return item(field).number;
}

std::optional<std::string_view> Event::text(FieldId field) const {
  if (is_parent_field(field)) return ancestors_.empty() ? std::nullopt : parent_text(ancestors_[0], field);
  if (field == FieldId::process_cmdline) return item(FieldId::argv).present ? std::optional(cmdline()) : std::nullopt;
  if (field == FieldId::kNone || !item(field).present || storage_of(info(field).type) != Storage::kText) return std::nullopt;
  return item(field).text;
}

std::span<const std::string_view> Event::texts(FieldId field) const {
  if (field == FieldId::argv) return argv_;
  for (const auto& [id, list] : lists_) {
    if (id == field) return list;
  }
  return {};
}

// The item's bytes with a space for each NUL between two elements.
std::string_view Event::cmdline() const {
  if (!cmdline_made_) {
    std::string_view bytes = item(FieldId::argv).text;
    if (!bytes.empty() && bytes.back() == '\0') bytes.remove_suffix(1);
    cmdline_.assign(bytes);
    std::replace(cmdline_.begin(), cmdline_.end(), '\0', ' ');
    cmdline_made_ = true;
  }
  return cmdline_;
}

}  // namespace recipe
