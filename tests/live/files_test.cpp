// SPDX-License-Identifier: Apache-2.0
// Events of files, made by real commands and seen by the real daemon: each kind once, and paths as they are seldom written.
#include <fmt/format.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <map>
#include <set>

#include "tests/live/daemon.h"

namespace recipe::test {
namespace {

// One recipe an event, about everything below the folder `w`.
struct Files {
  ScratchFolder folder;
  std::string below = folder.path("w");
  std::string recipes = folder.write("files.recipe", text());
  CommandResult ran;

  [[nodiscard]] std::string text() const {
    std::string all;
    for (const char* event :
         {"open", "unlink", "rename", "link", "symlink", "truncate", "chmod", "chown", "setxattr", "utime", "mount", "mmap"}) {
      all += fmt::format(
          "recipe on_{0} {{\n  title \"{0}\"\n  category execution\n  method m\n  importance low\n  attack [T1059]\n"
          "  on {0} when file.path under \"{1}\"\n  message \"{{file.path}}\"\n}}\n",
          event, below);
    }
    return all;
  }

  // What SCRIPT, run in `w`, did there: "EVENT PATH", the path from `w` on; " < SOURCE" behind it.
  std::set<std::string> watch(const std::string& script) {
    const std::string out = folder.path("out.jsonl");
    ran = run_command({kReciped, "watch", "--recipes", recipes, "--output", out, "--", "/bin/sh", "-c",
                       "mkdir -p " + below + " && cd " + below + " && " + script});
    std::set<std::string> seen;
    for (const auto& detection : detections_in(folder.read("out.jsonl"))) {
      const auto& file = detection["event"]["file"];
      std::string did = detection["event"]["type"].get<std::string>() + " " + shorten(file["path"]);
      if (file.contains("source")) did += " < " + shorten(file["source"]);
      seen.insert(did);
      last[did] = detection;
    }
    return seen;
  }

  [[nodiscard]] std::string shorten(const std::string& path) const {
    return path.starts_with(below + "/") ? path.substr(below.size() + 1) : path == below ? "." : path;
  }

  std::map<std::string, nlohmann::json> last;
};

void check_all(const std::set<std::string>& seen, const std::set<std::string>& wanted) {
  for (const std::string& each : wanted) {
    INFO(each << " is not among: " << nlohmann::json(seen).dump(2));
    CHECK(seen.contains(each));
  }
}

}  // namespace

TEST_CASE("every kind of event on files is seen, with both paths where there are two") {
  Files files;
  const auto seen = files.watch(
      "echo a >new && cat new >/dev/null && mv new moved && ln moved twin && ln -s moved link && truncate -s 1 moved && "
      "chmod 4755 moved && chown 0:0 moved && touch -d 2020-01-01 moved && rm twin && rmdir $(mkdir d; echo d) && "
      "python3 -c \"import os; os.setxattr('moved', 'user.x', b'1')\"; cp $(ls /lib/*/libm.so.6 | head -1) own.so && "
      "LD_PRELOAD=./own.so /bin/true; "
      "unshare -m sh -c 'mkdir m && mount -t tmpfs none m'");
  INFO(files.ran.err);
  CHECK(files.ran.err.find("lost      nothing") != std::string::npos);
  check_all(seen,
            {"open new", "rename moved < new", "link twin < moved", "symlink link < moved", "truncate moved", "chmod moved",
             "chown moved", "utime moved", "unlink twin", "unlink d", "mmap own.so", "setxattr moved", "mount m < none"});
  const auto& mode = files.last["chmod moved"]["event"]["file"]["mode"];
  CHECK(std::find(mode.begin(), mode.end(), "setuid") != mode.end());
  CHECK(files.last["mount m < none"]["event"]["mount"]["type"] == "tmpfs");
}

TEST_CASE("an open says how: read, write, created, cut, appended, a directory") {
  Files files;
  const auto how = [&](const std::string& script, const std::string& what) {
    (void)files.watch("echo a >old; " + script);
    return files.last[what]["event"]["file"]["access"];
  };
  CHECK(how("cat old >/dev/null", "open old") == nlohmann::json({"read"}));
  CHECK(how(": >fresh", "open fresh") == nlohmann::json({"write", "create"}));
  CHECK(how(": >old", "open old") == nlohmann::json({"write", "truncate"}));
  CHECK(how("echo b >>old", "open old") == nlohmann::json({"write", "append"}));
  CHECK(how("ls >/dev/null", "open .") == nlohmann::json({"read", "directory"}));
}

TEST_CASE("paths that are asked for in odd ways are the paths that are meant") {
  Files files;
  const auto seen = files.watch(
      "mkdir -p d/e; touch a b c \"$(printf 'new\\nline')\" \"$(printf 'raw\\377')\" .hidden d/e/f; rm ./a; rm d/../b; "
      "cd d/e && rm ../..//c; rm -f ../../.hidden; rm ../../new*; rm ../../raw*; rm f; "
      "python3 -c \"import os; os.unlink('g', dir_fd=os.open('..', 0)) if not open('../g', 'w').close() else 0\"");
  INFO(files.ran.err);
  CHECK(files.ran.err.find("lost      nothing") != std::string::npos);
  check_all(seen, {"unlink a", "unlink b", "unlink c", "unlink .hidden", "unlink new\nline", "unlink d/e/f", "unlink d/g"});
  CHECK(seen.contains("unlink raw\\xff"));  // the encoding that such a line says it has
}

TEST_CASE("a link does not hide what is opened, nor a bind mount where it is") {
  Files files;
  const auto seen = files.watch(
      "echo a >target; ln -s target alias; cat alias >/dev/null; mkdir real over; touch real/x; "
      "unshare -m sh -c 'mount --bind real over && cat over/x'");
  check_all(seen, {"open target", "open over/x"});
  CHECK_FALSE(seen.contains("open alias"));
}

TEST_CASE("a program that removes itself is told from one that removes its neighbour") {
  Files files;
  files.folder.write("self.recipe",
                     "recipe removes_itself {\n  title \"t\"\n  category execution\n  method m\n  importance high\n"
                     "  attack [T1059]\n  on unlink when file.path == process.exe\n}\n");
  const std::string out = files.folder.path("self.jsonl");
  const auto ran =
      run_command({kReciped, "watch", "--recipes", files.folder.path("self.recipe"), "--output", out, "--", "/bin/sh", "-c",
                   "cd " + files.folder.path() + " && cp /bin/rm one && touch two && ./one two && ./one one"});
  INFO(ran.err);
  const auto detection = first_of(files.folder.read("self.jsonl"));
  CHECK(detection["event"]["file"]["path"] == files.folder.path("one"));
}

}  // namespace recipe::test
