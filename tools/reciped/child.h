// SPDX-License-Identifier: Apache-2.0
// COMMAND as our child: it waits until it is watched, then it is executed in our process group, with our descriptors, signals
// and environment, as if the shell had started it.
#pragma once
#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "runtime/base/result.h"
#include "tools/reciped/command.h"
#include "tools/reciped/signals.h"

namespace recipe::reciped {

// Who COMMAND runs as, with all groups of that user.
struct User {
  uid_t uid = 0;
  gid_t gid = 0;
  std::vector<gid_t> groups;
};
// A name or a number that the machine's users have. Error: there is no such user.
[[nodiscard]] Result<User> find_user(const std::string& name);

class Child {
 public:
  Child() = default;
  ~Child();  // of one that was never released: it ends without having executed anything
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  // user: nobody leaves the caller's ids.
  [[nodiscard]] Status start(const Command& command, Signals& signals, const std::optional<User>& user = std::nullopt);
  [[nodiscard]] pid_t pid() const { return pid_; }
  // Executes COMMAND. 0, or the errno of exec: ENOENT is no such command.
  [[nodiscard]] int release();
  // The exit code as a shell gives it (a signal is 128 + its number), or nothing while it runs. wait: until it has ended.
  [[nodiscard]] std::optional<int> ended(bool wait);

 private:
  pid_t pid_ = -1;
  int gate_ = -1, failure_ = -1;
  std::optional<int> code_;
};

// 127 and 126, as shells do, for an errno of exec.
[[nodiscard]] int exec_failure_code(int error);

}  // namespace recipe::reciped
