// SPDX-License-Identifier: Apache-2.0
// reciped watch --baseline with the real kernel: what is learnt, what is new, how it ends; and --user.
#include <grp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "tests/live/daemon.h"

namespace recipe::test {
namespace {

struct Step : Scene {
  std::string file = folder.path("step.baseline");

  // In the folder, which is the workspace then.
  [[nodiscard]] CommandResult run(const std::string& script, std::vector<std::string> more) const {
    std::vector<std::string> words{
        "/usr/bin/env", "-C",    folder.path(), "-u",   "GITHUB_WORKSPACE", "-u", "CI_PROJECT_DIR", "-u", "WORKSPACE",
        kReciped,       "watch", "--recipes",   recipe, "--output",         out,  "--baseline",     file};
    words.insert(words.end(), more.begin(), more.end());
    words.insert(words.end(), {"--", "/bin/sh", "-c", script});
    return run_command(words);
  }
  [[nodiscard]] std::string learnt() const { return folder.read("step.baseline"); }
  [[nodiscard]] nlohmann::json compared() const { return coverage()["baseline"]; }
};

// A local server's port is the run's own; the write is below the workspace.
const std::string kScript =
    "mkdir -p build && echo x >build/out && cat /etc/hostname >/dev/null && /usr/bin/python3 -c 'import socket\n"
    "server = socket.socket(); server.bind((\"127.0.0.1\", 0)); server.listen()\n"
    "socket.create_connection(server.getsockname())'";

}  // namespace

TEST_CASE("a step is learnt, and then nothing of it is new; a program and a place that it did not have are") {
  const Step step;
  const auto first = step.run(kScript, {"--learn"});
  INFO(first.err);
  REQUIRE(first.code == 0);
  const std::string text = step.learnt();
  INFO(text);
  CHECK(text.starts_with("# recipe baseline 1\n"));
  CHECK(text.find("\nexec /usr/bin/cat\n") != std::string::npos);
  CHECK(text.find("\nwrite {workspace}/build/*\n") != std::string::npos);
  CHECK(text.find("\nconnect localhost:{port}/tcp\n") != std::string::npos);
  CHECK(text.find("/dev/null") == std::string::npos);
  CHECK(text.find("# incomplete") == std::string::npos);
  CHECK(step.compared()["learnt"] == true);

  const auto same = step.run(kScript, {"--fail-on", "new"});
  INFO(same.err);
  CHECK(same.code == 0);
  CHECK(step.compared()["new"] == 0);
  CHECK(step.compared()["known"].get<int>() > 4);
  CHECK(step.compared()["gaps"].empty());
  CHECK(step.learnt() == text);

  // In letters: digits would be what differs from run to run.
  std::string outside = "/var/lib/recipe_";
  for (const char digit : std::to_string(getpid())) outside += static_cast<char>('a' + digit - '0');
  const auto other =
      step.run(kScript + "; sha256sum /dev/null; echo x >" + outside + "; rm " + outside, {"--fail-on", "high,new"});
  CHECK(other.code == 1);
  std::vector<std::string> news;
  const nlohmann::json compared = step.compared();
  for (const auto& each : compared["novelties"]) news.push_back(each.value("kind", "") + " " + each.value("entry", ""));
  CHECK(news == std::vector<std::string>{"exec /usr/bin/rm", "exec /usr/bin/sha256sum", "write " + outside});
  CHECK(step.compared()["novelties"][1]["process"].get<std::string>().ends_with("sha256sum"));
  CHECK(other.err.find("baseline  ") != std::string::npos);
  CHECK(other.err.find("sha256sum /dev/null") != std::string::npos);

  const auto widened = step.run("sha256sum /dev/null", {"--learn"});
  CHECK(widened.code == 0);
  CHECK(step.learnt().find("\nexec /usr/bin/sha256sum\n") != std::string::npos);
  CHECK(step.learnt().find("\nexec /usr/bin/cat\n") != std::string::npos);
}

TEST_CASE("what is known is detected all the same, and the baseline's own recipe is none of the user's") {
  const Step step;
  REQUIRE(step.run("perl -e 1", {"--learn"}).code == 0);
  const auto again = step.run("perl -e 1", {"--fail-on", "high,new"});
  CHECK(again.code == 1);
  REQUIRE(step.detections().size() == 1);
  CHECK(step.compared()["new"] == 0);
  CHECK(step.compared()["detected"] == 1);
  CHECK(step.coverage()["recipes"]["skipped"].empty());
  CHECK(step.coverage()["recipes"]["watched"] == nlohmann::json({"perl_code"}));
  CHECK(step.coverage()["unseen"].empty());
}

TEST_CASE("lines with a baseline's comparison fit the schema") {
  const Step step;
  REQUIRE(step.run("true", {"--learn"}).code == 0);
  REQUIRE(step.run("cat /dev/null", {}).code == 0);
  const std::string schema = step.folder.write("schema.json", run_command({kReciped, "schema"}).out);
  const auto valid = run_command({"/usr/bin/python3", RECIPE_SOURCE_DIR "/tests/support/validate_json.py", schema},
                                 step.folder.read("out.jsonl"));
  INFO(valid.out + valid.err);
  CHECK(valid.code == 0);
}

TEST_CASE("a baseline that is missing or wrong is said with its line, and nothing is run") {
  const Step step;
  const std::string ran = step.folder.path("ran");
  const auto missing = step.run("touch " + ran, {});
  CHECK(missing.code == 3);
  CHECK(missing.err.find("`--learn` writes it") != std::string::npos);
  step.folder.write("step.baseline", "# recipe baseline 1\n\nexec /bin/a b\n");
  const auto wrong = step.run("touch " + ran, {});
  CHECK(wrong.code == 3);
  CHECK(wrong.err.find("line 3: behind an entry") != std::string::npos);
  CHECK(step.run("touch " + ran, {"--learn"}).code == 3);
  CHECK(step.learnt().find("exec /bin/a b") != std::string::npos);
  CHECK(step.watch("touch " + ran, {"--fail-on", "new"}).code == 3);
  CHECK(step.watch("touch " + ran, {"--learn"}).code == 3);
  CHECK(access(ran.c_str(), F_OK) != 0);
}

TEST_CASE("a baseline that cannot be written is a fault, and the step's own code comes first") {
  const Step step;
  Step elsewhere;
  elsewhere.file = "/proc/recipe.baseline";
  const auto ran = elsewhere.run("true", {"--learn"});
  CHECK(ran.code == 4);
  CHECK(ran.err.find("--baseline: cannot write") != std::string::npos);
  CHECK(elsewhere.run("exit 7", {"--learn"}).code == 7);
}

TEST_CASE("with --user COMMAND runs as that user with its groups, and is watched") {
  const Step step;
  const auto ran = step.watch("id -u; id -G; perl -e 1 " + step.marker, {"--user", "nobody"});
  INFO(ran.err);
  CHECK(ran.code == 0);
  const auto plain = run_command({"/usr/bin/id", "-G", "nobody"});
  CHECK(ran.out == "65534\n" + plain.out);
  CHECK(step.marked().size() == 1);
  const auto none = step.watch("true", {"--user", "no_such_user"});
  CHECK(none.code == 3);
  CHECK(none.err.find("there is no user `no_such_user`") != std::string::npos);
}

}  // namespace recipe::test
