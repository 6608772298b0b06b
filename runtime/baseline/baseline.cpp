// SPDX-License-Identifier: Apache-2.0
// Widening only adds entries, or puts one that covers them in the place of several: so it is monotone, and a second time
// changes nothing.
#include "runtime/baseline/baseline.h"

#include <algorithm>
#include <charconv>
#include <set>

namespace recipe {
namespace {

constexpr std::string_view kMagic = "# recipe baseline ";
constexpr std::string_view kIncomplete = "# incomplete: ";
constexpr std::string_view kHead =
    "# What this step was seen to do; `reciped watch --baseline FILE` reports what is not here. Add `--learn` to widen it.\n"
    "# One entry a line: exec PROGRAM, write PLACE, connect PEER:PORT/PROTOCOL, ask NAME. `*` is any part of one name, `/**` "
    "any\n"
    "# depth. {workspace}, {home}, {temp} are places of the run; {n}, {hash}, {random} and kin differ from run to run.\n"
    "# Edit it freely: comments above and behind an entry stay, this head does not.\n";

// More files of one folder become `FOLDER/*`, more folders of one folder `FOLDER/**`.
constexpr size_t kMostFiles = 8, kMostFolders = 16;

std::string_view trim(std::string_view text) {
  constexpr std::string_view kWhite = " \t\r";
  const size_t begin = text.find_first_not_of(kWhite);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kWhite) - begin + 1);
}

Error wrong(size_t line, const std::string& what) {
  return Error{"line " + std::to_string(line) + ": " + what};
}

// "exec /usr/bin/git  # why" → the thing and "# why".
Result<std::pair<Thing, std::string>> parse_entry(std::string_view line, size_t number) {
  const size_t space = std::min(line.find_first_of(" \t"), line.size());
  const std::optional<ThingKind> kind = find_thing(line.substr(0, space));
  if (!kind) return wrong(number, "an entry begins with exec, write, connect or ask, and a comment with `#`");
  line = trim(line.substr(space));
  const size_t end = std::min(line.find_first_of(" \t"), line.size());
  const std::string_view text = line.substr(0, end), rest = trim(line.substr(end));
  if (const auto what = wrong_in(*kind, text)) return wrong(number, *what);
  if (!rest.empty() && rest[0] != '#')
    return wrong(number, "behind an entry stands a comment or nothing; a space in a name is written as \\x20");
  return std::pair{Thing{*kind, std::string(text)}, std::string(rest)};
}

// Whether entries of one folder may become one: what is written deep enough, for /etc, /usr and a home's own files must not be
// confused; what is executed only where programs are built.
bool may_collapse(ThingKind kind, std::string_view folder) {
  if (kind == ThingKind::kExec) return folder.starts_with("{workspace}") || folder.starts_with("{temp}");
  const auto depth = std::count(folder.begin(), folder.end(), '/');
  return kind == ThingKind::kWrite && depth > (folder.starts_with('{') ? 0 : 1);
}

std::string_view folder_of(std::string_view path) {
  return path.substr(0, std::min(path.rfind('/'), path.size()));
}

}  // namespace

Result<Baseline> Baseline::parse(std::string_view text) {
  if (text.size() > kMostBytes) return Error{"larger than 1 MiB, the most that a baseline may have"};
  Baseline baseline;
  std::vector<std::string> above;
  bool head = true;
  for (size_t number = 1; number == 1 || !text.empty(); ++number) {
    const size_t newline = std::min(text.find('\n'), text.size());
    const std::string_view line = trim(text.substr(0, newline));
    text.remove_prefix(std::min(newline + 1, text.size()));
    if (line.size() > kMostLine) return wrong(number, "longer than 4,096 bytes");
    if (number == 1) {
      if (!line.starts_with(kMagic)) return wrong(1, "a baseline begins with `# recipe baseline 1`");
      const std::string_view digits = line.substr(kMagic.size());
      uint32_t version = 0;
      const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), version);
      if (error != std::errc() || end != digits.data() + digits.size())
        return wrong(1, "a baseline begins with `# recipe baseline 1`");
      if (version != kVersion)
        return wrong(1, "version " + std::to_string(version) + " of the format; this program reads version 1");
    } else if (line.empty()) {
      head = false;
    } else if (line[0] == '#') {
      if (head && line.starts_with(kIncomplete)) baseline.incomplete_ = line.substr(kIncomplete.size());
      if (!head) above.emplace_back(line);
    } else {
      head = false;
      Result<std::pair<Thing, std::string>> entry = parse_entry(line, number);
      if (!entry.ok()) return entry.error();
      const auto [at, fresh] = baseline.entries_.try_emplace(std::move(entry->first));
      if (!fresh) return wrong(number, "this entry stands here twice");
      at->second = {std::exchange(above, {}), std::move(entry->second)};
      if (baseline.entries_.size() > kMostEntries) return wrong(number, "more than 4,096 entries");
    }
  }
  baseline.below_ = std::move(above);
  return baseline;
}

std::string Baseline::print() const {
  std::string out = std::string(kMagic) + std::to_string(kVersion) + "\n" + std::string(kHead);
  if (!incomplete_.empty()) out += std::string(kIncomplete) + incomplete_ + "\n";
  std::optional<ThingKind> kind;
  for (const auto& [thing, words] : entries_) {
    if (kind != thing.kind) out += '\n';
    kind = thing.kind;
    for (const std::string& line : words.above) out += line + "\n";
    out += std::string(thing_name(thing.kind)) + " " + thing.text;
    out += words.behind.empty() ? "\n" : "  " + words.behind + "\n";
  }
  if (!below_.empty()) out += '\n';
  for (const std::string& line : below_) out += line + "\n";
  return out;
}

bool Baseline::knows(const Thing& thing) const {
  if (entries_.contains(thing)) return true;
  return std::any_of(entries_.begin(), entries_.end(), [&](const auto& entry) {
    return entry.first.kind == thing.kind && covers(thing.kind, entry.first.text, thing.text);
  });
}

size_t Baseline::widen(const std::vector<Thing>& things) {
  const std::vector<Thing> before = entries();
  for (const Thing& thing : std::set<Thing>(things.begin(), things.end())) {
    if (!knows(thing)) entries_.try_emplace(thing);
  }
  drop_covered();
  collapse_files();
  while (collapse_folders()) drop_covered();
  size_t dropped = 0;
  for (auto entry = entries_.end(); entries_.size() > kMostEntries && entry != entries_.begin();) {
    --entry;
    const Thing& thing = entry->first;
    const bool needed = std::any_of(before.begin(), before.end(), [&](const Thing& old) {
      return old.kind == thing.kind && (old.text == thing.text || covers(old.kind, thing.text, old.text));
    });
    if (needed) continue;
    entry = entries_.erase(entry);
    ++dropped;
  }
  return dropped;
}

void Baseline::drop_covered() {
  std::vector<const Thing*> wide;
  for (const auto& [thing, words] : entries_) {
    if (thing.text.find('*') != std::string::npos) wide.push_back(&thing);
  }
  for (auto entry = entries_.begin(); entry != entries_.end();) {
    const bool covered = entry->second.empty() && std::any_of(wide.begin(), wide.end(), [&](const Thing* other) {
                           return other != &entry->first && other->kind == entry->first.kind &&
                                  covers(other->kind, other->text, entry->first.text);
                         });
    if (covered) std::erase(wide, &entry->first);
    entry = covered ? entries_.erase(entry) : std::next(entry);
  }
}

void Baseline::collapse_files() {
  std::map<std::pair<ThingKind, std::string>, std::vector<Thing>> folders;
  for (const auto& [thing, words] : entries_) {
    const std::string folder(folder_of(thing.text));
    if (words.empty() && may_collapse(thing.kind, folder)) folders[{thing.kind, folder}].push_back(thing);
  }
  for (const auto& [folder, things] : folders) {
    if (things.size() <= kMostFiles) continue;
    for (const Thing& thing : things) entries_.erase(thing);
    entries_.try_emplace({folder.first, folder.second + "/*"});
  }
}

// One folder, the deepest; false: there is none.
bool Baseline::collapse_folders() {
  std::map<std::string, std::set<std::string>> parents;
  for (const auto& [thing, words] : entries_) {
    const std::string_view folder = folder_of(thing.text), parent = folder_of(folder);
    if (thing.kind == ThingKind::kWrite && words.empty() && parent != folder && may_collapse(thing.kind, parent)) {
      parents[std::string(parent)].emplace(folder);
    }
  }
  std::erase_if(parents, [](const auto& each) { return each.second.size() <= kMostFolders; });
  const auto depth = [](const auto& each) { return std::count(each.first.begin(), each.first.end(), '/'); };
  const auto deepest = std::max_element(parents.begin(), parents.end(),
                                        [&](const auto& one, const auto& other) { return depth(one) < depth(other); });
  if (deepest == parents.end()) return false;
  entries_.try_emplace({ThingKind::kWrite, deepest->first + "/**"});
  return true;
}

std::vector<Thing> Baseline::entries() const {
  std::vector<Thing> all;
  for (const auto& entry : entries_) all.push_back(entry.first);
  return all;
}

}  // namespace recipe
