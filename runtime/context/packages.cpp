// SPDX-License-Identifier: Apache-2.0
// /var/lib/dpkg/info/NAME.list has one path a line, folders before what lies in them; status has the versions; diversions,
// three lines each, say whose file was moved aside for whose. Of rpm: rpm_database.h.
#include "runtime/context/packages.h"

#include <dirent.h>
#include <sys/random.h>
#include <unistd.h>
#include <xxhash.h>

#include <algorithm>
#include <array>

#include "runtime/context/rpm_database.h"

namespace recipe {
namespace {

constexpr std::string_view kDatabase = "/var/lib/dpkg";
constexpr size_t kMaxPackages = 100'000;

// Lists name files by the way they were packed; the kernel by where they are. Folders that may be links, in this order.
struct Linked {
  std::string_view from, to, text;  // text: of the link, where it is not `to`
};
constexpr Linked kLinked[] = {{"/bin/", "/usr/bin/", "usr/bin"},
                              {"/sbin/", "/usr/sbin/", "usr/sbin"},
                              {"/lib/", "/usr/lib/", "usr/lib"},
                              {"/lib64/", "/usr/lib64/", "usr/lib64"},
                              {"/usr/sbin/", "/usr/bin/", "bin"}};

uint64_t hash_of(std::string_view path, uint64_t key) {
  return XXH3_64bits_withSeed(path.data(), path.size(), key);
}

bool is_link_to(const std::string& path, const Linked& linked) {
  std::array<char, 64> target;
  const ssize_t length = readlink(path.c_str(), target.data(), target.size());
  const std::string_view text(target.data(), static_cast<size_t>(std::max<ssize_t>(length, 0)));
  return text == linked.text || text == linked.to.substr(0, linked.to.size() - 1);
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
  State state{stamp_of(database + "/info"), stamp_of(database + "/status"), stamp_of(database + "/diversions"), {}, {}};
  if (const auto rpm = find_rpm_database(root)) {
    state.rpm = stamp_of(rpm->file);
    state.rpm_log = stamp_of(rpm->log);
    // Who only reads makes an empty one, and takes it away.
    if (state.rpm_log && state.rpm_log->bytes == 0) state.rpm_log.reset();
  }
  return state;
}

// /bin/sh → /usr/bin/sh, where /bin is a link to usr/bin
std::string Packages::in_place(const Index& index, std::string_view path) {
  std::string place(path);
  for (size_t i = 0; i < std::size(kLinked); ++i) {
    if (index.linked[i] && place.starts_with(kLinked[i].from)) place.replace(0, kLinked[i].from.size(), kLinked[i].to);
  }
  return place;
}

struct Packages::Paths {
  std::vector<std::pair<uint64_t, uint32_t>> all;  // hash, package

  void add(Index& index, std::string_view path) {
    if (all.size() >= kMaxPaths) {
      index.complete = false;
      return;
    }
    all.emplace_back(hash_of(in_place(index, path), index.key), static_cast<uint32_t>(index.packages.size() - 1));
  }
};

std::unique_ptr<Packages::Index> Packages::build(const std::string& root) {
  auto index = std::make_unique<Index>();
  index->state = state_of(root);  // before anything is read: what changes meanwhile is seen afterwards
  (void)!getrandom(&index->key, sizeof index->key, GRND_NONBLOCK);
  for (size_t i = 0; i < std::size(kLinked); ++i) {
    index->linked[i] = is_link_to(root + std::string(kLinked[i].from.substr(0, kLinked[i].from.size() - 1)), kLinked[i]);
  }
  Paths paths;
  add_dpkg(root, *index, paths);
  add_rpm(root, *index, paths);
  std::sort(paths.all.begin(), paths.all.end());
  index->hashes.reserve(paths.all.size());
  index->owners.reserve(paths.all.size());
  for (const auto& [hash, owner] : paths.all) {
    index->hashes.push_back(hash);
    index->owners.push_back(owner);
  }
  return index;
}

void Packages::add_dpkg(const std::string& root, Index& index, Paths& paths) {
  const std::string database = root + std::string(kDatabase), info = database + "/info";
  const auto status = read_trusted(database, "status", kMaxStatusBytes);
  const auto versions = versions_in(status.value_or(""));
  for (const std::string& list : names_of_lists(info, index.complete)) {
    const auto text = read_trusted(info, list, kMaxListBytes);
    if (!text) {
      index.complete = false;
      continue;
    }
    const std::string full = list.substr(0, list.rfind('.'));
    const auto version = versions.find(full);
    index.packages.push_back({list, full.substr(0, full.find(':')), version == versions.end() ? "" : version->second});
    each_line(*text, [&](std::string_view line, std::string_view rest) {
      if (!is_folder_of(line, rest.substr(0, rest.find('\n')))) paths.add(index, line);
    });
  }
  std::vector<std::string> lines;
  each_line(read_trusted(database, "diversions", kMaxListBytes).value_or(""),
            [&](std::string_view line, std::string_view) { lines.emplace_back(line); });
  for (size_t i = 0; i + 3 <= lines.size(); i += 3)
    index.diversions.push_back({in_place(index, lines[i]), in_place(index, lines[i + 1]), lines[i + 2]});
}

void Packages::add_rpm(const std::string& root, Index& index, Paths& paths) {
  const auto database = find_rpm_database(root);
  if (!database) return;
  const bool whole = read_rpm_database(*database, [&](const RpmPackage& package) {
    if (index.packages.size() >= kMaxPackages || paths.all.size() >= kMaxPaths) return false;
    index.packages.push_back({{}, package.name, package.version});
    for (const std::string& file : package.files) paths.add(index, file);
    return true;
  });
  index.complete = index.complete && whole;
}

void Packages::refresh() {
  if (building_.valid() && building_.wait_for(std::chrono::seconds(0)) == std::future_status::ready) {
    index_ = building_.get();
    answers_.clear();
  }
  const State now = state_of(root_);
  if (building_.valid() || (!now.lists && !now.rpm) || (index_ && index_->state == now)) return;
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
            [&](std::string_view line, std::string_view) { found = found || in_place(*index_, line) == path; });
  return found;
}

// The first package that lists the path now; except, only: names of packages, empty: any. What is rpm's is only known of a
// database as it was read.
const Packages::Package* Packages::owner_of(const std::string& path, bool current, std::string_view except,
                                            std::string_view only) const {
  const auto [begin, end] = std::equal_range(index_->hashes.begin(), index_->hashes.end(), hash_of(path, index_->key));
  for (auto at = begin; at != end; ++at) {
    const Package& package = index_->packages[index_->owners[static_cast<size_t>(at - index_->hashes.begin())]];
    if ((!except.empty() && package.name == except) || (!only.empty() && package.name != only)) continue;
    if (package.list.empty() ? current : lists(package, path)) return &package;
  }
  return nullptr;
}

std::optional<Packages::Owner> Packages::find(const std::string& path) {
  refresh();
  if (!index_) wait_for_first();
  if (!index_) return std::nullopt;
  const bool current = index_->state == state_of(root_);
  const std::string whole = in_place(*index_, path);
  if (current) {
    if (const auto known = answers_.find(whole); known != answers_.end()) return known->second;
  }
  const Package* package = nullptr;
  const auto& all = index_->diversions;
  const auto moved = std::find_if(all.begin(), all.end(), [&](const Diversion& one) { return one.to == whole; });
  const auto taken = std::find_if(all.begin(), all.end(), [&](const Diversion& one) { return one.from == whole; });
  if (moved != all.end()) {
    package = owner_of(moved->from, current, moved->by, {});
  } else {
    package = owner_of(whole, current, {}, taken != all.end() ? std::string_view(taken->by) : std::string_view());
  }
  if (!current) {
    // What a list says now holds; what none says may be in one that has not been read yet.
    return package == nullptr ? std::nullopt : std::optional<Owner>({package->name, {}});
  }
  if (package == nullptr && !index_->complete) return std::nullopt;
  if (answers_.size() >= kMaxAnswers) answers_.clear();
  Owner owner;
  if (package != nullptr) owner = {package->name, package->version, package->list.empty() ? kRpm : kDpkg};
  return answers_[whole] = std::move(owner);
}

}  // namespace recipe
