// SPDX-License-Identifier: Apache-2.0
// See run_command.h.
#include "tests/support/run_command.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

extern char** environ;

namespace recipe {
namespace {

std::vector<char*> pointers(std::vector<std::string>& strings) {
  std::vector<char*> all;
  for (std::string& each : strings) all.push_back(each.data());
  all.push_back(nullptr);
  return all;
}

// The environment with `added` in place of variables of the same name.
std::vector<std::string> merged(const std::vector<std::string>& added) {
  std::vector<std::string> all = added;
  for (char** each = environ; *each != nullptr; ++each) {
    const std::string variable = *each;
    const std::string name = variable.substr(0, variable.find('=') + 1);
    if (std::none_of(added.begin(), added.end(), [&](const std::string& other) { return other.starts_with(name); }))
      all.push_back(variable);
  }
  return all;
}

struct Pipe {
  int read = -1, write = -1;
  Pipe() {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) == 0) {
      read = ends[0];
      write = ends[1];
    }
  }
};

// Feeds stdin and drains both streams, in whatever order the program likes.
void pump(int in, const std::string& input, int out, std::string& out_text, int err, std::string& err_text) {
  size_t fed = 0;
  if (input.empty()) {
    ::close(in);
    in = -1;
  }
  while (in >= 0 || out >= 0 || err >= 0) {
    pollfd polled[3] = {{in, POLLOUT, 0}, {out, POLLIN, 0}, {err, POLLIN, 0}};
    if (::poll(polled, 3, -1) < 0) continue;
    if (polled[0].revents != 0) {
      const ssize_t written = ::write(in, input.data() + fed, input.size() - fed);
      fed += written > 0 ? static_cast<size_t>(written) : 0;
      if (written < 0 || fed == input.size()) {
        ::close(in);
        in = -1;
      }
    }
    const auto drain = [](int& descriptor, short events, std::string& text) {
      if (events == 0) return;
      char buffer[1 << 14];
      const ssize_t got = ::read(descriptor, buffer, sizeof buffer);
      if (got > 0) text.append(buffer, static_cast<size_t>(got));
      if (got <= 0) {
        ::close(descriptor);
        descriptor = -1;
      }
    };
    drain(out, polled[1].revents, out_text);
    drain(err, polled[2].revents, err_text);
  }
}

}  // namespace

CommandResult run_command(const std::vector<std::string>& arguments, const std::string& input,
                          const std::vector<std::string>& environment, const std::string& out_file) {
  std::signal(SIGPIPE, SIG_IGN);
  const Pipe in, out, err;
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, in.read, 0);
  if (out_file.empty()) {
    posix_spawn_file_actions_adddup2(&actions, out.write, 1);
  } else {
    posix_spawn_file_actions_addopen(&actions, 1, out_file.c_str(), O_WRONLY | O_CREAT, 0644);
  }
  posix_spawn_file_actions_adddup2(&actions, err.write, 2);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t defaults;
  sigemptyset(&defaults);
  sigaddset(&defaults, SIGPIPE);
  posix_spawnattr_setsigdefault(&attributes, &defaults);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);

  std::vector<std::string> words = arguments;
  std::vector<std::string> variables = merged(environment);
  CommandResult result;
  pid_t pid = -1;
  const int error =
      ::posix_spawn(&pid, words[0].c_str(), &actions, &attributes, pointers(words).data(), pointers(variables).data());
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  ::close(in.read);
  ::close(out.write);
  ::close(err.write);
  if (error != 0) {
    ::close(in.write);
    ::close(out.read);
    ::close(err.read);
    return result;
  }
  pump(in.write, input, out.read, result.out, err.read, result.err);
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  result.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return result;
}

ScratchFolder::ScratchFolder() : root_((std::filesystem::temp_directory_path() / "recipe-test-XXXXXX").string()) {
  if (::mkdtemp(root_.data()) == nullptr) std::abort();
}

ScratchFolder::~ScratchFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(root_, ignored);
}

std::string ScratchFolder::write(const std::string& name, const std::string& text) const {
  const std::filesystem::path file = path(name);
  std::filesystem::create_directories(file.parent_path());
  std::ofstream(file, std::ios::binary) << text;
  return file.string();
}

std::string ScratchFolder::read(const std::string& name) const {
  std::ifstream file(path(name), std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::vector<std::string> ScratchFolder::list() const {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(root_)) names.push_back(entry.path().filename().string());
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace recipe
