// SPDX-License-Identifier: Apache-2.0
// A cgroup of the test's own, removed with it; a hierarchy of its own, where the machine has not what it needs. Needs root.
#pragma once
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

namespace recipe::test {

class Cgroup {
 public:
  // hierarchy: where it is mounted. path: below it, made folder by folder.
  Cgroup(const std::string& hierarchy, const std::string& path) {
    std::string folder = hierarchy;
    for (size_t begin = 1; begin <= path.size();) {
      const size_t end = std::min(path.find('/', begin), path.size());
      folder += "/" + path.substr(begin, end - begin);
      begin = end + 1;
      if (mkdir(folder.c_str(), 0755) == 0) made_.push_back(folder);
    }
    path_ = folder;
  }
  ~Cgroup() {
    // A process that was killed leaves a moment after it has been waited for.
    for (auto folder = made_.rbegin(); folder != made_.rend(); ++folder) {
      for (int i = 0; i < 200 && rmdir(folder->c_str()) != 0; ++i) usleep(10'000);
    }
  }
  Cgroup(const Cgroup&) = delete;
  Cgroup& operator=(const Cgroup&) = delete;

  [[nodiscard]] bool ok() const { return access((path_ + "/cgroup.procs").c_str(), W_OK) == 0; }
  [[nodiscard]] const std::string& path() const { return path_; }
  // Of a cgroup of version 2: its number.
  [[nodiscard]] int64_t number() const {
    struct stat status {};
    return stat(path_.c_str(), &status) == 0 ? static_cast<int64_t>(status.st_ino) : 0;
  }
  // The calling process becomes a member.
  void join() const { std::ofstream(path_ + "/cgroup.procs") << "0"; }

 private:
  std::vector<std::string> made_;
  std::string path_;
};

// Mounted for this process, in mounts of its own, and for those that it starts.
class CgroupMount {
 public:
  CgroupMount(const char* type, const char* options) {
    static const bool apart = unshare(CLONE_NEWNS) == 0 && mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0;
    char name[] = "/tmp/recipe_cgroup.XXXXXX";
    if (!apart || mkdtemp(name) == nullptr) return;
    if (mount("none", name, type, 0, options) == 0) {
      place_ = name;
    } else {
      rmdir(name);
    }
  }
  ~CgroupMount() {
    if (place_.empty()) return;
    umount2(place_.c_str(), MNT_DETACH);
    rmdir(place_.c_str());
  }
  CgroupMount(const CgroupMount&) = delete;
  CgroupMount& operator=(const CgroupMount&) = delete;
  [[nodiscard]] const std::string& place() const { return place_; }  // empty: not allowed

 private:
  std::string place_;
};

// Where version 2 is; where it is not mounted we do. empty: not allowed.
[[nodiscard]] inline std::string cgroup2_mount() {
  std::ifstream mounts("/proc/self/mounts");
  for (std::string device, place, type, rest; mounts >> device >> place >> type && std::getline(mounts, rest);) {
    if (type == "cgroup2") return place;
  }
  static const CgroupMount ours("cgroup2", nullptr);
  return ours.place();
}

// A hierarchy of version 1 beside it, of no controller and of our name.
[[nodiscard]] inline std::string cgroup1_mount() {
  static const CgroupMount ours("cgroup", "none,name=recipe_test");
  return ours.place();
}

}  // namespace recipe::test
