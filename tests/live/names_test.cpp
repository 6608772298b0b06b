// SPDX-License-Identifier: Apache-2.0
// Files that a call names by a path which leads through links and mounts. Where the kernel has trampolines the event tells what
// the kernel found; where it has not, what was asked for: each test says both.
#include <catch2/catch.hpp>
#include <map>
#include <set>

#include "tests/live/acts.h"

namespace recipe::test {
namespace {

const std::vector<std::string> kEvents{"unlink", "rename", "link",     "symlink", "truncate",
                                       "chmod",  "chown",  "setxattr", "utime",   "mount"};

nlohmann::json features() {
  return nlohmann::json::parse(run_command({kReciped, "features", "--format", "json"}).out);
}

bool has_trampolines() {
  const nlohmann::json all = features();
  for (const auto& feature : all["features"]) {
    if (feature["name"] == "fentry") return feature["available"];
  }
  return false;
}

// What the acts did: "EVENT PATH", from the working directory on; " < SOURCE" behind it.
struct Names : Acts {
  bool found = has_trampolines();
  std::multiset<std::string> did;

  void act(const std::string& acts, const std::vector<std::string>& events, const std::string& condition,
           const std::string& before = "") {
    watch("files.py", acts, events, before, condition);
    INFO(ran.err);
    REQUIRE(ran.code == 0);
    did.clear();
    for (const auto& event : seen) {
      const auto& file = event["file"];
      std::string text = event["type"].get<std::string>() + " " + shorten(file["path"]);
      if (file.contains("source")) text += " < " + shorten(file["source"]);
      did.insert(text);
    }
  }

  [[nodiscard]] std::string shorten(const std::string& path) const {
    const std::string here = folder.path() + "/";
    return path.starts_with(here) ? path.substr(here.size()) : path;
  }

  [[nodiscard]] std::string below() const { return "file.path under \"" + folder.path() + "\""; }
  [[nodiscard]] bool lost_nothing() const { return ran.err.find("lost      nothing") != std::string::npos; }
};

using Did = std::multiset<std::string>;

}  // namespace

TEST_CASE("an event on files has the variant that the kernel allows, and not both") {
  std::map<std::string, std::set<char>> variants;  // of an event: t, k and s of the names of the programs in use
  const nlohmann::json json = features();
  for (const auto& probe : json["probes"]) {
    if (probe["used"] == true && probe["name"] != "recipe_exec")
      variants[probe["event"]].insert(probe["name"].get<std::string>()[7]);
  }
  const bool found = has_trampolines();
  for (const std::string& event : kEvents) {
    INFO(event << ": " << json["probes"].dump(2));
    CHECK(variants[event].contains('t') == found);
    CHECK(variants[event].contains('k') == found);
  }
  CHECK(variants["unlink"].contains('s') != found);
}

TEST_CASE("a link among the folders does not hide where a file was changed") {
  Names names;
  names.act("change_folders", {"unlink", "rename", "link", "symlink"}, names.below());
  const std::string a = names.found ? "real" : "alias", b = names.found ? "real2" : "alias2";
  INFO(nlohmann::json(names.did).dump(2));
  CHECK(names.lost_nothing());
  for (const std::string& wanted :
       {"unlink " + a + "/secret", "unlink " + a + "/folder", "rename " + b + "/moved < " + a + "/a",
        "link " + b + "/twin < " + a + "/b", "symlink " + a + "/soft < any text"})
    CHECK(names.did.contains(wanted));
}

TEST_CASE("a change through a link is one of the file that it leads to") {
  Names names;
  names.act("change_files", {"truncate", "chmod", "chown", "utime", "setxattr"}, names.below());
  const std::string path = names.found ? "real/tool" : "other";
  INFO(nlohmann::json(names.did).dump(2));
  CHECK(names.lost_nothing());
  CHECK(names.did == Did{"truncate " + path, "chmod " + path, "chown " + path, "utime " + path, "setxattr " + path});
  CHECK(names.of("chmod").at(0)["file"]["mode"].size() == 8);
  CHECK(names.of("setxattr").at(0)["xattr"]["name"] == "trusted.x");
}

TEST_CASE("a change of a link itself is one of the link") {
  Names names;
  names.act("change_the_link", {"chown", "setxattr"}, names.below());
  const std::string path = names.found ? "real/other" : "alias/other";
  CHECK(names.did == Did{"chown " + path, "setxattr " + path});
}

TEST_CASE("a change through a descriptor is seen once, under the file's path") {
  Names names;
  names.act("change_descriptor", {"truncate", "chmod", "chown", "utime", "setxattr"}, names.below());
  CHECK(names.lost_nothing());
  CHECK(names.did == Did{"truncate real/tool", "chmod real/tool", "chown real/tool", "utime real/tool", "setxattr real/tool"});
}

TEST_CASE("what is mounted on a link is mounted where the link leads to") {
  Names names;
  names.act("mount_on_link", {"mount"}, "mount.type == tmpfs and " + names.below(), "unshare -m");
  CHECK(names.did == Did{std::string("mount ") + (names.found ? "real" : "alias") + " < none"});
}

TEST_CASE("a file below a bind mount has the path there, and a file that is one the name of its place") {
  Names names;
  names.act("change_below_mounts", {"unlink", "chmod", "open"},
            "file.path in [\"" + names.folder.path("over/x") + "\", \"" + names.folder.path("covered") + "\"]", "unshare -m");
  INFO(nlohmann::json(names.did).dump(2));
  CHECK(names.did == Did{"unlink over/x", "chmod covered", "open covered", "open covered"});  // before it is one, and after
}

TEST_CASE("what was tried in vain is no event, and does not lend its path to what succeeds next") {
  Names names;
  names.act("try_in_vain", {"unlink", "rename", "link", "chmod"}, "file.name in [secret, other]");
  INFO(nlohmann::json(names.did).dump(2));
  CHECK(names.lost_nothing());
  CHECK(names.did == Did{"unlink real/other"});
}

TEST_CASE("the name that decides is the file's, where the kernel says what it found") {
  Names names;
  names.act("change_others_names", {"chmod"}, "file.name == secret");
  CHECK(names.did == Did{names.found ? "chmod real/secret" : "chmod secret"});
}

TEST_CASE("threads that change files at once keep their paths apart") {
  Names names;
  names.act("change_at_once", {"unlink"}, names.below());
  CHECK(names.lost_nothing());
  Did wanted;
  for (int thread = 0; thread < 4; ++thread) {
    for (int i = 0; i < 50; ++i) wanted.insert(fmt::format("unlink {}/{}.{}", names.found ? "real" : "alias", thread, i));
  }
  CHECK(names.did == wanted);
}

TEST_CASE("a call of 32 bits is not seen, and where the kernel says that it comes, counted as lost") {
  Names names;
  names.act("call_in_32_bits", {"unlink"}, "file.name == secret");
  INFO(names.ran.err);
  CHECK(names.did.empty());
  CHECK(names.lost_nothing() != names.found);
}

TEST_CASE("a program of 32 bits that runs while system calls are asked for makes the coverage partial") {
  for (const std::string event : {"unlink", "exec"}) {
    Acts acts;
    acts.watch("files.py", "execute_32_bits", {event});
    INFO(acts.ran.err);
    const bool executed = acts.ran.code == 0;  // the machine's own kernel may have no such programs
    const bool counted = acts.ran.err.find("program_of_32_bits") != std::string::npos;
    CHECK(counted == (executed && event == "unlink"));
  }
}

}  // namespace recipe::test
