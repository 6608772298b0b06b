// SPDX-License-Identifier: Apache-2.0
// User names by number, from /etc/passwd alone: name services may ask the network, and a detection must not wait for it.
#pragma once
#include <cstdint>
#include <ctime>
#include <optional>
#include <string>
#include <unordered_map>

namespace recipe {

class Users {
 public:
  explicit Users(std::string passwd = "/etc/passwd") : path_(std::move(passwd)) {}

  // Of several names of one number the first. The file is read again when it has changed.
  [[nodiscard]] std::optional<std::string> name(int64_t uid);

 private:
  void refresh();

  std::string path_;
  timespec changed_{};
  uint64_t inode_ = 0;
  std::unordered_map<int64_t, std::string> names_;
};

}  // namespace recipe
