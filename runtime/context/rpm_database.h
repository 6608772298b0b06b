// SPDX-License-Identifier: Apache-2.0
// rpm's database, read by the machine's own librpm, which is loaded when there is a database and not before. In: a folder; out:
// every installed package with its files. It is read whole, for an index (packages.h): questions one by one would make a
// detection wait for the library.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace recipe {

struct RpmDatabase {
  std::string folder;
  std::string file;  // that changes when packages do
  std::string log;   // what has been written and is not in `file` yet; need not be there
};
// Where distributions keep it, below root. nullopt: none, or one that somebody else than root and us may write.
[[nodiscard]] std::optional<RpmDatabase> find_rpm_database(const std::string& root);

struct RpmPackage {
  std::string name;
  std::string version;             // "1:2.5-3": epoch, where there is one, version, release
  std::vector<std::string> files;  // that were installed; no folders
};
// Calls `take` for each package while it says true. false: not all of it could be read: no library, damaged, locked for long.
// One caller at a time reads, the others wait.
[[nodiscard]] bool read_rpm_database(const RpmDatabase& database, const std::function<bool(const RpmPackage&)>& take);

}  // namespace recipe
