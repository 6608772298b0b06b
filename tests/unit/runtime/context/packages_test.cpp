// SPDX-License-Identifier: Apache-2.0
// Whose file it is: a database laid out by the test, one that changes under way, and this machine's own, against dpkg's
// answers.
#include "runtime/context/packages.h"

#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <filesystem>

#include "tests/support/run_command.h"
#include "tests/support/skip.h"

namespace recipe {
namespace {

struct Database {
  ScratchFolder folder;
  Database() {
    std::filesystem::create_directories(folder.path("var/lib/dpkg/info"));
    std::filesystem::create_directories(folder.path("usr/bin"));
    std::filesystem::create_directory_symlink("usr/bin", folder.path("bin"));
    write("info/dash.list", "/.\n/bin\n/bin/dash\n/bin/sh\n/usr\n/usr/share\n/usr/share/doc\n");
    write("info/libc6:amd64.list", "/.\n/lib\n/lib/ld.so\n/usr/bin/ldd\n");
    write("info/gone.list", "/etc/gone.conf\n");
    write("status",
          "Package: dash\nStatus: install ok installed\nArchitecture: amd64\nVersion: 0.5.12-2\nDescription: shell\n"
          " Version: 9 of the text\n\nPackage: libc6\nArchitecture: amd64\nVersion: 2.36-9\n\nPackage: libc6\n"
          "Architecture: i386\nVersion: 2.36-8\n\nPackage: other\nVersion: 1\n");
  }
  void write(const std::string& name, const std::string& text) const { (void)folder.write("var/lib/dpkg/" + name, text); }
  // As dpkg does: another file takes its place.
  void replace(const std::string& name, const std::string& text) const {
    write(name + ".new", text);
    REQUIRE(rename(folder.path("var/lib/dpkg/" + name + ".new").c_str(), folder.path("var/lib/dpkg/" + name).c_str()) == 0);
  }
};

std::string whose(Packages& packages, const std::string& path) {
  const auto owner = packages.find(path);
  if (!owner) return "unknown";
  return owner->name.empty() ? "nobody" : owner->name + " " + owner->version;
}

}  // namespace

TEST_CASE("a path belongs to the package that lists it, by the way it was packed or by where it is") {
  const Database database;
  Packages packages(database.folder.path());
  packages.settle();
  CHECK(whose(packages, "/usr/bin/dash") == "dash 0.5.12-2");
  CHECK(whose(packages, "/bin/dash") == "dash 0.5.12-2");
  CHECK(whose(packages, "/usr/bin/ldd") == "libc6 2.36-9");
  CHECK(whose(packages, "/lib/ld.so") == "libc6 2.36-9");
  CHECK(whose(packages, "/usr/lib/ld.so") == "nobody");  // /lib is no link here
  CHECK(whose(packages, "/usr/bin/perl") == "nobody");
  CHECK(whose(packages, "/etc/gone.conf") == "gone ");
  CHECK(whose(packages, "/usr/share") == "nobody");  // a folder, of many
  CHECK(whose(packages, "") == "nobody");
  CHECK(whose(packages, "/usr/bin/dash\n/bin/sh") == "nobody");
}

TEST_CASE("what was diverted belongs to whom it was before, and its place to who took it") {
  const Database database;
  database.write("info/better.list", "/bin/dash\n/usr/bin/better\n");
  database.write("diversions", "/bin/dash\n/bin/dash.distrib\nbetter\n/usr/bin/ldd\n/usr/bin/ldd.local\n:\n");
  Packages packages(database.folder.path());
  packages.settle();
  CHECK(whose(packages, "/usr/bin/dash") == "better ");
  CHECK(whose(packages, "/usr/bin/dash.distrib") == "dash 0.5.12-2");
  CHECK(whose(packages, "/usr/bin/ldd") == "nobody");
  CHECK(whose(packages, "/usr/bin/ldd.local") == "libc6 2.36-9");
}

TEST_CASE("a database that has changed says what still holds at once, and the rest once it has been read") {
  const Database database;
  Packages packages(database.folder.path());
  packages.settle();
  CHECK(whose(packages, "/usr/bin/new") == "nobody");
  database.replace("info/dash.list", "/bin/sh\n/usr/bin/new\n");
  CHECK(whose(packages, "/usr/bin/sh") != "nobody");
  const std::string moved = whose(packages, "/usr/bin/dash");
  CHECK((moved == "unknown" || moved == "nobody"));  // the latter where it has been read again by now
  packages.settle();
  CHECK(whose(packages, "/usr/bin/dash") == "nobody");
  CHECK(whose(packages, "/usr/bin/new") == "dash 0.5.12-2");
  database.replace("status", "Package: dash\nArchitecture: amd64\nVersion: 0.6\n");
  packages.settle();
  CHECK(whose(packages, "/usr/bin/new") == "dash 0.6");
}

TEST_CASE("without a database nothing is known, and what is no plain list makes none of it certain") {
  const ScratchFolder empty;
  Packages none(empty.path());
  none.settle();
  CHECK(whose(none, "/usr/bin/dash") == "unknown");

  const Database database;
  REQUIRE(mkfifo(database.folder.path("var/lib/dpkg/info/fifo.list").c_str(), 0600) == 0);
  std::filesystem::create_symlink("/etc/passwd", database.folder.path("var/lib/dpkg/info/link.list"));
  std::filesystem::create_directory(database.folder.path("var/lib/dpkg/info/folder.list"));
  Packages packages(database.folder.path());
  packages.settle();
  CHECK(whose(packages, "/usr/bin/dash") == "dash 0.5.12-2");
  CHECK(whose(packages, "/usr/bin/perl") == "unknown");
}

TEST_CASE("this machine's programs belong to whom dpkg says") {
  if (access("/var/lib/dpkg/status", R_OK) != 0) SKIP_TEST("this machine has no packages of dpkg");
  Packages packages;
  packages.settle();
  for (const char* program : {"/bin/sh", "/usr/bin/perl", "/bin/cat", "/usr/bin/dpkg"}) {
    const std::string path = std::filesystem::canonical(program);
    const auto owner = packages.find(path);
    INFO(path);
    REQUIRE(owner);
    // Lists may name it by the way it was packed.
    const std::string packed = path.starts_with("/usr/bin/") ? path.substr(4) : path;
    auto asked = run_command({"/usr/bin/dpkg-query", "-S", path});
    if (asked.code != 0) asked = run_command({"/usr/bin/dpkg-query", "-S", packed});
    CHECK(asked.out.substr(0, asked.out.find(':')) == owner->name);
    const auto version = run_command({"/usr/bin/dpkg-query", "-W", "-f", "${Version}", owner->name});
    CHECK(version.out == owner->version);
  }
  const std::string own = std::filesystem::canonical("/proc/self/exe");
  CHECK(whose(packages, own) == "nobody");
}

}  // namespace recipe
