// SPDX-License-Identifier: Apache-2.0
// Whose file it is on a machine with rpm: packages that rpmbuild makes and rpm installs into a folder of the test's own.
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <csignal>
#include <filesystem>

#include "runtime/context/packages.h"
#include "tests/support/run_command.h"
#include "tests/support/skip.h"

#ifdef __SANITIZE_ADDRESS__
// SQLite, below librpm, keeps the pages of its cache by pointers into the middle of what it allocated, which are not followed.
extern "C" const char* __lsan_default_suppressions() {
  return "leak:libsqlite3";
}
#endif

namespace recipe {
namespace {

bool rpm_is_here() {
  return access("/usr/bin/rpmbuild", X_OK) == 0 && geteuid() == 0;  // it changes its root folder
}
const std::string kWhy = "needs root, and Debian's package rpm";

// A machine with rpm, below a folder. place: of its database.
struct Machine {
  ScratchFolder folder;
  std::string place;

  explicit Machine(std::string database_place = "/var/lib/rpm") : place(std::move(database_place)) {
    std::filesystem::create_directories(folder.path("root/usr/bin"));
    std::filesystem::create_directory_symlink("usr/bin", folder.path("root/bin"));
    REQUIRE(rpm({"--initdb"}).code == 0);
  }
  [[nodiscard]] std::string root() const { return folder.path("root"); }
  [[nodiscard]] std::string file() const { return root() + place + "/rpmdb.sqlite"; }
  [[nodiscard]] CommandResult rpm(const std::vector<std::string>& words) const {
    std::vector<std::string> all = {"/usr/bin/rpm", "--root", root(), "--dbpath", place};
    all.insert(all.end(), words.begin(), words.end());
    return run_command(all, {}, {"HOME=" + folder.path()});
  }
  // The package's file. files: lines of %files, of files that hold their own names.
  [[nodiscard]] std::string build(const std::string& name, const std::string& version,
                                  const std::vector<std::string>& files) const {
    std::string spec = "Name: " + name + "\nVersion: " + version +
                       "\nRelease: 3\nSummary: s\nLicense: none\nBuildArch: noarch\n%description\nd\n%install\n";
    std::string list = "%files\n";
    for (const std::string& file : files) {
      const std::string path = file.substr(file.find('/'));
      const bool folder_itself = file.starts_with("%dir");
      spec += "mkdir -p %{buildroot}" + (folder_itself ? path : path.substr(0, path.rfind('/'))) + "\n";
      if (!folder_itself) spec += "echo x > %{buildroot}" + path + "\n";
      list += file + "\n";
    }
    const std::string top = folder.path("build_" + name + version.substr(0, 1));
    const auto built = run_command(
        {"/usr/bin/rpmbuild", "-bb", "--quiet", "--define", "_topdir " + top, "--define", "_dbpath " + top + "/none",
         "--define", "_tmppath " + top + "/tmp", folder.write(name + ".spec", spec + list)},
        {}, {"HOME=" + folder.path()});
    INFO(built.err);
    REQUIRE(built.code == 0);
    for (const auto& made : std::filesystem::recursive_directory_iterator(top + "/RPMS")) {
      if (made.is_regular_file()) return made.path();
    }
    FAIL("no package was built");
    return {};
  }
  void install(const std::string& package, std::vector<std::string> how = {"-U"}) const {
    how.insert(how.end(), {"--nodeps", package});
    const auto done = rpm(how);
    INFO(done.err);
    REQUIRE(done.code == 0);
  }
};

std::string whose(Packages& packages, const std::string& path) {
  const auto owner = packages.find(path);
  if (!owner) return "unknown";
  if (owner->name.empty()) return "nobody";
  return std::string(owner->manager) + ": " + owner->name + " " + owner->version;
}

}  // namespace

TEST_CASE("a file belongs to the package of rpm that brought it, with the version that rpm itself tells") {
  if (!rpm_is_here()) SKIP_TEST(kWhy);
  const Machine machine(GENERATE(as<std::string>{}, "/var/lib/rpm", "/usr/lib/sysimage/rpm", "/usr/share/rpm"));
  machine.install(machine.build("little", "2.5", {"/usr/bin/little", "%dir /usr/share/little", "/usr/share/little/read"}));
  machine.install(machine.build("old", "1\nEpoch: 4", {"/bin/older", "%doc /usr/share/doc/old/README"}),
                  {"-i", "--excludedocs"});
  Packages packages(machine.root());
  packages.settle();
  CHECK(whose(packages, "/usr/bin/little") == "rpm: little 2.5-3");
  CHECK(whose(packages, "/bin/little") == "rpm: little 2.5-3");
  CHECK(whose(packages, "/usr/bin/older") == "rpm: old 4:1-3");  // packed before /bin was a link
  CHECK(machine.rpm({"-q", "--qf", "%{EVR}", "-f", "/bin/older"}).out == "4:1-3");
  CHECK(whose(packages, "/usr/share/doc/old/README") == "nobody");  // left out when it was installed
  CHECK(whose(packages, "/usr/share/little") == "nobody");          // a folder
  CHECK(whose(packages, "/usr/bin/stranger") == "nobody");
}

TEST_CASE("what rpm installs and removes while we watch is known once it has been read, and nothing wrong before") {
  if (!rpm_is_here()) SKIP_TEST(kWhy);
  const Machine machine;
  machine.install(machine.build("one", "1", {"/usr/bin/one"}));
  const std::string later = machine.build("one", "2", {"/usr/bin/uno"});
  Packages packages(machine.root());
  packages.settle();
  CHECK(whose(packages, "/usr/bin/one") == "rpm: one 1-3");
  machine.install(later);
  const std::string moved = whose(packages, "/usr/bin/one");
  CHECK((moved == "unknown" || moved == "nobody"));  // the latter where it has been read again by now
  packages.settle();
  CHECK(whose(packages, "/usr/bin/one") == "nobody");
  CHECK(whose(packages, "/usr/bin/uno") == "rpm: one 2-3");
}

TEST_CASE("a machine with both asks both") {
  if (!rpm_is_here()) SKIP_TEST(kWhy);
  const Machine machine;
  machine.install(machine.build("one", "1", {"/usr/bin/one"}));
  std::filesystem::create_directories(machine.root() + "/var/lib/dpkg/info");
  (void)machine.folder.write("root/var/lib/dpkg/info/two.list", "/usr/bin/two\n");
  (void)machine.folder.write("root/var/lib/dpkg/status", "Package: two\nArchitecture: all\nVersion: 7\n");
  Packages packages(machine.root());
  packages.settle();
  CHECK(whose(packages, "/usr/bin/one") == "rpm: one 1-3");
  CHECK(whose(packages, "/usr/bin/two") == "dpkg: two 7");
  CHECK(whose(packages, "/usr/bin/three") == "nobody");
}

TEST_CASE("a database that is damaged, another user's or of a kind that the library cannot read makes nothing certain") {
  if (!rpm_is_here()) SKIP_TEST(kWhy);
  const Machine machine;
  machine.install(machine.build("one", "1", {"/usr/bin/one"}));
  SECTION("damaged") {
    for (const auto& each : std::filesystem::directory_iterator(machine.root() + machine.place)) {
      std::filesystem::resize_file(each.path(), 0);
    }
    std::filesystem::remove(machine.file() + "-wal");
    (void)machine.folder.write("root" + machine.place + "/rpmdb.sqlite", std::string(8192, 'x'));
  }
  SECTION("another user's") {
    REQUIRE(chown(machine.file().c_str(), 65534, 65534) == 0);
  }
  SECTION("one that all may write") {
    REQUIRE(chmod(machine.file().c_str(), 0666) == 0);
  }
  SECTION("of a kind that this library cannot read") {
    std::filesystem::remove_all(machine.root() + machine.place);
    std::filesystem::create_directory(machine.root() + machine.place);
    (void)machine.folder.write("root" + machine.place + "/Packages.db", std::string(4096, '\0'));
  }
  Packages packages(machine.root());
  packages.settle();
  CHECK(whose(packages, "/usr/bin/one") == "unknown");
  CHECK(whose(packages, "/usr/bin/stranger") == "unknown");
}

TEST_CASE("reading leaves the handling of signals as it was, and says nothing") {
  if (!rpm_is_here()) SKIP_TEST(kWhy);
  const Machine machine;
  machine.install(machine.build("one", "1", {"/usr/bin/one"}));
  const auto handlers = [] {
    std::vector<void (*)(int)> all;
    for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE, SIGCHLD}) {
      struct sigaction now {};
      REQUIRE(sigaction(signal, nullptr, &now) == 0);
      all.push_back(now.sa_handler);
    }
    return all;
  };
  const auto before = handlers();
  Packages packages(machine.root());
  packages.settle();
  CHECK(whose(packages, "/usr/bin/one") == "rpm: one 1-3");
  CHECK(handlers() == before);
}

}  // namespace recipe
