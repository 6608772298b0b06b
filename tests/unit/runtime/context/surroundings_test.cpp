// SPDX-License-Identifier: Apache-2.0
// What a live context says of real processes in real cgroups and namespaces of this test's own: while they live, and once they
// have gone.
#include <sched.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "runtime/context/context.h"
#include "runtime/context/proc.h"
#include "tests/support/cgroup.h"
#include "tests/support/fork.h"
#include "tests/support/run_command.h"
#include "tests/support/skip.h"

namespace recipe {
namespace {

using test::Cgroup;
using test::Fork;

const std::string kId = "4f1c7f3c9d0b2a6e8f5d1c3b7a9e0f2d4c6b8a0e1f3d5c7b9a8e6f4d2c0b1a3e";

int64_t start_of(pid_t pid) {
  ProcTable proc;
  const ProcEntry* entry = proc.find(static_cast<uint32_t>(pid), std::nullopt);
  REQUIRE(entry != nullptr);
  return entry->start_ticks * ProcTable::kTickNs;
}

int64_t mounts_of(pid_t pid) {
  struct stat status {};
  REQUIRE(stat(("/proc/" + std::to_string(pid) + "/ns/mnt").c_str(), &status) == 0);
  return static_cast<int64_t>(status.st_ino);
}

// An event as the kernel half would send it.
struct Sent {
  EventValues values;
  std::vector<uint64_t> record;
  Event event;

  explicit Sent(pid_t pid) {
    values.event = EventId::exec;
    values.time_unix_ns = 1000 + pid;
    values.numbers = {{FieldId::process_pid, pid},
                      {FieldId::process_start_time, start_of(pid)},
                      {FieldId::process_namespaces_mount, mounts_of(pid)}};
  }
  const Event& send() {
    auto encoded = encode_record(values);
    REQUIRE(encoded.ok());
    record = *encoded;
    reinterpret_cast<record_header*>(record.data())->flags = 0;
    REQUIRE(event.decode(std::as_bytes(std::span(record))).ok());
    return event;
  }
};

struct Docker {
  ScratchFolder folder;
  Docker() {
    std::filesystem::create_directories(folder.path("var/lib/docker/containers/" + kId));
    (void)folder.write("var/lib/docker/containers/" + kId + "/config.v2.json",
                       nlohmann::json({{"ID", kId}, {"Name", "/web"}, {"Config", {{"Image", "reg.corp/web:1.4"}}}}).dump());
  }
  [[nodiscard]] std::unique_ptr<Context> context() const { return make_live_context({}, {folder.path(), {}}); }
};

std::string scope() {
  return "/recipe_test_" + std::to_string(getpid()) + "/docker-" + kId + ".scope";
}

// Of this process, as /proc shows it.
std::string own_cgroup2() {
  std::ifstream cgroups("/proc/self/cgroup");
  for (std::string line; std::getline(cgroups, line);) {
    if (line.starts_with("0::")) return line.substr(3);
  }
  return {};
}

const std::string kWhy = "needs root, and cgroups of version 2";

}  // namespace

TEST_CASE("the container of a process, alive and gone, by the number of its cgroup") {
  const std::string mount = test::cgroup2_mount();
  if (mount.empty() || geteuid() != 0) SKIP_TEST(kWhy);
  const Cgroup cgroup(mount, scope());
  REQUIRE(cgroup.ok());
  const Docker docker;
  const auto context = docker.context();
  const auto check = [&](const Event& event) {
    CHECK(context->text(event, FieldId::container_id) == kId);
    CHECK(context->text(event, FieldId::container_runtime) == "docker");
    CHECK(context->text(event, FieldId::container_name) == "web");
    CHECK(context->text(event, FieldId::container_image) == "reg.corp/web:1.4");
    CHECK_FALSE(context->text(event, FieldId::container_pod));
  };
  std::optional<Sent> sent;
  {
    const Fork fork([&] { cgroup.join(); });
    sent.emplace(fork.pid());
    sent->values.numbers.emplace_back(FieldId::process_cgroup_id, cgroup.number());
    check(sent->send());
    // Without the number /proc tells.
    Sent bare(fork.pid());
    bare.values.time_unix_ns = 1;
    check(bare.send());
  }
  sent->values.time_unix_ns = 2;
  check(sent->send());
  // Another process of the same number knows nothing of it.
  sent->values.time_unix_ns = 3;
  sent->values.numbers.back().second = 1;
  CHECK_FALSE(context->text(sent->send(), FieldId::container_id));
}

TEST_CASE("of a process that has gone an ancestor speaks that lives in its cgroup and its mounts, and no other") {
  const std::string mount = test::cgroup2_mount(), other = test::cgroup1_mount();
  if (mount.empty() || geteuid() != 0) SKIP_TEST(kWhy);
  if (other.empty()) SKIP_TEST("this kernel has no cgroups of version 1");
  const Cgroup cgroup(other, scope());
  REQUIRE(cgroup.ok());
  const Docker docker;
  const auto context = docker.context();
  const Fork parent([&] {
    cgroup.join();
    REQUIRE(unshare(CLONE_NEWNS) == 0);
  });
  struct stat own {};
  REQUIRE(stat((mount + own_cgroup2()).c_str(), &own) == 0);
  std::optional<Sent> sent;
  {
    const Fork child([] {});
    sent.emplace(child.pid());
  }
  sent->values.numbers.emplace_back(FieldId::process_cgroup_id, static_cast<int64_t>(own.st_ino));
  auto& ancestor = sent->values.ancestors.emplace().emplace_back();
  ancestor.pid = parent.pid();
  ancestor.start_time = start_of(parent.pid());
  const auto mounts = [&](int64_t number) {
    sent->values.numbers[2].second = number;
    ++sent->values.time_unix_ns;
    return context->text(sent->send(), FieldId::container_name);
  };
  CHECK(mounts(mounts_of(parent.pid())) == "web");
  CHECK_FALSE(mounts(mounts_of(getpid())));
  sent->values.ancestors->front().start_time = start_of(parent.pid()) + 1'000'000'000;  // another process
  CHECK_FALSE(mounts(mounts_of(parent.pid())));
}

TEST_CASE("a process in a cgroup that no runtime has named is in no container") {
  const std::string mount = test::cgroup2_mount();
  if (mount.empty() || geteuid() != 0) SKIP_TEST(kWhy);
  const Cgroup cgroup(mount, "/recipe_test_" + std::to_string(getpid()) + "/plain.scope");
  REQUIRE(cgroup.ok());
  const Docker docker;
  const auto context = docker.context();
  const Fork fork([&] { cgroup.join(); });
  Sent sent(fork.pid());
  sent.values.numbers.emplace_back(FieldId::process_cgroup_id, cgroup.number());
  const Event& event = sent.send();
  for (const FieldInfo& field : all_fields()) {
    if (field.name.starts_with("container.")) CHECK_FALSE(context->text(event, field.id));
  }
}

TEST_CASE("the job is that of the outermost ancestor that has one: what runs below cannot say otherwise") {
  const auto start = [](std::vector<std::string> variables) {
    return [variables]() mutable {
      std::vector<char*> pointers;
      for (std::string& variable : variables) pointers.push_back(variable.data());
      pointers.push_back(nullptr);
      char program[] = "/bin/sleep", words[] = "60";
      char* arguments[] = {program, words, nullptr};
      execve(program, arguments, pointers.data());
    };
  };
  const Fork step(start({"GITHUB_ACTIONS=true", "GITHUB_REPOSITORY=octo/app"}));
  const Fork liar(start({"GITHUB_ACTIONS=true", "GITHUB_REPOSITORY=evil/app", "GITHUB_TOKEN=s3cr3t"}));
  const Fork plain(start({"HOME=/"}));
  const auto context = make_live_context({});
  Sent sent(liar.pid());
  sent.values.ancestors.emplace();
  for (const Fork* each : {&plain, &step, &plain}) {
    auto& ancestor = sent.values.ancestors->emplace_back();
    ancestor.pid = each->pid();
    ancestor.start_time = start_of(each->pid());
  }
  sent.values.ancestors->emplace_back().pid = 1;  // the line ends there, whatever this test runs in
  CHECK(context->text(sent.send(), FieldId::ci_provider) == "github");
  CHECK(context->text(sent.event, FieldId::ci_repository) == "octo/app");
  CHECK_FALSE(context->text(sent.event, FieldId::ci_actor));
  // A pid that another process has by now has nothing to say.
  sent.values.ancestors->at(1).start_time = start_of(step.pid()) + 1'000'000'000;
  ++sent.values.time_unix_ns;
  CHECK(context->text(sent.send(), FieldId::ci_repository) == "evil/app");
}

TEST_CASE("the package is that of the file that was executed, not of one at the same path elsewhere") {
  ScratchFolder folder;
  const std::string sleep = std::filesystem::canonical("/bin/sleep");
  std::filesystem::create_directories(folder.path("var/lib/dpkg/info"));
  (void)folder.write("var/lib/dpkg/info/coreutils.list", sleep + "\n");
  (void)folder.write("var/lib/dpkg/status", "Package: coreutils\nArchitecture: any\nVersion: 9.1\n");
  const auto context = make_live_context({}, {folder.path(), {}});
  const Fork fork([] { execl("/bin/sleep", "sleep", "60", nullptr); });
  struct stat file {};
  REQUIRE(stat(sleep.c_str(), &file) == 0);
  Sent sent(fork.pid());
  sent.values.texts = {{FieldId::process_exe, sleep}};
  sent.values.numbers.emplace_back(FieldId::process_file_inode, static_cast<int64_t>(file.st_ino));
  const auto owned = [&] {
    ++sent.values.time_unix_ns;
    return context->number(sent.send(), FieldId::process_package_owned);
  };
  // It is being read by another thread; until then nothing is known.
  for (int i = 0; i < 1000 && !owned(); ++i) usleep(10'000);
  CHECK(owned() == 1);
  CHECK(context->text(sent.event, FieldId::process_package_name) == "coreutils");
  CHECK(context->text(sent.event, FieldId::process_package_version) == "9.1");
  CHECK(context->text(sent.event, FieldId::process_package_manager) == "dpkg");
  SECTION("in other mounts") {
    sent.values.numbers[2].second += 1;
  }
  SECTION("no file any more") {
    sent.values.numbers.emplace_back(FieldId::process_traits, 1 << 1);
  }
  SECTION("in memory") {
    sent.values.numbers.emplace_back(FieldId::process_traits, 1 << 0);
  }
  SECTION("another file, of a process that has gone") {
    sent.values.numbers[3].second += 1;
    sent.values.numbers[1].second += 1'000'000'000;
  }
  SECTION("a path that was cut, of a process that has gone") {
    sent.values.truncated = {FieldId::process_exe};
    sent.values.numbers[1].second += 1'000'000'000;
  }
  CHECK_FALSE(owned());
  CHECK_FALSE(context->text(sent.event, FieldId::process_package_name));
}

TEST_CASE("namespaces and terminal come from the process while it lives, and are absent once it has gone") {
  const auto context = make_live_context({});
  std::optional<Sent> sent;
  {
    const Fork fork([] { setsid(); });
    sent.emplace(fork.pid());
    const Event& event = sent->send();
    for (const std::string full :
         {"process.namespaces.cgroup", "process.namespaces.ipc", "process.namespaces.net", "process.namespaces.pid",
          "process.namespaces.time", "process.namespaces.user", "process.namespaces.uts"}) {
      INFO(full);
      const std::string name = full.substr(full.rfind('.') + 1);
      struct stat status {};
      REQUIRE(stat(("/proc/" + std::to_string(fork.pid()) + "/ns/" + name).c_str(), &status) == 0);
      const FieldInfo* field = find_field(full);
      REQUIRE(field != nullptr);
      CHECK(context->number(event, field->id) == static_cast<int64_t>(status.st_ino));
    }
    CHECK_FALSE(context->text(event, FieldId::process_tty));
  }
  ++sent->values.time_unix_ns;
  CHECK_FALSE(context->number(sent->send(), FieldId::process_namespaces_net));
}

TEST_CASE(
    "the other end of standard input is asked for where the kernel has seen a socket, and absent once the process has gone") {
  int ends[2];
  REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
  const auto context = make_live_context({});
  std::optional<Sent> sent;
  const auto programs = [&] {
    ++sent->values.time_unix_ns;
    const Event& event = sent->send();
    CHECK_FALSE(context->text(event, FieldId::process_stdin_peer_address));
    CHECK_FALSE(context->number(event, FieldId::process_stdin_peer_port));
    return context->texts(event, FieldId::process_stdin_peer_programs);
  };
  {
    const Fork fork([&] {
      dup2(ends[0], 0);
      execl("/bin/sleep", "sleep", "60", nullptr);
    });
    sent.emplace(fork.pid());
    sent->values.texts = {{FieldId::process_name, "sleep"}};
    CHECK_FALSE(programs());
    sent->values.numbers.emplace_back(FieldId::process_traits, 1 << 5);
    CHECK(programs().value_or(std::vector<std::string>{}).size() == 1);
    sent->values.texts = {{FieldId::process_name, "another"}};  // the image at the event was not this one
    CHECK_FALSE(programs());
    sent->values.texts = {{FieldId::process_name, "sleep"}};
  }
  CHECK_FALSE(programs());
  for (const int end : ends) close(end);
}

TEST_CASE("terminals are named as below /dev") {
  CHECK(terminal_name(0).empty());
  CHECK(terminal_name(34816 + 3) == "pts/3");
  CHECK(terminal_name((136 << 8) | (2u << 20)) == "pts/512");
  CHECK(terminal_name(137 << 8) == "pts/256");
  CHECK(terminal_name((4 << 8) | 1) == "tty1");
  CHECK(terminal_name((4 << 8) | 64) == "ttyS0");
  CHECK(terminal_name((5 << 8) | 1) == "console");
  CHECK(terminal_name(250 << 8).empty());
}

}  // namespace recipe
