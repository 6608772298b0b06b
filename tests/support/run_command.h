// SPDX-License-Identifier: Apache-2.0
// Runs a program and waits: arguments, stdin and environment in; both streams and the exit code out.
#pragma once
#include <string>
#include <vector>

namespace recipe {

struct CommandResult {
  int code = -1;  // exit code; 128 + signal where one ended it; -1: it could not be started
  std::string out, err;
};

// arguments[0] is the program's path. Added to this process's environment: "NAME=value". out_file: stdout goes there instead.
[[nodiscard]] CommandResult run_command(const std::vector<std::string>& arguments, const std::string& input = {},
                                        const std::vector<std::string>& environment = {}, const std::string& out_file = {});

// A folder of its own, removed with what it holds.
class ScratchFolder {
 public:
  ScratchFolder();
  ~ScratchFolder();
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  [[nodiscard]] std::string path(const std::string& name = {}) const { return name.empty() ? root_ : root_ + "/" + name; }
  std::string write(const std::string& name, const std::string& text) const;  // its path
  [[nodiscard]] std::string read(const std::string& name) const;
  [[nodiscard]] std::vector<std::string> list() const;  // sorted names

 private:
  std::string root_;
};

}  // namespace recipe
