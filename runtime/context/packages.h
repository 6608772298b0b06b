// SPDX-License-Identifier: Apache-2.0
// Which package brought a file: dpkg's own lists and rpm's database, read into an index of paths on another thread and asked
// without waiting. Bounds: a million paths of 12 bytes each. A hit of dpkg is checked against the list itself; one of rpm holds
// while the database is what was read, and paths are hashed with a key that nobody outside knows.
#pragma once
#include <chrono>
#include <cstdint>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "runtime/context/trusted_file.h"

namespace recipe {

class Packages {
 public:
  // root: before /var/lib/dpkg and rpm's places; empty: this machine's. Begins to read.
  explicit Packages(std::string root = {});
  ~Packages();
  Packages(const Packages&) = delete;
  Packages& operator=(const Packages&) = delete;

  static constexpr std::string_view kDpkg = "dpkg", kRpm = "rpm";
  struct Owner {
    std::string name;     // empty: no package brought the file
    std::string version;  // empty: not known now
    std::string_view manager = kDpkg;
  };
  // path: absolute, resolved. nullopt: not known: there is no database, it is still being read (for which the first questions
  // wait), or it has changed since and nothing that it said before still holds.
  [[nodiscard]] std::optional<Owner> find(const std::string& path);

  // Waits until what has been read is the database as it stands.
  void settle();

  static constexpr size_t kMaxPaths = 1u << 20;
  static constexpr size_t kMaxListBytes = 16u << 20, kMaxStatusBytes = 64u << 20;
  static constexpr size_t kMaxAnswers = 4096;
  // A database that is being changed is not read more often: a package manager at work changes it many times a second.
  static constexpr std::chrono::seconds kPause{1};
  // How long questions wait, all together, while nothing has been read yet.
  static constexpr std::chrono::milliseconds kFirstReading{500};

 private:
  struct State {
    std::optional<FileStamp> lists, status, diversions, rpm, rpm_log;
    bool operator==(const State&) const = default;
  };
  struct Diversion {
    std::string from, to, by;
  };
  struct Package {
    std::string list, name, version;  // list: of dpkg; empty: the package is rpm's
  };
  struct Index {
    State state;
    bool complete = true;
    std::vector<Package> packages;
    std::vector<uint64_t> hashes;  // of paths, sorted
    std::vector<uint32_t> owners;  // the package of each
    std::vector<Diversion> diversions;
    bool linked[5] = {};  // kLinked: whether the folder is a link to the other
    uint64_t key = 0;     // of the hashes
  };
  struct Paths;

  [[nodiscard]] static std::unique_ptr<Index> build(const std::string& root);
  static void add_dpkg(const std::string& root, Index& index, Paths& paths);
  static void add_rpm(const std::string& root, Index& index, Paths& paths);
  [[nodiscard]] static State state_of(const std::string& root);
  [[nodiscard]] static std::string in_place(const Index& index, std::string_view path);
  void refresh();
  void wait_for_first();
  [[nodiscard]] bool lists(const Package& package, const std::string& path) const;
  [[nodiscard]] const Package* owner_of(const std::string& path, bool current, std::string_view except,
                                        std::string_view only) const;

  std::string root_;
  std::unique_ptr<const Index> index_;  // nullptr: none so far
  std::future<std::unique_ptr<Index>> building_;
  std::chrono::steady_clock::time_point begun_;
  std::chrono::milliseconds patience_{kFirstReading};  // what is left of it
  std::unordered_map<std::string, Owner> answers_;     // of index_ while it is the database as it stands
};

}  // namespace recipe
