// SPDX-License-Identifier: Apache-2.0
// reciped watch with the real kernel and real commands: what is detected, what is left alone, what COMMAND's caller sees.
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <chrono>
#include <thread>

#include "tests/live/daemon.h"
#include "tests/support/skip.h"

namespace recipe::test {

TEST_CASE("code on perl's command line is detected, a script with the same argument is not") {
  const Scene scene;
  scene.folder.write("script.pl", "exit 0;\n");
  const auto ran =
      scene.watch("perl -e 'exit 0' " + scene.marker + "; perl " + scene.folder.path("script.pl") + " -e x; sleep 1");
  INFO(ran.err);
  CHECK(ran.code == 0);
  CHECK(ran.out.empty());
  const auto found = scene.detections();
  REQUIRE(found.size() == 1);
  CHECK(found[0]["event"]["argv"] == nlohmann::json({"perl", "-e", "exit 0", scene.marker}));
  CHECK(found[0]["process"]["name"] == "perl");
  CHECK(found[0]["process"]["user"].is_string());
  CHECK(found[0]["process"]["parent"].value("cmdline", "").starts_with("/bin/sh -c"));
  CHECK(found[0]["process"]["ancestors"].back()["pid"] == 1);
  CHECK(found[0]["host"]["kernel"].is_string());
  CHECK(found[0]["time"].get<std::string>().starts_with("20"));
  CHECK(ran.err.find("detected  1 time") != std::string::npos);
  CHECK(ran.err.find("the canary was seen") != std::string::npos);
  CHECK(ran.err.find("lost      nothing") != std::string::npos);
  const auto coverage = scene.coverage();
  CHECK(coverage["verdict"] == "complete");
  CHECK(coverage["mode"] == "command");
  CHECK(coverage["canary"] == "seen");
  CHECK(coverage["probes"].dump().find("exec") != std::string::npos);
  CHECK(coverage["recipes"]["watched"] == nlohmann::json({"perl_code"}));
  CHECK(coverage["detections"] == 1);
  CHECK(coverage["command"].get<std::string>().starts_with("/bin/sh -c"));
}

TEST_CASE("every line that watch writes fits the schema") {
  const Scene scene;
  const auto ran = scene.watch("perl -e 1; perl -e \"$(printf '1;#\\377')\"; true");
  INFO(ran.err);
  REQUIRE(scene.detections().size() == 2);
  const std::string schema = scene.folder.write("schema.json", run_command({kReciped, "schema"}).out);
  const auto valid = run_command({"/usr/bin/python3", RECIPE_SOURCE_DIR "/tests/support/validate_json.py", schema},
                                 scene.folder.read("out.jsonl"));
  INFO(valid.out + valid.err);
  CHECK(valid.code == 0);
}

TEST_CASE("COMMAND's exit code, signal and failure to start are returned as a shell does") {
  const Scene scene;
  CHECK(scene.watch("exit 7").code == 7);
  CHECK(scene.watch("kill -TERM $$").code == 128 + SIGTERM);
  CHECK(run_command({kReciped, "watch", "--recipes", scene.recipe, "--", "/no/such/command"}).code == 127);
  CHECK(run_command({kReciped, "watch", "--recipes", scene.recipe, "--", scene.recipe}).code == 126);
}

TEST_CASE("COMMAND's streams are its own") {
  const Scene scene;
  const auto ran = scene.watch("cat; echo err >&2", {}, "from stdin");
  CHECK(ran.out == "from stdin");
  CHECK(ran.err.find("err\n") != std::string::npos);
}

TEST_CASE("--fail-on ends in 1 only where COMMAND went well and the importance was reached") {
  const Scene scene;
  CHECK(scene.watch("perl -e 1", {"--fail-on", "high"}).code == 1);
  CHECK(scene.watch("perl -e 1", {"--fail-on", "critical"}).code == 0);
  CHECK(scene.watch("perl -e 1; exit 3", {"--fail-on", "high"}).code == 3);
  CHECK(scene.watch("true", {"--fail-on", "high"}).code == 0);
}

TEST_CASE("grandchildren that daemonise are still seen, with who started them") {
  const Scene scene;
  // A double fork with setsid: the parent is gone when perl runs. The file says when it has.
  const std::string done = scene.folder.path("done");
  const auto ran = scene.watch("(setsid sh -c '(sleep 0.3; perl -e \"open F, q(>), shift\" " + done + " " + scene.marker +
                               ") & exit 0' & exit 0); while ! test -e " + done + "; do sleep 0.05; done");
  INFO(ran.err);
  const auto found = scene.marked();
  REQUIRE(found.size() == 1);
  const auto& ancestors = found[0]["process"]["ancestors"];
  CHECK(ancestors.dump().find("reciped") != std::string::npos);
}

TEST_CASE("other processes of the machine are not seen") {
  const Scene scene;
  std::atomic<bool> stop = false;
  std::thread other([&] {
    while (!stop) (void)run_command({"/usr/bin/perl", "-e", "1", scene.marker});
  });
  const auto ran = scene.watch("sleep 0.5; perl -e 1 inside");
  stop = true;
  other.join();
  CHECK(scene.marked().empty());
  CHECK(scene.detections().size() == 1);
}

TEST_CASE("a signal to the daemon reaches COMMAND, and its own end is what counts") {
  const Scene scene;
  const std::string ready = scene.folder.path("ready");
  const pid_t child = fork();
  if (child == 0) {
    const std::string script = "trap 'exit 9' TERM; touch " + ready + "; while :; do sleep 0.05; done";
    execl(kReciped.c_str(), "reciped", "watch", "--recipes", scene.recipe.c_str(), "--output", scene.out.c_str(), "--",
          "/bin/sh", "-c", script.c_str(), static_cast<char*>(nullptr));
    _exit(1);
  }
  for (int i = 0; i < 600 && access(ready.c_str(), F_OK) != 0; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(50));
  REQUIRE(access(ready.c_str(), F_OK) == 0);
  kill(child, SIGTERM);
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 9);
}

TEST_CASE("a disk that is full for detections is said and ends in 4 where COMMAND went well") {
  const Scene scene;
  const auto ran =
      run_command({kReciped, "watch", "--recipes", scene.recipe, "--output", "/dev/full", "--", "/usr/bin/perl", "-e", "1"});
  CHECK(ran.code == 4);
  CHECK(ran.err.find("No space left") != std::string::npos);
  CHECK(ran.err.find("sink_refused") != std::string::npos);
}

TEST_CASE("what cannot be watched is not run, or runs unwatched with a loud word") {
  const Scene scene;
  // Without capabilities no probe loads.
  if (access("/usr/bin/setpriv", X_OK) != 0) SKIP_TEST("needs /usr/bin/setpriv");
  chmod(scene.folder.path().c_str(), 0755);
  chmod(scene.recipe.c_str(), 0644);
  const auto with = [&](const std::string& on_error) {
    return run_command({"/usr/bin/setpriv", "--bounding-set=-all", "--inh-caps=-all", "--no-new-privs", "--reuid=65534",
                        kReciped, "watch", "--recipes", scene.recipe, "--on-error", on_error, "--", "/bin/echo", "ran"});
  };
  const auto failed = with("fail");
  CHECK(failed.code == 4);
  CHECK(failed.out.empty());
  CHECK(failed.err.find("cannot watch") != std::string::npos);
  const auto warned = with("warn");
  CHECK(warned.code == 0);
  CHECK(warned.out == "ran\n");
  CHECK(warned.err.find("UNWATCHED") != std::string::npos);
  // The outputs say it too: an empty report would look like a clean one.
  const std::string report = scene.folder.path("report.xml");
  chmod(scene.folder.path().c_str(), 0777);
  const auto reported = run_command({"/usr/bin/setpriv", "--bounding-set=-all", "--inh-caps=-all", "--no-new-privs",
                                     "--reuid=65534", kReciped, "watch", "--recipes", scene.recipe, "--on-error", "warn",
                                     "--output", "junit:" + report, "--", "/bin/echo", "ran"});
  CHECK(reported.code == 0);
  CHECK(scene.folder.read("report.xml").find("errors=\"1\"") != std::string::npos);
  CHECK(scene.folder.read("report.xml").find("NOT WATCHED") != std::string::npos);
}

}  // namespace recipe::test
