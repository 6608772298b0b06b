// SPDX-License-Identifier: Apache-2.0
// reciped run: the whole machine until a signal; what is pending is written, a reader that leaves ends it.
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <thread>

#include "tests/live/daemon.h"

namespace recipe::test {
namespace {

// reciped run in the background, its two streams in files.
class Daemon {
 public:
  Daemon(const Scene& scene, int out) : scene_(scene) {
    pid_ = fork();
    if (pid_ != 0) return;
    dup2(out, STDOUT_FILENO);
    (void)!freopen(scene.folder.path("err").c_str(), "w", stderr);
    signal(SIGPIPE, SIG_DFL);
    execl(kReciped.c_str(), "reciped", "run", "--recipes", scene.recipe.c_str(), static_cast<char*>(nullptr));
    _exit(1);
  }
  [[nodiscard]] bool says(const std::string& words) const {
    for (int i = 0; i < 600; ++i) {
      if (scene_.folder.read("err").find(words) != std::string::npos) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    return false;
  }
  ~Daemon() {
    if (pid_ > 0) (void)end(SIGKILL);
  }
  int end(int signal) {
    if (signal != 0) kill(pid_, signal);
    int status = 0;
    waitpid(pid_, &status, 0);
    pid_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }

 private:
  const Scene& scene_;
  pid_t pid_;
};

}  // namespace

TEST_CASE("run detects on the whole machine until a signal, and says what it counted") {
  const Scene scene;
  FILE* out = fopen(scene.out.c_str(), "w");
  Daemon daemon(scene, fileno(out));
  fclose(out);
  REQUIRE(daemon.says("watching: 1 recipe, probes fork, exit, exec"));
  REQUIRE(run_command({"/usr/bin/perl", "-e", "1", scene.marker}).code == 0);
  CHECK(daemon.end(SIGTERM) == 0);  // at once: what is in the ring is not lost
  const auto found = scene.marked();
  REQUIRE(found.size() == 1);
  CHECK(found[0]["recipe"] == "perl_code");
  CHECK(scene.folder.read("err").find("lost: nothing") != std::string::npos);
}

TEST_CASE("a reader that closes the pipe ends run with exit code 4 and no signal") {
  const Scene scene;
  int ends[2];
  REQUIRE(pipe2(ends, O_CLOEXEC) == 0);
  Daemon daemon(scene, ends[1]);
  close(ends[1]);
  REQUIRE(daemon.says("watching:"));
  close(ends[0]);
  REQUIRE(run_command({"/usr/bin/perl", "-e", "1", scene.marker}).code == 0);
  CHECK(daemon.end(0) == 4);
  CHECK(scene.folder.read("err").find("Broken pipe") != std::string::npos);
}

}  // namespace recipe::test
