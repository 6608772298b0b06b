// SPDX-License-Identifier: Apache-2.0
// The context of replay and of recipe tests: the record is all there is, and this machine is not asked.
#include "runtime/context/from_record.h"

namespace recipe {

ProcessInfo from_record(const Ancestor& ancestor) {
  const auto owned = [](std::optional<std::string_view> text) {
    return text ? std::optional<std::string>(*text) : std::nullopt;
  };
  ProcessInfo process;
  process.pid = ancestor.pid;
  process.uid = ancestor.uid;
  process.start_time = ancestor.start_time;
  process.name = owned(ancestor.name);
  process.comm = owned(ancestor.comm);
  process.exe = owned(ancestor.exe);
  process.cmdline = owned(ancestor.cmdline);
  return process;
}

Context::Ancestors record_ancestors(const Event& event, std::vector<ProcessInfo>& storage) {
  storage.clear();
  if (!event.has(FieldId::process_ancestors)) return {nullptr, !event.truncated(FieldId::process_ancestors)};
  for (const Ancestor& ancestor : event.ancestors()) storage.push_back(from_record(ancestor));
  return {&storage, !event.truncated(FieldId::process_ancestors)};
}

namespace {

class RecordContext final : public Context {
 public:
  std::optional<std::string> text(const Event&, FieldId) override { return std::nullopt; }
  Ancestors ancestors(const Event& event) override { return record_ancestors(event, ancestors_); }
  const HostInfo& host() override { return host_; }

 private:
  std::vector<ProcessInfo> ancestors_;
  HostInfo host_;
};

}  // namespace

std::unique_ptr<Context> make_record_context() {
  return std::make_unique<RecordContext>();
}

}  // namespace recipe
