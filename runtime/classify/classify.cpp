// SPDX-License-Identifier: Apache-2.0
// bpf/lib/classify.h, compiled for userspace. In: an event's values, copied where the kernel's probes would put them. The image
// is only read within its size: beyond it everything is zero.
#include "runtime/classify/classify.h"

#include <algorithm>
#include <cstring>
#include <span>

#include "bpf/lib/bound.h"
#include "bpf/lib/classify_state.h"
#include "runtime/artefact/keys.h"
#include "runtime/base/address.h"

namespace recipe {
namespace {

// What classify.h asks of its includer. `classify` is the first member, so that its functions find the rest.
struct Scratch {
  classify c{};
  const std::byte* image = nullptr;
  size_t image_bytes = 0;
  const Event* event = nullptr;
  Classifier::AskMarks ask_marks;
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

void set(classify* c, uint32_t lane, value_state state, uint32_t at = 0, size_t bytes = 0) {
  c->state[lane] = state;
  c->value[lane] = {at, static_cast<uint32_t>(bytes)};
}

void set_number(classify* c, uint32_t lane, uint64_t number) {
  const uint32_t at = TEXT_NUMBERS + 8 * lane;
  std::memcpy(c->text + at, &number, sizeof number);
  set(c, lane, VALUE_KNOWN, at, sizeof number);
}

// Where the text of a lane has its place, and how long it may be.
struct Place {
  uint32_t at;
  size_t room;
};
Place place_of(uint32_t lane) {
  switch (lane) {
    case LANE_NAME:
      return {TEXT_NAME, RECIPE_NAME_BYTES};
    case LANE_PARENT_NAME:
      return {TEXT_PARENT_NAME, RECIPE_NAME_BYTES};
    case LANE_FILE_NAME:
      return {TEXT_FILE_NAME, RECIPE_NAME_BYTES};
    case LANE_EXE:
      return {TEXT_EXE, RECIPE_PATH_BYTES};
    case LANE_IP:
      return {TEXT_IP, kAddressBytes};
    case LANE_FILE_PATH:
    case LANE_DOMAIN:
    default:
      return {TEXT_FILE, RECIPE_PATH_BYTES};
  }
}

// A number that is truncated, or a text that is: undecided. Else where its bytes now are.
void fetch_number(classify* c, const Event& event, FieldId field, uint32_t lane) {
  const auto number = event.number(field);
  if (event.truncated(field)) return set(c, lane, VALUE_UNKNOWN);
  if (!number) return set(c, lane, VALUE_ABSENT);
  set_number(c, lane, static_cast<uint64_t>(*number));
}

void fetch_text(classify* c, const Event& event, FieldId field, uint32_t lane) {
  const auto [at, room] = place_of(lane);
  const auto text = event.text(field);
  if (event.truncated(field) || (text && text->size() > room)) return set(c, lane, VALUE_UNKNOWN);
  if (!text) return set(c, lane, VALUE_ABSENT);
  std::memcpy(c->text + at, text->data(), text->size());
  set(c, lane, VALUE_KNOWN, at, text->size());
}

// Every ancestor's name must be known, else one of them may be any.
void fetch_tags(classify* c, const Event& event, const record_u8* base) {
  if (event.truncated(FieldId::process_ancestors)) return set(c, LANE_TAGS, VALUE_UNKNOWN);
  uint32_t tags = 0;
  for (const Ancestor& ancestor : event.ancestors()) {
    if (!ancestor.name) return set(c, LANE_TAGS, VALUE_UNKNOWN);
    tags |= tags_of_name(
        c, base,
        key_of_text(c->seed, LANE_NAME, KEY_PIVOT, ancestor.name->data(), static_cast<uint32_t>(ancestor.name->size())));
  }
  set_number(c, LANE_TAGS, tags);
}

// Whether file.path == process.exe is possible.
void fetch_self(classify* c, const Event& event) {
  if (event.truncated(FieldId::file_name) || event.truncated(FieldId::process_name) || event.truncated(FieldId::file_path) ||
      event.truncated(FieldId::process_exe))
    return set(c, LANE_SELF, VALUE_UNKNOWN);
  const auto file = event.text(FieldId::file_path), exe = event.text(FieldId::process_exe);
  const auto last = [](std::string_view path) { return path.substr(path.rfind('/') + 1); };
  set_number(c, LANE_SELF, file && exe && last(*file) == last(*exe) ? 1 : 0);
}

void fetch_argv(classify* c, const Event& event) {
  if (!event.has(FieldId::argv)) return set(c, LANE_ARGV, event.truncated(FieldId::argv) ? VALUE_UNKNOWN : VALUE_ABSENT);
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
  set(c, LANE_ARGV, cut ? VALUE_CUT : VALUE_KNOWN, TEXT_ARGV, at);
}

record_u64 fetch_value(classify* c, record_u32 lane) {
  const Event& event = *scratch_of(c).event;
  if (lane == LANE_TAGS) {
    fetch_tags(c, event, image_base(c));
  } else if (lane == LANE_MARKS) {
    const Classifier::AskMarks& ask = scratch_of(c).ask_marks;
    const Classifier::MarkBits marks = ask ? ask(event) : Classifier::MarkBits{};
    if (marks.known)
      set_number(c, lane, marks.tags);
    else
      set(c, lane, VALUE_UNKNOWN);
  } else if (lane == LANE_SELF) {
    fetch_self(c, event);
  } else if (lane == LANE_ARGV) {
    fetch_argv(c, event);
  } else if (lane == LANE_PARENT_NAME && event.ancestors().empty() && event.truncated(FieldId::process_ancestors)) {
    // The record's list of ancestors is cut before the first: the parent is not known.
    set(c, lane, VALUE_UNKNOWN);
  } else if (const FieldId field = field_of_lane(lane); field == FieldId::kNone) {
    set(c, lane, VALUE_UNKNOWN);
  } else if (storage_of(info(field).type) == Storage::kNumber) {
    fetch_number(c, event, field, lane);
  } else {
    fetch_text(c, event, field, lane);
  }
  return 0;
}

}  // namespace

struct Classifier::State : Scratch {};

Classifier::Classifier(const FilterImage& image, AskMarks ask_marks) : state_(std::make_unique<State>()) {
  state_->ask_marks = std::move(ask_marks);
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
  const bool undecided = judge_event(c, static_cast<uint32_t>(event.id()), pivot_lane(event.id())) != 0;
  out.assign(c->out, c->out + c->outs);
  return undecided;
}

uint32_t Classifier::marks() const {
  return state_->c.marks;
}

}  // namespace recipe
