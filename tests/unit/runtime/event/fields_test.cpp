// SPDX-License-Identifier: Apache-2.0
// Fields of the events of files, network, names and processes: each goes into a record and comes out of it as it was.
#include <catch2/catch.hpp>

#include "runtime/base/address.h"
#include "runtime/event.h"

using namespace recipe;

namespace {

struct Row {
  EventId event;
  std::vector<FieldId> numbers, texts;
};

const Row kRows[] = {
    {EventId::open, {FieldId::file_access, FieldId::file_mode, FieldId::file_uid, FieldId::file_gid}, {FieldId::file_path}},
    {EventId::rename, {FieldId::file_uid}, {FieldId::file_path, FieldId::file_source}},
    {EventId::setxattr, {}, {FieldId::file_path, FieldId::xattr_name}},
    {EventId::mount, {FieldId::mount_flags}, {FieldId::file_path, FieldId::file_source, FieldId::mount_type}},
    {EventId::connect, {FieldId::dst_port, FieldId::src_port}, {FieldId::dst_ip, FieldId::src_ip, FieldId::net_protocol}},
    {EventId::dns_answer, {FieldId::dns_code}, {FieldId::dns_question, FieldId::dns_type}},
    {EventId::unix_connect, {}, {FieldId::socket_path}},
    {EventId::ptrace, {FieldId::target_pid, FieldId::ptrace_request}, {FieldId::target_name, FieldId::target_exe}},
    {EventId::signal, {FieldId::target_pid, FieldId::signal_number}, {}},
    {EventId::setuid, {FieldId::setuid_uid, FieldId::setuid_euid}, {}},
    {EventId::capset, {FieldId::capset_effective}, {}},
    {EventId::module_load, {}, {FieldId::module_name}},
    {EventId::bpf, {FieldId::bpf_type}, {FieldId::bpf_name}},
    {EventId::exec, {FieldId::process_traits, FieldId::process_exe_age}, {FieldId::process_exe}},
};

std::string sample(FieldId field) {
  return info(field).type == Type::kIp ? *parse_address("10.1.2.3") : "/a/" + std::to_string(static_cast<int>(field));
}

}  // namespace

TEST_CASE("each field of an event comes out of its record as it went in") {
  for (const Row& row : kRows) {
    INFO(info(row.event).name);
    EventValues values;
    values.event = row.event;
    for (const FieldId field : row.numbers) values.numbers.emplace_back(field, static_cast<int64_t>(field));
    for (const FieldId field : row.texts) values.texts.emplace_back(field, sample(field));
    if (row.event == EventId::dns_answer)
      values.lists.emplace_back(FieldId::dns_answers, std::vector<std::string>{"10.0.0.1", "x"});
    if (row.event == EventId::exec)
      values.lists.emplace_back(FieldId::process_stdin_writers, std::vector<std::string>{"base64", "curl"});
    const Result<std::vector<uint64_t>> record = encode_record(values);
    REQUIRE(record.ok());
    Event event;
    REQUIRE(event.decode(std::as_bytes(std::span(record.value()))).ok());
    for (const FieldId field : row.numbers) CHECK(event.number(field) == static_cast<int64_t>(field));
    for (const FieldId field : row.texts) CHECK(event.text(field) == sample(field));
    for (const auto& [field, list] : values.lists) {
      CHECK(std::vector<std::string>(event.texts(field).begin(), event.texts(field).end()) == list);
    }
  }
}

TEST_CASE("a field that the event does not have is refused") {
  EventValues values;
  values.event = EventId::exec;
  values.numbers.emplace_back(FieldId::dst_port, 1);
  CHECK_FALSE(encode_record(values).ok());
}
