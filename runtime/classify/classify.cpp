// SPDX-License-Identifier: Apache-2.0
// bpf/lib/classify.h, compiled for userspace. In: an event's values, copied where the kernel's probes would put them. The image
// is only read within its size: beyond it everything is zero.
#include "runtime/classify/classify.h"

#include <algorithm>
#include <cstring>
#include <span>

#include "bpf/lib/bound.h"
#include "bpf/lib/classify_state.h"

namespace recipe {
namespace {

// What classify.h asks of its includer. `classify` is the first member, so that its functions find the rest.
struct Scratch {
  classify c{};
  const std::byte* image = nullptr;
  size_t image_bytes = 0;
  const Event* event = nullptr;
};

const Scratch& scratch_of(const classify* c) {
  return *reinterpret_cast<const Scratch*>(c);
}

template <class T>
T load_image(const classify* c, uint32_t offset) {
  const Scratch& scratch = scratch_of(c);
  T value{};
  const size_t at = offset & RECIPE_IMAGE_MASK & ~(sizeof(T) - 1);
  if (at + sizeof(T) <= scratch.image_bytes) std::memcpy(&value, scratch.image + at, sizeof(T));
  return value;
}

#define RECIPE_FN [[maybe_unused]] static
#define image64(c, base, offset) ((void)(base), load_image<uint64_t>(c, offset))
#define image32(c, base, offset) ((void)(base), load_image<uint32_t>(c, offset))
#define image16(c, base, offset) ((void)(base), load_image<uint16_t>(c, offset))
#define image_base(c) reinterpret_cast<const record_u8*>(scratch_of(c).image)

#include "bpf/lib/classify.h"

void set(classify_value& value, value_state state, uint32_t at = 0, size_t bytes = 0) {
  value.state = state;
  value.at = at;
  value.bytes = static_cast<uint32_t>(bytes);
}

// A number that is truncated, or a text that is: undecided. Else where its bytes now are.
void fetch_number(classify* c, const Event& event, FieldId field, uint32_t which) {
  classify_value& value = c->value[which];
  if (const auto number = event.number(field)) {
    if (event.truncated(field)) return set(value, VALUE_UNKNOWN);
    std::memcpy(c->text + TEXT_NUMBERS + 8 * which, &*number, 8);
    return set(value, VALUE_KNOWN, TEXT_NUMBERS + 8 * which, 8);
  }
  set(value, event.truncated(field) ? VALUE_UNKNOWN : VALUE_ABSENT);
}

void fetch_text(classify* c, const Event& event, FieldId field, uint32_t which, uint32_t at, size_t room) {
  classify_value& value = c->value[which];
  const auto text = event.text(field);
  if (event.truncated(field) || (text && text->size() > room)) return set(value, VALUE_UNKNOWN);
  if (!text) return set(value, VALUE_ABSENT);
  std::memcpy(c->text + at, text->data(), text->size());
  set(value, VALUE_KNOWN, at, text->size());
}

// As the parent's name, where the record's list of ancestors is cut before the first: the parent is not known.
void fetch_parent_name(classify* c, const Event& event) {
  if (event.ancestors().empty() && event.truncated(FieldId::process_ancestors))
    return set(c->value[VALUE_PARENT_NAME], VALUE_UNKNOWN);
  fetch_text(c, event, FieldId::process_parent_name, VALUE_PARENT_NAME, TEXT_PARENT_NAME, RECIPE_NAME_BYTES);
}

void fetch_argv(classify* c, const Event& event) {
  classify_value& value = c->value[VALUE_ARGV];
  if (!event.has(FieldId::argv)) return set(value, event.truncated(FieldId::argv) ? VALUE_UNKNOWN : VALUE_ABSENT);
  bool cut = event.truncated(FieldId::argv);
  size_t at = 0;
  const auto argv = event.argv();
  for (size_t i = 0; i < argv.size(); ++i) {
    const bool last_of_cut = cut && i + 1 == argv.size();  // may be cut itself: no NUL
    if (at + argv[i].size() + 1 > RECIPE_ARGV_BYTES) {
      cut = true;
      break;
    }
    std::memcpy(c->text + TEXT_ARGV + at, argv[i].data(), argv[i].size());
    at += argv[i].size();
    if (!last_of_cut) c->text[TEXT_ARGV + at++] = 0;
  }
  std::memset(c->text + TEXT_ARGV + at, 0, 8);
  set(value, cut ? VALUE_CUT : VALUE_KNOWN, TEXT_ARGV, at);
}

record_u64 fetch_value(classify* c, record_u32 lane) {
  const Event& event = *scratch_of(c).event;
  switch (static_cast<Lane>(lane)) {
    case Lane::kName:
      fetch_text(c, event, FieldId::process_name, VALUE_NAME, TEXT_NAME, RECIPE_NAME_BYTES);
      break;
    case Lane::kUid:
      fetch_number(c, event, FieldId::process_uid, VALUE_UID);
      break;
    case Lane::kGid:
      fetch_number(c, event, FieldId::process_gid, VALUE_GID);
      break;
    case Lane::kEuid:
      fetch_number(c, event, FieldId::process_euid, VALUE_EUID);
      break;
    case Lane::kArgv:
      fetch_argv(c, event);
      break;
    case Lane::kParentName:
      fetch_parent_name(c, event);
      break;
    case Lane::kExe:
      fetch_text(c, event, FieldId::process_exe, VALUE_EXE, TEXT_EXE, RECIPE_PATH_BYTES);
      break;
    case Lane::kNone:
      break;
  }
  return 0;
}

}  // namespace

struct Classifier::State : Scratch {};

Classifier::Classifier(const FilterImage& image) : state_(std::make_unique<State>()) {
  state_->image = reinterpret_cast<const std::byte*>(image.data());
  state_->image_bytes = std::min<size_t>(image.size() * sizeof(uint64_t), RECIPE_IMAGE_BYTES);
}

Classifier::~Classifier() = default;

bool Classifier::classify(const Event& event, std::vector<candidate_word>& out) {
  struct classify* c = &state_->c;
  out.clear();
  if (state_->image_bytes < sizeof(filter_header)) return true;
  state_->event = &event;
  classify_start(c, 0, load_image<uint64_t>(c, offsetof(filter_header, seed)));
  const bool undecided = judge_event(c) != 0;
  out.assign(c->out, c->out + c->outs);
  return undecided;
}

}  // namespace recipe
