// SPDX-License-Identifier: Apache-2.0
#include "runtime/state/key.h"

#include <xxhash.h>

#include "runtime/report/value.h"

namespace recipe {

void KeyMaker::begin(KeyOwner owner, uint32_t index) {
  scratch_.assign(1, static_cast<char>(owner));
  scratch_.append(reinterpret_cast<const char*>(&index), sizeof index);
}

// Each value with its length in front: no two lists of values make the same bytes.
void KeyMaker::add(std::string_view bytes) {
  const auto length = static_cast<uint64_t>(bytes.size());
  scratch_.append(reinterpret_cast<const char*>(&length), sizeof length);
  scratch_.append(bytes);
}

bool KeyMaker::add(FieldId field, const Event& event, Context& context) {
  const bool list = info(field).type == Type::kStringList && event.has(field);
  const std::optional<std::string> value = list ? std::nullopt : value_text(event, field, context);
  scratch_ += list ? 'l' : value ? 'v' : '-';
  if (list) {
    const std::span<const std::string_view> elements = event.texts(field);
    const auto count = static_cast<uint64_t>(elements.size());
    scratch_.append(reinterpret_cast<const char*>(&count), sizeof count);
    for (const std::string_view element : elements) add(element);
  } else if (value) {
    add(*value);
  }
  return list || value.has_value();
}

StateKey KeyMaker::finish() const {
  const XXH128_hash_t hash = XXH3_128bits_withSeed(scratch_.data(), scratch_.size(), seed_);
  return {hash.low64, hash.high64};
}

StateKey KeyMaker::of_values(KeyOwner owner, uint32_t index, std::span<const FieldId> fields, const Event& event,
                             Context& context) {
  begin(owner, index);
  for (const FieldId field : fields) (void)add(field, event, context);
  return finish();
}

std::optional<StateKey> KeyMaker::of_group(KeyOwner owner, uint32_t index, std::optional<int64_t> process,
                                           std::span<const FieldId> fields, const Event& event, Context& context) {
  begin(owner, index);
  scratch_ += process ? 'p' : '-';
  if (process) scratch_.append(reinterpret_cast<const char*>(&*process), sizeof *process);
  for (const FieldId field : fields) {
    if (!add(field, event, context)) return std::nullopt;
  }
  return finish();
}

std::vector<ProcessIdentity> line_of(const Event& event, Context& context) {
  std::vector<ProcessIdentity> line = {identity_of(event)};
  const Context::Ancestors ancestors = context.ancestors(event);
  if (ancestors.list == nullptr) return line;
  for (const ProcessInfo& each : *ancestors.list)
    line.push_back({each.pid.value_or(-1), static_cast<uint64_t>(each.start_time.value_or(0))});
  return line;
}

}  // namespace recipe
