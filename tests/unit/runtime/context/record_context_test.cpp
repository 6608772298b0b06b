// SPDX-License-Identifier: Apache-2.0
// What the record alone says, and that a replayed event is never answered from this machine.
#include <unistd.h>

#include <catch2/catch.hpp>
#include <fstream>

#include "runtime/context/context.h"
#include "runtime/context/host.h"
#include "runtime/context/proc.h"
#include "runtime/context/users.h"

namespace recipe {
namespace {

std::vector<uint64_t> record_of(const EventValues& values) {
  auto record = encode_record(values);
  REQUIRE(record.ok());
  return *record;
}

EventValues some_event() {
  EventValues values;
  values.event = EventId::exec;
  values.numbers = {{FieldId::process_pid, getpid()}, {FieldId::process_uid, 0}};
  values.texts = {{FieldId::process_name, "perl"}};
  return values;
}

}  // namespace

TEST_CASE("the record's ancestors are the answer, and a truncated list says that it is not complete") {
  EventValues values = some_event();
  values.ancestors.emplace();
  values.ancestors->emplace_back().name = "bash";
  values.ancestors->back().pid = 41;
  SECTION("whole") {
    const auto record = record_of(values);
    Event event;
    REQUIRE(event.decode(std::as_bytes(std::span(record))).ok());
    const auto context = make_record_context();
    const Context::Ancestors list = context->ancestors(event);
    REQUIRE(list.list != nullptr);
    CHECK(list.complete);
    REQUIRE(list.list->size() == 1);
    CHECK(list.list->front().name == "bash");
    CHECK(list.list->front().pid == 41);
    CHECK_FALSE(list.list->front().exe);
  }
  SECTION("cut") {
    values.truncated = {FieldId::process_ancestors};
    const auto record = record_of(values);
    Event event;
    REQUIRE(event.decode(std::as_bytes(std::span(record))).ok());
    const auto context = make_record_context();
    CHECK_FALSE(context->ancestors(event).complete);
  }
}

TEST_CASE("a live context answers a replayed event from its record alone") {
  const auto record = record_of(some_event());
  Event event;
  REQUIRE(event.decode(std::as_bytes(std::span(record))).ok());
  const auto context = make_live_context({});
  CHECK_FALSE(context->text(event, FieldId::process_user));
  CHECK(context->ancestors(event).list == nullptr);
}

TEST_CASE("a live event of this process has its user, its parent's executable and ancestors up to pid 1") {
  auto record = record_of(some_event());
  auto* header = reinterpret_cast<record_header*>(record.data());
  header->flags = 0;  // as the kernel sends it
  Event event;
  REQUIRE(event.decode(std::as_bytes(std::span(record))).ok());
  const auto context = make_live_context({});
  CHECK(context->text(event, FieldId::process_user) == "root");
  const Context::Ancestors list = context->ancestors(event);
  REQUIRE(list.list != nullptr);
  REQUIRE_FALSE(list.list->empty());
  CHECK(list.list->front().pid == getppid());
  CHECK(context->text(event, FieldId::process_parent_exe) == list.list->front().exe);
  CHECK(list.complete);
  CHECK(list.list->back().pid == 1);
}

TEST_CASE("a process whose start time differs from the record's is another process") {
  ProcTable table;
  const ProcEntry* self = table.find(static_cast<uint32_t>(getpid()), std::nullopt);
  REQUIRE(self != nullptr);
  const int64_t start = self->start_ticks * 10'000'000;
  CHECK(self->info.name == file_name(*self->info.exe));
  CHECK(self->parent == static_cast<uint32_t>(getppid()));
  CHECK(table.find(static_cast<uint32_t>(getpid()), start + 9'999'999) != nullptr);
  CHECK(table.gone() == 0);
  CHECK(table.find(static_cast<uint32_t>(getpid()), start + 10'000'000) == nullptr);
  CHECK(table.find(static_cast<uint32_t>(getpid()), start - 1) == nullptr);
  CHECK(table.gone() == 2);
}

TEST_CASE("user names come from passwd, the first of several, and follow a change of the file") {
  const std::string path = "/tmp/recipe_users_test." + std::to_string(getpid());
  std::ofstream(path)
      << "root:x:0:0::/root:/bin/sh\nbroken\n:x:7:7\nnot:x:number:0\ntoor:x:0:0::/:/bin/sh\nbuilder:x:1000:1000::/:\n";
  Users users(path);
  CHECK(users.name(0) == "root");
  CHECK(users.name(1000) == "builder");
  CHECK_FALSE(users.name(7));
  std::ofstream(path + ".new") << "renamed:x:1000:1000::/:\n";
  REQUIRE(rename((path + ".new").c_str(), path.c_str()) == 0);
  CHECK(users.name(1000) == "renamed");
  CHECK_FALSE(users.name(0));
  unlink(path.c_str());
}

TEST_CASE("the distribution's pretty name loses its quotes") {
  CHECK(pretty_name("ID=debian\nPRETTY_NAME=\"Debian GNU/Linux 12\"\n") == "Debian GNU/Linux 12");
  CHECK(pretty_name("PRETTY_NAME='a b'") == "a b");
  CHECK(pretty_name("PRETTY_NAME=\"a \\\"b\\\"\"\n") == "a \"b\"");
  CHECK(pretty_name("X_PRETTY_NAME=no\n").empty());
  CHECK(read_host().kernel == read_small_file("/proc/sys/kernel/osrelease").substr(0, read_host().kernel.size()));
}

}  // namespace recipe
