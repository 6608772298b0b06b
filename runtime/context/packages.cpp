// SPDX-License-Identifier: Apache-2.0
// /var/lib/dpkg/info/NAME.list has one path a line, folders before what lies in them; status has the versions; diversions,
// three lines each, say whose file was moved aside for whose.
#include "runtime/context/packages.h"

#include <dirent.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <functional>

namespace recipe {
namespace {

constexpr std::string_view kDatabase = "/var/lib/dpkg";
// Lists name files by the way they were packed; the kernel by where they are.
constexpr std::string_view kMerged[] = {"/bin/", "/sbin/", "/lib/", "/lib64/"};
constexpr size_t kMaxPackages = 100'000;

uint64_t hash_of(std::string_view path) {
  return std::hash<std::string_view>()(path);
}

template <class Visit>
void each_line(std::string_view text, const Visit& visit) {
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    visit(line, text);
  }
}

bool is_folder_of(std::string_view folder, std::string_view path) {
  return path.size() > folder.size() && path.starts_with(folder) && (path[folder.size()] == '/' || folder == "/");
}

std::vector<std::string> names_of_lists(const std::string& folder, bool& complete) {
  constexpr std::string_view kList = ".list";
  std::vector<std::string> names;
  DIR* open = opendir(folder.c_str());
  if (open == nullptr) return names;
  while (const dirent* entry = readdir(open)) {
    if (!std::string_view(entry->d_name).ends_with(kList)) continue;
    if (names.size() == kMaxPackages) {
      complete = false;
      break;
    }
    names.emplace_back(entry->d_name);
  }
  closedir(open);
  std::sort(names.begin(), names.end());
  return names;
}

// "perl-base", and "libc6:amd64" too, → version.
std::unordered_map<std::string, std::string> versions_in(std::string_view status) {
  std::unordered_map<std::string, std::string> versions;
  std::string name, architecture, version;
  const auto end = [&] {
    if (!name.empty() && !version.empty()) {
      versions.emplace(name + ":" + architecture, version);
      versions.emplace(name, version);
    }
    name.clear();
    architecture.clear();
    version.clear();
  };
  each_line(status, [&](std::string_view line, std::string_view) {
    if (line.empty()) return end();
    const auto take = [&](std::string_view key, std::string& into) {
      if (line.starts_with(key)) into = line.substr(key.size());
    };
    take("Package: ", name);
    take("Architecture: ", architecture);
    take("Version: ", version);
  });
  end();
  return versions;
}

}  // namespace

Packages::Packages(std::string root) : root_(std::move(root)) {
  refresh();
}

Packages::~Packages() = default;

Packages::State Packages::state_of(const std::string& root) {
  const std::string database = root + std::string(kDatabase);
  return {stamp_of(database + "/info"), stamp_of(database + "/status"), stamp_of(database + "/diversions")};
}

// /bin/sh → /usr/bin/sh, where /bin is a link to usr/bin
std::string Packages::merged(const Index& index, std::string_view path) {
  for (size_t i = 0; i < std::size(kMerged); ++i) {
    if (index.merged[i] && path.starts_with(kMerged[i])) return "/usr" + std::string(path);
  }
  return std::string(path);
}

std::unique_ptr<Packages::Index> Packages::build(const std::string& root) {
  auto index = std::make_unique<Index>();
  index->state = state_of(root);  // before anything is read: what changes meanwhile is seen afterwards
  for (size_t i = 0; i < std::size(kMerged); ++i) {
    std::array<char, 64> target;
    const std::string folder(kMerged[i].substr(0, kMerged[i].size() - 1));
    const ssize_t length = readlink((root + folder).c_str(), target.data(), target.size());
    const std::string_view text(target.data(), static_cast<size_t>(std::max<ssize_t>(length, 0)));
    index->merged[i] = text == "usr" + folder || text == "/usr" + folder;
  }
  const std::string database = root + std::string(kDatabase), info = database + "/info";
  const auto status = read_trusted(database, "status", kMaxStatusBytes);
  const auto versions = versions_in(status.value_or(""));
  std::vector<std::pair<uint64_t, uint32_t>> paths;
  for (const std::string& list : names_of_lists(info, index->complete)) {
    const auto text = read_trusted(info, list, kMaxListBytes);
    if (!text || paths.size() >= kMaxPaths) index->complete = false;
    if (!text) continue;
    const std::string full = list.substr(0, list.rfind('.'));
    const auto version = versions.find(full);
    const auto number = static_cast<uint32_t>(index->packages.size());
    index->packages.push_back({list, full.substr(0, full.find(':')), version == versions.end() ? "" : version->second});
    each_line(*text, [&](std::string_view line, std::string_view rest) {
      if (is_folder_of(line, rest.substr(0, rest.find('\n'))) || paths.size() >= kMaxPaths) return;
      paths.emplace_back(hash_of(merged(*index, line)), number);
    });
  }
  std::sort(paths.begin(), paths.end());
  index->hashes.reserve(paths.size());
  index->owners.reserve(paths.size());
  for (const auto& [hash, owner] : paths) {
    index->hashes.push_back(hash);
    index->owners.push_back(owner);
  }
  std::vector<std::string> lines;
  each_line(read_trusted(database, "diversions", kMaxListBytes).value_or(""),
            [&](std::string_view line, std::string_view) { lines.emplace_back(line); });
  for (size_t i = 0; i + 3 <= lines.size(); i += 3)
    index->diversions.push_back({merged(*index, lines[i]), merged(*index, lines[i + 1]), lines[i + 2]});
  return index;
}

void Packages::refresh() {
  if (building_.valid() && building_.wait_for(std::chrono::seconds(0)) == std::future_status::ready) {
    index_ = building_.get();
    answers_.clear();
  }
  const State now = state_of(root_);
  if (building_.valid() || !now.lists || (index_ && index_->state == now)) return;
  if (index_ && std::chrono::steady_clock::now() - begun_ < kPause) return;
  begun_ = std::chrono::steady_clock::now();
  building_ = std::async(std::launch::async, [root = root_] { return build(root); });
}

// A step of a second is over before its machine's packages are read, if nobody waits for that.
void Packages::wait_for_first() {
  if (!building_.valid() || patience_ <= patience_.zero()) return;
  const auto before = std::chrono::steady_clock::now();
  building_.wait_for(patience_);
  patience_ -= std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - before);
  refresh();
}

void Packages::settle() {
  for (;;) {
    if (building_.valid()) building_.wait();
    begun_ = {};
    refresh();
    if (!building_.valid()) return;
  }
}

bool Packages::lists(const Package& package, const std::string& path) const {
  const auto text = read_trusted(root_ + std::string(kDatabase) + "/info", package.list, kMaxListBytes);
  bool found = false;
  each_line(text.value_or(""),
            [&](std::string_view line, std::string_view) { found = found || merged(*index_, line) == path; });
  return found;
}

// The first package that lists the path now; except, only: names of packages, empty: any.
const Packages::Package* Packages::owner_of(const std::string& path, std::string_view except, std::string_view only) const {
  const auto [begin, end] = std::equal_range(index_->hashes.begin(), index_->hashes.end(), hash_of(path));
  for (auto at = begin; at != end; ++at) {
    const Package& package = index_->packages[index_->owners[static_cast<size_t>(at - index_->hashes.begin())]];
    if ((!except.empty() && package.name == except) || (!only.empty() && package.name != only)) continue;
    if (lists(package, path)) return &package;
  }
  return nullptr;
}

std::optional<Packages::Owner> Packages::find(const std::string& path) {
  refresh();
  if (!index_) wait_for_first();
  if (!index_) return std::nullopt;
  const bool current = index_->state == state_of(root_);
  const std::string whole = merged(*index_, path);
  if (current) {
    if (const auto known = answers_.find(whole); known != answers_.end()) return known->second;
  }
  const Package* package = nullptr;
  const auto& all = index_->diversions;
  const auto moved = std::find_if(all.begin(), all.end(), [&](const Diversion& one) { return one.to == whole; });
  const auto taken = std::find_if(all.begin(), all.end(), [&](const Diversion& one) { return one.from == whole; });
  if (moved != all.end()) {
    package = owner_of(moved->from, moved->by, {});
  } else {
    package = owner_of(whole, {}, taken != all.end() ? std::string_view(taken->by) : std::string_view());
  }
  if (!current) {
    // What a list says now holds; what none says may be in one that has not been read yet.
    return package == nullptr ? std::nullopt : std::optional<Owner>({package->name, {}});
  }
  if (package == nullptr && !index_->complete) return std::nullopt;
  if (answers_.size() >= kMaxAnswers) answers_.clear();
  return answers_[whole] = package == nullptr ? Owner{} : Owner{package->name, package->version};
}

}  // namespace recipe
