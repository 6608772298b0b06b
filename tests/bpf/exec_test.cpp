// SPDX-License-Identifier: Apache-2.0
// Records of real execs: each field against what this test knows of the child that it started.
#include <fcntl.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>

#include <climits>
#include <filesystem>
#include <fstream>
#include <thread>

#include "tests/bpf/live.h"
#include "tests/support/cgroup.h"
#include "tests/support/run_command.h"

namespace fs = std::filesystem;
using namespace recipe;
using namespace recipe::test;

namespace {

// A directory of its own, gone at the end.
struct Directory {
  // A file of this name that is /bin/true.
  [[nodiscard]] std::string program(const std::string& name) const {
    const fs::path copy = path / name;
    fs::copy_file("/bin/true", copy);
    return copy;
  }
  ScratchFolder scratch;
  fs::path path = scratch.path();
};

std::string text(const Event& event, FieldId field) {
  return std::string(event.text(field).value_or("(absent)"));
}

}  // namespace

TEST_CASE("an exec of a wanted name gives one record with what the process is") {
  Live live;
  live.install(filter_of_names({"true"}));
  const std::vector<std::string> argv = {"true", "-e", "", "print 1", std::string(300, 'x')};
  const std::string self = fs::read_symlink("/proc/self/exe").filename();
  const pid_t pid = in_child([&] {
    if (chdir("/usr/lib") != 0) _exit(1);
    exec("/bin/true", argv);
  });
  const std::vector<Record> records = live.records();
  REQUIRE(records.size() == 1);
  const Event& event = records[0].event;
  CHECK(event.id() == EventId::exec);
  CHECK(event.header().generation == live.generation());
  CHECK(event.header().flags == 0);
  REQUIRE(event.candidates().size() == 1);
  CHECK(event.candidates()[0].bits == 1);
  CHECK(event.number(FieldId::process_pid) == pid);
  CHECK(event.number(FieldId::process_tid) == pid);
  CHECK(event.number(FieldId::process_uid) == getuid());
  CHECK(event.number(FieldId::process_gid) == getgid());
  CHECK(event.number(FieldId::process_euid) == geteuid());
  CHECK(text(event, FieldId::process_name) == "true");
  CHECK(text(event, FieldId::process_exe) == fs::canonical("/bin/true"));
  CHECK(text(event, FieldId::process_comm) == "true");
  CHECK(text(event, FieldId::process_cwd) == fs::canonical("/usr/lib"));
  CHECK_FALSE(event.has(FieldId::process_script));
  CHECK(strings(event.argv()) == argv);
  CHECK_FALSE(event.truncated(FieldId::argv));
  CHECK(text(event, FieldId::process_parent_name) == self);
  CHECK(event.number(FieldId::process_parent_pid) == getpid());
  REQUIRE(event.ancestors().size() >= 2);
  CHECK(event.ancestors()[0].birth_parent != 0);
  CHECK(event.ancestors()[1].pid == getppid());
  CHECK_FALSE(event.truncated(FieldId::process_ancestors));
  const auto now = static_cast<int64_t>(time(nullptr)) * 1'000'000'000;
  const int64_t seen = static_cast<int64_t>(event.header().time_boot_ns + live->boot_wall_ns());
  CHECK(std::abs(now - seen) < 5'000'000'000);
  CHECK(event.number(FieldId::process_start_time) <= static_cast<int64_t>(event.header().time_boot_ns));
}

TEST_CASE("an exec that nothing wants gives no record and counts nothing") {
  Live live;
  live.install(filter_of_names({"no-such-name"}));
  run("/bin/true", {"true"});
  CHECK(live.records().empty());
  for (uint32_t row = 0; row < COUNTER_ROWS; ++row) CHECK(live.count(static_cast<counter_row>(row)) == 0);
}

TEST_CASE("a process outside the scope is not looked at") {
  Live live;
  live.install(filter_of_names({"true"}));
  live->set_scope(false);
  run("/bin/true", {"outside"});
  CHECK(live.records().size() >= 1);
  live->set_scope(true);
  run("/bin/true", {"inside"});
  const std::vector<Record> records = live.records();
  REQUIRE(records.size() == 1);
  CHECK(records[0].event.argv()[0] == "inside");
}

TEST_CASE("an argv of a mebibyte is cut to what the kernel reads, and says so") {
  Live live;
  live.install(filter_of_names({"true"}));
  std::vector<std::string> argv(1024, std::string(1023, 'y'));
  argv[0] = "true";
  run("/bin/true", argv);
  const std::vector<Record> records = live.records();
  REQUIRE(records.size() == 1);
  const Event& event = records[0].event;
  CHECK(event.truncated(FieldId::argv));
  CHECK(event.argv().size() == 5);
  CHECK(event.argv()[1] == std::string(1023, 'y'));
  CHECK(live.count(COUNTER_argv_truncated) == 1);
}

TEST_CASE("an argv of empty strings only is read, and a thousand of them widen what asks for arguments") {
  Live live;
  Filter filter = filter_of_names({"true"});
  filter.blocks[0].slots[0].terms.push_back({LANE_ARGV, false, {FilterKey{KeyKind::kExact, false, 0, "-e", 0}}});
  live.install(filter);
  run("/bin/true", {"", "", ""});
  CHECK(live.records().empty());
  run("/bin/true", {"", "", "-e"});
  CHECK(live.records().size() == 1);
  run("/bin/true", std::vector<std::string>(1000, ""));
  const std::vector<Record> records = live.records();
  REQUIRE(records.size() == 1);
  CHECK(records[0].event.argv().size() == 1000);
}

TEST_CASE("a name of 255 bytes is wanted and kept whole") {
  Live live;
  const Directory directory;
  const std::string name(255, 'n'), other = 'm' + std::string(254, 'n');
  live.install(filter_of_names({name}));
  run(directory.program(other), {"x"});
  CHECK(live.records().empty());
  run(directory.program(name), {"x"});
  const std::vector<Record> records = live.records();
  REQUIRE(records.size() == 1);
  CHECK(text(records[0].event, FieldId::process_name) == name);
  CHECK(text(records[0].event, FieldId::process_exe) == directory.path / name);
}

TEST_CASE("a path of many components is walked to its end, one of too many keeps its tail") {
  Live live;
  const Directory directory;
  live.install(filter_of_names({"true"}));
  const auto deep = [&](int components, const std::string& name) {
    return in_child([&] {
      if (chdir(directory.path.c_str()) != 0) _exit(1);
      for (int i = 0; i < components; ++i) {
        (void)mkdir(name.c_str(), 0755);
        if (chdir(name.c_str()) != 0) _exit(2);
      }
      exec("/bin/true", {"true"});
    });
  };
  deep(100, "d");
  std::vector<Record> records = live.records();
  REQUIRE(records.size() == 1);
  std::string expected = directory.path;
  for (int i = 0; i < 100; ++i) expected += "/d";
  CHECK(text(records[0].event, FieldId::process_cwd) == expected);
  CHECK_FALSE(records[0].event.truncated(FieldId::process_cwd));

  deep(200, "e");
  records = live.records();
  REQUIRE(records.size() == 1);
  CHECK(records[0].event.truncated(FieldId::process_cwd));
  CHECK(text(records[0].event, FieldId::process_cwd).ends_with("/e/e/e"));

  deep(30, std::string(200, 'f'));
  records = live.records();
  REQUIRE(records.size() == 1);
  CHECK(records[0].event.truncated(FieldId::process_cwd));
  CHECK(text(records[0].event, FieldId::process_cwd).size() > 3500);
  CHECK(live.count(COUNTER_path_truncated) == 2);
}

TEST_CASE("a script is the interpreter's exec and names the script as it was asked for") {
  Live live;
  const Directory directory;
  live.install(filter_of_names({fs::canonical("/bin/sh").filename()}));
  std::ofstream(directory.path / "build.sh") << "#!/bin/sh -e\nexit 0\n";
  fs::permissions(directory.path / "build.sh", fs::perms::owner_all);
  in_child([&] {
    if (chdir(directory.path.c_str()) != 0) _exit(1);
    exec("./build.sh", {"build.sh", "argument"});
  });
  const std::vector<Record> records = live.records();
  REQUIRE(records.size() == 1);
  const Event& event = records[0].event;
  CHECK(text(event, FieldId::process_script) == "./build.sh");
  CHECK(text(event, FieldId::process_exe) == fs::canonical("/bin/sh"));
  CHECK(strings(event.argv()) == std::vector<std::string>{"/bin/sh", "-e", "./build.sh", "argument"});
}

TEST_CASE("an exec from a memfd has its name and a path of its own") {
  Live live;
  live.install(filter_of_names({"memfd:payload"}));
  in_child([&] {
    const int from = open("/bin/true", O_RDONLY), to = static_cast<int>(syscall(SYS_memfd_create, "payload", 0));
    char buffer[65536];
    for (ssize_t n = 0; (n = read(from, buffer, sizeof buffer)) > 0;)
      if (write(to, buffer, static_cast<size_t>(n)) != n) _exit(1);
    char* const argv[] = {const_cast<char*>("x"), nullptr};
    char* const environment[] = {nullptr};
    fexecve(to, argv, environment);
  });
  const std::vector<Record> records = live.records();
  REQUIRE(records.size() == 1);
  CHECK(text(records[0].event, FieldId::process_name) == "memfd:payload");
  CHECK(text(records[0].event, FieldId::process_exe) == "/memfd:payload");
}

TEST_CASE("an exec by another thread than the first keeps the process's id and names the thread") {
  Live live;
  live.install(filter_of_names({"true"}));
  int ends[2];
  REQUIRE(pipe(ends) == 0);
  const pid_t pid = in_child([&] {
    std::thread([&] {
      const auto tid = static_cast<pid_t>(syscall(SYS_gettid));
      if (write(ends[1], &tid, sizeof tid) != sizeof tid) _exit(1);
      exec("/bin/true", {"true"});
    }).join();
  });
  pid_t tid = 0;
  REQUIRE(read(ends[0], &tid, sizeof tid) == sizeof tid);
  close(ends[0]);
  close(ends[1]);
  const std::vector<Record> records = live.records();
  REQUIRE(records.size() == 1);
  CHECK(tid != pid);
  CHECK(records[0].event.number(FieldId::process_pid) == pid);
  CHECK(records[0].event.number(FieldId::process_tid) == tid);
}

TEST_CASE("under chroot the path is the process's own") {
  Live live;
  live.install(filter_of_names({"true"}));
  // A root of its own, in a mount namespace of its own: the real root once more, below the directory.
  const Directory directory;
  in_child([&] {
    if (unshare(CLONE_NEWNS) != 0 || mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) _exit(1);
    if (mount("/", directory.path.c_str(), nullptr, MS_BIND, nullptr) != 0) _exit(2);
    if (chroot(directory.path.c_str()) != 0 || chdir("/usr/lib") != 0) _exit(3);
    exec("/bin/true", {"true"});
  });
  const std::vector<Record> records = live.records();
  REQUIRE(records.size() == 1);
  CHECK(text(records[0].event, FieldId::process_exe) == fs::canonical("/bin/true"));
  CHECK(text(records[0].event, FieldId::process_cwd) == fs::canonical("/usr/lib"));
}

TEST_CASE("an orphan's parent is the one that forked it, named by its tombstone") {
  Live live;
  const Directory directory;
  live.install(filter_of_names({"true"}));
  int ends[2];
  REQUIRE(pipe(ends) == 0);
  (void)prctl(PR_SET_CHILD_SUBREAPER, 1);
  pid_t grandchild = 0;
  const pid_t parent = in_child([&] {
    const pid_t pid = fork();
    if (pid == 0) {
      char byte = 0;
      if (read(ends[0], &byte, 1) != 1) _exit(1);  // the parent has gone
      exec("/bin/true", {"orphan"});
      _exit(1);
    }
    _exit(0);
  });
  REQUIRE(write(ends[1], "x", 1) == 1);
  grandchild = waitpid(-1, nullptr, 0);
  (void)prctl(PR_SET_CHILD_SUBREAPER, 0);
  close(ends[0]);
  close(ends[1]);
  const std::vector<Record> records = live.records();
  REQUIRE(records.size() == 1);
  const Event& event = records[0].event;
  CHECK(event.number(FieldId::process_pid) == grandchild);
  CHECK(event.number(FieldId::process_parent_pid) == parent);
  REQUIRE(event.ancestors().size() >= 3);
  CHECK(event.ancestors()[0].birth_parent == static_cast<uint32_t>(getpid()));
  CHECK(event.ancestors()[1].pid == getpid());
  CHECK_FALSE(event.truncated(FieldId::process_ancestors));
  const int64_t start = event.number(FieldId::process_start_time).value();
  const auto tombstone = live->find(static_cast<uint32_t>(parent), static_cast<uint64_t>(start));
  REQUIRE(tombstone.has_value());
  CHECK(tombstone->birth_parent == static_cast<uint32_t>(getpid()));
  CHECK_FALSE(live->find(static_cast<uint32_t>(parent), 1).has_value());
  const std::string self = fs::read_symlink("/proc/self/exe").filename();
  if (!tombstone->name.empty()) {  // kernels before 6.16 have given the image up by then
    CHECK(tombstone->name == self);
    CHECK(text(event, FieldId::process_parent_name) == self);
  }
}

TEST_CASE("a filter that wants nothing detaches the probes, and another attaches them again") {
  Live live;
  live.install(filter_of_names({"true"}));
  live.install({});
  for (const ProbeStatistics& probe : live->statistics()) CHECK_FALSE(probe.attached);
  run("/bin/true", {"true"});
  CHECK(live.records().empty());
  for (uint32_t i = 0; i < 5; ++i) {
    live.install(filter_of_names({"true"}));
    run("/bin/true", {"true"});
    const std::vector<Record> records = live.records();
    REQUIRE(records.size() == 1);
    CHECK(records[0].event.header().generation == live.generation());
  }
}

TEST_CASE("a reader that sleeps is woken by the first record") {
  Live live;
  live.install(filter_of_names({"true"}));
  std::thread other([] {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    run("/bin/true", {"true"});
  });
  const auto start = std::chrono::steady_clock::now();
  size_t got = 0;
  while (got == 0 && std::chrono::steady_clock::now() - start < std::chrono::seconds(5)) {
    const Result<size_t> polled = live->poll([](std::span<const std::byte>) {}, std::chrono::seconds(5));
    REQUIRE(polled.ok());
    got = polled.value();
  }
  other.join();
  CHECK(got == 1);
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(3));
}

TEST_CASE("a full ring loses records in plain sight") {
  Result<std::unique_ptr<Kernel>> loaded = Kernel::load({.ring_bytes = static_cast<uint32_t>(getpagesize())});
  REQUIRE(loaded.ok());
  Kernel& kernel = *loaded.value();
  kernel.set_scope(true);
  REQUIRE(kernel.watch(static_cast<uint32_t>(getpid())).ok());
  REQUIRE(kernel.install(lay_out(filter_of_names({"true"}), 1, 1).value()).ok());
  for (int i = 0; i < 20; ++i) run("/bin/true", {"true", std::string(500, 'x')});
  size_t got = 0;
  REQUIRE(kernel.drain([&](std::span<const std::byte>) { ++got; }).ok());
  const KernelCounters counters = kernel.counters();
  CHECK(got > 0);
  CHECK(got + counters[COUNTER_ring_full] == 20);
  CHECK(counters[COUNTER_events_matched_filter] == 20);
}

TEST_CASE(
    "a record keeps which file was executed, in which mounts and cgroup, and by whose right, for when all that has gone") {
  Live live;
  live.install(filter_of_names({"wanted"}));
  const Directory directory;
  const std::string program = directory.program("wanted");
  REQUIRE(chown(program.c_str(), 1234, 2345) == 0);
  REQUIRE(chmod(program.c_str(), 0751) == 0);
  struct stat file {
  }, mounts{};
  REQUIRE(stat(program.c_str(), &file) == 0);
  REQUIRE(stat("/proc/self/ns/mnt", &mounts) == 0);
  (void)in_child([&] { exec(program, {"wanted"}); });
  (void)in_child([&] {
    if (unshare(CLONE_NEWNS) != 0) _exit(1);
    exec(program, {"wanted"});
  });
  const std::vector<Record> records = live.records();
  REQUIRE(records.size() == 2);
  const Event& event = records[0].event;
  CHECK(event.number(FieldId::process_file_inode) == static_cast<int64_t>(file.st_ino));
  CHECK(event.number(FieldId::process_file_mode) == static_cast<int64_t>(file.st_mode));
  CHECK(event.number(FieldId::process_file_uid) == 1234);
  CHECK(event.number(FieldId::process_file_gid) == 2345);
  CHECK(event.number(FieldId::process_file_device).value_or(0) > 0);
  struct statfs system {};
  REQUIRE(statfs(program.c_str(), &system) == 0);
  const auto magic = static_cast<uint64_t>(system.f_type);
  const std::string_view type = text_of_number(FieldId::process_file_filesystem, magic);
  CHECK(text(event, FieldId::process_file_filesystem) == (type.empty() ? std::to_string(magic) : std::string(type)));
  CHECK(event.number(FieldId::process_namespaces_mount) == static_cast<int64_t>(mounts.st_ino));
  CHECK(records[1].event.has(FieldId::process_namespaces_mount));
  CHECK(records[1].event.number(FieldId::process_namespaces_mount) != static_cast<int64_t>(mounts.st_ino));

  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;) {
    if (word != "CapEff:") continue;
    status >> word;
    CHECK(event.number(FieldId::process_capabilities) == std::stoll(word, nullptr, 16));
  }
  // "0::/path", below where version 2 is mounted.
  std::ifstream cgroups("/proc/self/cgroup");
  const std::string mount = cgroup2_mount();
  for (std::string line; std::getline(cgroups, line);) {
    struct stat folder {};
    if (!line.starts_with("0::") || mount.empty() || stat((mount + line.substr(3)).c_str(), &folder) != 0) continue;
    CHECK(event.number(FieldId::process_cgroup_id) == static_cast<int64_t>(folder.st_ino));
  }
}
