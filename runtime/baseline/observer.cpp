// SPDX-License-Identifier: Apache-2.0
// Most events of a build repeat: spelled_ answers those without spelling them again.
#include "runtime/baseline/observer.h"

#include <algorithm>
#include <filesystem>

#include "runtime/base/address.h"

namespace recipe {
namespace {

constexpr int64_t kWrites = 1 << 1 | 1 << 2 | 1 << 3;  // of file.access: write, create, truncate
constexpr size_t kMostAncestors = 6, kMostCommand = 240;

constexpr std::string_view kNoPlaces[] = {"/dev/null",   "/dev/zero",    "/dev/full", "/dev/tty",
                                          "/dev/random", "/dev/urandom", "/dev/ptmx"};

bool is_place(std::string_view path) {
  return path.starts_with('/') && std::find(std::begin(kNoPlaces), std::end(kNoPlaces), path) == std::end(kNoPlaces);
}

}  // namespace

std::span<const EventId> Observer::events() {
  static constexpr EventId kEvents[] = {EventId::exec,    EventId::open,    EventId::rename,
                                        EventId::link,    EventId::symlink, EventId::truncate,
                                        EventId::connect, EventId::dns,     EventId::dns_answer};
  return kEvents;
}

Observer::Observer(RunPlaces places, int64_t root, std::function<void(std::string&)> mask)
    : generaliser_(std::move(places)), root_(root), mask_(std::move(mask)) {}

void Observer::observe(const Event& event, std::string_view recipe) {
  const EventId id = event.id();
  if (id == EventId::exec) return note_program(event, recipe);
  if (id == EventId::connect) return note_peer(event, recipe);
  if (id == EventId::dns_answer) return learn_names(event);
  if (id == EventId::dns) {
    if (const auto name = event.text(FieldId::dns_question)) note(ThingKind::kAsk, *name, event, recipe);
    return;
  }
  const bool moves = id == EventId::rename || id == EventId::link || id == EventId::symlink || id == EventId::truncate;
  const bool writes = id == EventId::open && (event.number(FieldId::file_access).value_or(0) & kWrites) != 0;
  if (moves || writes) note_written(event, recipe);  // the others came for a recipe alone
}

void Observer::note_program(const Event& event, std::string_view recipe) {
  if (const auto exe = event.text(FieldId::process_exe)) note(ThingKind::kExec, *exe, event, recipe);
  const auto script = event.text(FieldId::process_script), cwd = event.text(FieldId::process_cwd);
  if (!script) return;
  const std::filesystem::path path(*script);
  if (path.is_relative() && !cwd) return;
  note(ThingKind::kExec, (path.is_relative() ? std::filesystem::path(*cwd) / path : path).lexically_normal().string(), event,
       recipe);
}

void Observer::note_written(const Event& event, std::string_view recipe) {
  const auto path = event.text(FieldId::file_path);
  if (path && is_place(*path)) note(ThingKind::kWrite, *path, event, recipe);
}

// A datagram socket that is connected to port 0 asks the kernel which way it would go, and sends nothing.
void Observer::note_peer(const Event& event, std::string_view recipe) {
  const auto address = event.text(FieldId::dst_ip);
  const auto port = event.number(FieldId::dst_port);
  if (!address || address->size() != kAddressBytes || port.value_or(0) == 0) return;
  const std::string shown = format_address(*address);
  const std::string protocol(event.text(FieldId::net_protocol).value_or("?"));
  const std::string raw = shown + " " + std::to_string(*port) + "/" + protocol;
  std::string key = std::to_string(static_cast<int>(ThingKind::kConnect)) + raw;
  if (const auto before = spelled_.find(key); before != spelled_.end()) {
    ++before->second->count;
    if (before->second->recipe.empty()) before->second->recipe = recipe;
    return;
  }
  const auto names = names_.find(shown);
  const std::vector<std::string> known = names == names_.end() ? std::vector<std::string>{} : names->second;
  const auto spelled = [&](std::string_view name) {
    return generaliser_.peer(name, shown, static_cast<uint16_t>(*port), protocol);
  };
  Fact* fact = add({ThingKind::kConnect, spelled(known.empty() ? "" : known.back())}, raw, event);
  if (fact == nullptr) return;
  ++fact->count;
  if (fact->recipe.empty()) fact->recipe = recipe;
  for (const std::string& name : known) fact->others.push_back(spelled(name));
  spelled_.emplace(std::move(key), fact);
}

void Observer::learn_names(const Event& event) {
  const auto question = event.text(FieldId::dns_question);
  if (!question) return;
  const std::string name = generaliser_.name(*question);
  for (const std::string_view answer : event.texts(FieldId::dns_answers)) {
    const std::optional<std::string> address = parse_address(answer);
    if (!address || (names_.size() >= kMostAddresses && !names_.contains(format_address(*address)))) continue;
    std::vector<std::string>& names = names_[format_address(*address)];
    std::erase(names, name);
    if (names.size() >= kMostNames) names.erase(names.begin());
    names.push_back(name);
  }
}

Thing Observer::spell(ThingKind kind, std::string_view raw) const {
  switch (kind) {
    case ThingKind::kExec:
      return {kind, generaliser_.program(raw)};
    case ThingKind::kWrite:
      return {kind, generaliser_.written(raw)};
    case ThingKind::kAsk:
      return {kind, generaliser_.name(raw)};
    case ThingKind::kConnect:
      break;  // note_peer spells it
  }
  return {kind, escape_thing(raw)};
}

void Observer::note(ThingKind kind, std::string_view raw, const Event& event, std::string_view recipe) {
  if (raw.empty()) return;
  std::string key = std::to_string(static_cast<int>(kind)) + std::string(raw);
  const auto before = spelled_.find(key);
  Fact* fact = nullptr;
  if (before != spelled_.end()) {
    fact = before->second;
  } else {
    std::string masked(raw);
    mask_(masked);
    fact = add(spell(kind, masked), masked, event);
    if (fact == nullptr) return;
    if (spelled_.size() >= 4 * kMostThings) spelled_.clear();
    spelled_.emplace(std::move(key), fact);
  }
  ++fact->count;
  if (fact->recipe.empty()) fact->recipe = recipe;
}

Observer::Fact* Observer::add(Thing thing, std::string_view raw, const Event& event) {
  if (thing.text.size() > Baseline::kMostLine / 2) thing.text = "{long}";
  const auto known = facts_.find(thing);
  if (known != facts_.end()) return &known->second;
  if (facts_.size() >= kMostThings) {
    ++without_room_;
    return nullptr;
  }
  Fact& fact = facts_[std::move(thing)];
  fact.example = raw.substr(0, kMostCommand);
  fact.process = line_of(event);
  fact.time_unix_ns = event.time_unix_ns();
  if (const auto cmdline = event.text(FieldId::process_cmdline)) {
    fact.cmdline = *cmdline;
    mask_(fact.cmdline);
    fact.cmdline.resize(std::min(fact.cmdline.size(), kMostCommand));
  }
  return &fact;
}

// "make > sh > gcc": who did it, below the root, the nearest kMostAncestors of them.
std::string Observer::line_of(const Event& event) const {
  std::vector<std::string> names;
  names.emplace_back(event.text(FieldId::process_name).value_or("?"));
  for (const Ancestor& ancestor : event.ancestors()) {
    if (ancestor.pid == root_ || names.size() > kMostAncestors) break;
    names.emplace_back(ancestor.name.value_or("?"));
  }
  std::string line;
  for (auto name = names.rbegin(); name != names.rend(); ++name) line += (line.empty() ? "" : " > ") + *name;
  mask_(line);
  return line;
}

std::vector<Thing> Observer::things() const {
  std::vector<Thing> all;
  for (const auto& fact : facts_) all.push_back(fact.first);
  return all;
}

void Observer::compare(const Baseline& baseline, BaselineCoverage& result) const {
  for (const auto& [thing, fact] : facts_) {
    const ThingKind kind = thing.kind;
    if (!fact.recipe.empty()) ++result.detected;
    const bool other = std::any_of(fact.others.begin(), fact.others.end(), [&, &thing = thing](const std::string& text) {
      return baseline.knows({thing.kind, text});
    });
    if (other || baseline.knows(thing)) {
      ++result.known;
      continue;
    }
    ++result.fresh;
    if (result.novelties.size() < kMostNovelties) {
      result.novelties.push_back({std::string(thing_name(kind)), thing.text, fact.example, fact.process, fact.cmdline,
                                  fact.recipe, fact.count, fact.time_unix_ns});
    }
  }
}

}  // namespace recipe
