// SPDX-License-Identifier: Apache-2.0
// Two pipes that close at exec: one holds the child back, the other brings exec's errno, or its end when exec went well.
#include "tools/reciped/child.h"

#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>

namespace recipe::reciped {

Result<User> find_user(const std::string& name) {
  uid_t number = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
  const bool numeric = error == std::errc() && end == name.data() + name.size();
  errno = 0;
  const passwd* entry = numeric ? getpwuid(number) : getpwnam(name.c_str());
  if (entry == nullptr) return Error{"there is no user `" + name + "`", errno == ENOENT ? 0 : errno};
  User user{entry->pw_uid, entry->pw_gid, std::vector<gid_t>(64)};
  auto count = static_cast<int>(user.groups.size());
  if (getgrouplist(entry->pw_name, user.gid, user.groups.data(), &count) < 0) {
    user.groups.resize(static_cast<size_t>(count));
    if (getgrouplist(entry->pw_name, user.gid, user.groups.data(), &count) < 0)
      return Error{"cannot read the groups of `" + name + "`"};
  }
  user.groups.resize(static_cast<size_t>(count));
  return user;
}

Status Child::start(const Command& command, Signals& signals, const std::optional<User>& user) {
  std::vector<char*> arguments;
  for (const std::string& argument : command) arguments.push_back(const_cast<char*>(argument.c_str()));
  arguments.push_back(nullptr);
  std::array<int, 2> gate{}, failure{};
  if (pipe2(gate.data(), O_CLOEXEC) != 0) return Error{"cannot make a pipe", errno};
  if (pipe2(failure.data(), O_CLOEXEC) != 0) {
    const int code = errno;
    close(gate[0]);
    close(gate[1]);
    return Error{"cannot make a pipe", code};
  }
  pid_ = fork();
  if (pid_ == 0) {
    close(gate[1]);
    close(failure[0]);
    signals.restore();
    char byte = 0;
    ssize_t got = 0;
    do got = read(gate[0], &byte, 1);
    while (got < 0 && errno == EINTR);
    if (got != 1) _exit(1);
    const bool ready =
        !user || (setgroups(user->groups.size(), user->groups.data()) == 0 && setgid(user->gid) == 0 && setuid(user->uid) == 0);
    if (ready) execvp(arguments[0], arguments.data());
    const int code = errno;
    (void)!write(failure[1], &code, sizeof code);
    _exit(exec_failure_code(code));
  }
  const int code = errno;
  close(gate[0]);
  close(failure[1]);
  gate_ = gate[1];
  failure_ = failure[0];
  if (pid_ < 0) return Error{"cannot fork", code};
  signals.pass_to(pid_);
  return Done{};
}

Child::~Child() {
  if (gate_ >= 0) {
    close(gate_);
    (void)ended(true);
  }
  if (failure_ >= 0) close(failure_);
}

int Child::release() {
  (void)!write(gate_, "x", 1);
  close(gate_);
  gate_ = -1;
  int error = 0;
  ssize_t got = 0;
  do got = read(failure_, &error, sizeof error);
  while (got < 0 && errno == EINTR);
  return got == sizeof error ? error : 0;
}

std::optional<int> Child::ended(bool wait) {
  if (code_ || pid_ < 0) return code_;
  int status = 0;
  pid_t got = 0;
  do got = waitpid(pid_, &status, wait ? 0 : WNOHANG);
  while (got < 0 && errno == EINTR);
  if (got != pid_) return std::nullopt;
  code_ = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  return code_;
}

int exec_failure_code(int error) {
  return error == ENOENT || error == ENOTDIR ? 127 : 126;
}

}  // namespace recipe::reciped
