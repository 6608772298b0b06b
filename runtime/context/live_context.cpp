// SPDX-License-Identifier: Apache-2.0
// The context of a live event: the record first, then this machine's /proc, /etc/passwd and the kernel half's memory of who
// has exited. A replayed event is answered from its record alone: this machine knows nothing of it.
#include <algorithm>

#include "runtime/context/from_record.h"
#include "runtime/context/host.h"
#include "runtime/context/proc.h"
#include "runtime/context/stdin_peer.h"
#include "runtime/context/stdin_writers.h"
#include "runtime/context/surroundings.h"
#include "runtime/context/users.h"

namespace recipe {
namespace {

constexpr size_t kMaxAncestors = 256;  // a deeper tree is cut and says so

class LiveContext final : public Context {
 public:
  LiveContext(const KernelMemory& memory, const ContextPlaces& places)
      : birth_parents_(memory.birth_parents),
        commands_(memory.commands),
        host_(read_host()),
        writers_(memory.pipe_writers, proc_),
        peers_(proc_),
        surroundings_(proc_, places) {}

  std::optional<std::string> text(const Event& event, FieldId field) override;
  std::optional<int64_t> number(const Event& event, FieldId field) override;
  std::optional<std::string> arguments(const Event& event) override;
  std::optional<std::string> environment(const Event& event) override;
  std::optional<std::vector<std::string>> texts(const Event& event, FieldId field) override;
  bool unsettled(const Event& event) const override { return unsettled_ == identity(event); }
  Ancestors ancestors(const Event& event) override;
  const HostInfo& host() override { return host_; }
  uint64_t gone() const override { return proc_.gone(); }

 private:
  using Identity = std::pair<uint64_t, int64_t>;  // time and pid
  static Identity identity(const Event& event) {
    return {event.header().time_boot_ns, event.number(FieldId::process_pid).value_or(0)};
  }
  // What /proc says of the event's own process, where it still runs.
  const ProcEntry* own(const Event& event) {
    const auto pid = event.number(FieldId::process_pid);
    return pid ? proc_.find(static_cast<uint32_t>(*pid), event.number(FieldId::process_start_time)) : nullptr;
  }
  std::optional<std::string> read_again(const Event& event, FieldId field, std::optional<std::string> (*read)(uint32_t pid),
                                        size_t most);
  std::optional<std::string> exe_of_target(const Event& event);
  std::optional<std::string> whole_exe(const Event& event);
  std::optional<std::string> text_around(const Event& event, FieldId field);
  const StdinPeer::Answer& peer(const Event& event);
  void complete(const Event& event);
  void take_kept_command(ProcessInfo& process);
  void enrich(ProcessInfo& process);
  bool add_parent(const Event& event);
  bool add_gone_parents(uint32_t birth_parent, const ProcessInfo& child, std::span<const Ancestor> rest);
  bool follow_proc();

  BirthParents* birth_parents_;
  KeptCommands* commands_;
  HostInfo host_;
  ProcTable proc_;
  Users users_;
  // The ancestors of one event, which match and report ask for several times.
  std::vector<ProcessInfo> ancestors_;
  bool complete_ = true;
  Identity of_{};
  StdinWriters writers_;
  StdinPeer peers_;
  StdinPeer::Answer peer_;  // of the event peer_of_
  Identity peer_of_{};
  Surroundings surroundings_;
  Identity unsettled_{};  // whose writers were not all known for good when they were asked last
};

// A path that the kernel cut keeps its tail; the full one counts only if it ends so, else the process runs another image.
std::optional<std::string> with_tail(const std::optional<std::string>& full, std::optional<std::string_view> tail) {
  return full && tail && full->ends_with(*tail) ? full : std::nullopt;
}

// Is the image the one that the record names? A process that has executed another program since answers for that one.
bool runs_the_same(const ProcEntry& entry, const Event& event) {
  return entry.info.name == event.text(FieldId::process_name);
}

// The record has no start time of the other process: its name must be the one that the kernel saw.
std::optional<std::string> LiveContext::exe_of_target(const Event& event) {
  const auto pid = event.number(FieldId::target_pid);
  const auto name = event.text(FieldId::target_name);
  if (!pid || !name || event.truncated(FieldId::target_name)) return std::nullopt;
  const ProcEntry* entry = proc_.find(static_cast<uint32_t>(*pid), std::nullopt);
  return entry != nullptr && entry->info.name == *name ? entry->info.exe : std::nullopt;
}

std::optional<std::string> LiveContext::text(const Event& event, FieldId field) {
  if ((event.header().flags & RECORD_REPLAYED) != 0) return std::nullopt;
  if (field == FieldId::process_user) {
    const auto uid = event.number(FieldId::process_uid);
    return uid ? users_.name(*uid) : std::nullopt;
  }
  if (field == FieldId::process_exe || field == FieldId::process_cwd) {
    const ProcEntry* entry = event.truncated(field) ? own(event) : nullptr;
    if (entry == nullptr || (field == FieldId::process_exe && !runs_the_same(*entry, event))) return std::nullopt;
    return with_tail(field == FieldId::process_exe ? entry->info.exe : entry->info.cwd, event.text(field));
  }
  if (field == FieldId::process_cmdline) {
    const ProcEntry* entry = event.truncated(FieldId::argv) ? own(event) : nullptr;
    const auto head = event.text(field);
    if (entry == nullptr || !head || !runs_the_same(*entry, event) || !entry->info.cmdline ||
        !entry->info.cmdline->starts_with(*head))
      return std::nullopt;
    if (entry->info.cmdline->size() >= ProcTable::kMaxCommandBytes - 1) return std::nullopt;  // cut again
    return entry->info.cmdline;
  }
  if (field == FieldId::target_exe) return exe_of_target(event);
  if (field == FieldId::process_parent_exe || field == FieldId::process_parent_cmdline) {
    const Ancestors list = ancestors(event);
    if (list.list == nullptr || list.list->empty()) return std::nullopt;
    return field == FieldId::process_parent_exe ? list.list->front().exe : list.list->front().cmdline;
  }
  return text_around(event, field);
}

std::optional<std::string> LiveContext::whole_exe(const Event& event) {
  const auto exe = event.text(FieldId::process_exe);
  if (!exe || event.truncated(FieldId::process_exe)) return text(event, FieldId::process_exe);
  return std::string(*exe);
}

std::optional<std::string> LiveContext::text_around(const Event& event, FieldId field) {
  const std::string_view name = info(field).name;
  if (field == FieldId::process_tty) return surroundings_.terminal(event);
  if (field == FieldId::process_stdin_peer_address) {
    const std::string& address = peer(event).address;
    return address.empty() ? std::nullopt : std::optional<std::string>(address);
  }
  if (name.starts_with("process.package.")) return surroundings_.package(event, field, whole_exe(event));
  const bool container = name.starts_with("container.");
  if (!container && !name.starts_with("ci.")) return std::nullopt;  // the record has it or nobody has
  static const std::vector<ProcessInfo> kNone;
  const Ancestors known = ancestors(event);
  const auto& list = known.list == nullptr ? kNone : *known.list;
  return container ? surroundings_.container(event, field, list) : surroundings_.job(event, field, list);
}

// Looked for once an event, and only where the kernel half has seen a socket.
const StdinPeer::Answer& LiveContext::peer(const Event& event) {
  const Identity asked = identity(event);
  if (peer_of_ == asked && asked.second != 0) return peer_;
  peer_of_ = asked;
  peer_ = {};
  const auto traits = static_cast<uint64_t>(event.number(FieldId::process_traits).value_or(0));
  const FlagInfo* socket = find_flag(FieldId::process_traits, "stdin_socket");
  const ProcEntry* entry = socket == nullptr || ((traits >> socket->bit) & 1) == 0 ? nullptr : own(event);
  if (entry == nullptr || !runs_the_same(*entry, event)) return peer_;
  const auto pid = static_cast<uint32_t>(asked.second);
  const Fd process = proc_.folder(pid, event.number(FieldId::process_start_time));
  if (process.ok()) peer_ = peers_.find(pid, process.get());
  return peer_;
}

std::optional<int64_t> LiveContext::number(const Event& event, FieldId field) {
  if ((event.header().flags & RECORD_REPLAYED) != 0) return std::nullopt;
  if (field == FieldId::process_package_owned) return surroundings_.has_package(event, whole_exe(event));
  if (field == FieldId::process_stdin_peer_port) return peer(event).port;
  return info(field).name.starts_with("process.namespaces.") ? surroundings_.name_space(event, field) : std::nullopt;
}

std::optional<std::string> LiveContext::arguments(const Event& event) {
  return read_again(event, FieldId::argv, ProcTable::arguments, ProcTable::kMaxCommandBytes);
}

std::optional<std::string> LiveContext::environment(const Event& event) {
  return read_again(event, FieldId::env, ProcTable::environment, ProcTable::kMaxEnvironmentBytes);
}

// What the record holds cut, read from the process while it runs the image that the record names; nothing where it is cut
// again, at `most` bytes.
std::optional<std::string> LiveContext::read_again(const Event& event, FieldId field,
                                                   std::optional<std::string> (*read)(uint32_t pid), size_t most) {
  if ((event.header().flags & RECORD_REPLAYED) != 0 || !event.truncated(field)) return std::nullopt;
  const ProcEntry* entry = own(event);
  if (entry == nullptr || !runs_the_same(*entry, event)) return std::nullopt;
  auto text = read(static_cast<uint32_t>(event.number(FieldId::process_pid).value_or(0)));
  if (!text || text->size() >= most) return std::nullopt;
  // Another process, or another image, since the first question?
  const ProcEntry* again = own(event);
  return again != nullptr && runs_the_same(*again, event) ? std::move(text) : std::nullopt;
}

std::optional<std::vector<std::string>> LiveContext::texts(const Event& event, FieldId field) {
  if ((event.header().flags & RECORD_REPLAYED) != 0) return std::nullopt;
  if (field == FieldId::process_stdin_peer_programs) {
    const std::vector<std::string>& programs = peer(event).programs;
    return programs.empty() ? std::nullopt : std::optional<std::vector<std::string>>(programs);
  }
  const auto pipe = event.number(FieldId::process_stdin_pipe);
  if (field != FieldId::process_stdin_writers || !pipe) return std::nullopt;
  if (!writers_.known()) return std::nullopt;
  const auto pid = static_cast<uint32_t>(event.number(FieldId::process_pid).value_or(0));
  StdinWriters::Answer answer = writers_.find(static_cast<uint64_t>(*pipe), pid, event.header().time_boot_ns);
  unsettled_ = answer.settled ? Identity{} : identity(event);
  if (answer.names.empty()) return std::nullopt;
  return std::move(answer.names);
}

Context::Ancestors LiveContext::ancestors(const Event& event) {
  if ((event.header().flags & RECORD_REPLAYED) != 0) {
    of_ = {};
    return record_ancestors(event, ancestors_);
  }
  const Identity asked = identity(event);
  if (of_ != asked || asked.second == 0) {
    of_ = asked;
    complete(event);
  }
  return {&ancestors_, complete_};
}

// record: sh(birth parent 40, gone) ← 1        tombstone 40: make, birth parent 30       alive: 30 bash ← 12 ← 1
// → sh, make, bash, 12, 1
void LiveContext::complete(const Event& event) {
  ancestors_.clear();
  complete_ = true;
  std::span<const Ancestor> rest = event.ancestors();
  while (!rest.empty() && ancestors_.size() < kMaxAncestors) {
    const Ancestor& ancestor = rest.front();
    rest = rest.subspan(1);
    ancestors_.push_back(from_record(ancestor));
    if (ancestor.command_kept) take_kept_command(ancestors_.back());
    // Of the last one in a list that was cut nobody has said who comes next.
    const bool open_end = rest.empty() && event.truncated(FieldId::process_ancestors) && ancestor.pid.value_or(1) > 1;
    const bool adopted =
        ancestor.birth_parent != 0 && (open_end || (!rest.empty() && rest.front().pid != ancestor.birth_parent));
    if (!adopted) continue;
    // The next entry is a reaper; the line of birth leads elsewhere, and may come back into the record further up.
    const ProcessInfo child = ancestors_.back();
    if (add_gone_parents(ancestor.birth_parent, child, rest)) {
      const auto back = ancestors_.back().pid;
      const auto again = std::find_if(rest.begin(), rest.end(), [&](const Ancestor& one) { return one.pid == back; });
      if (again == rest.end()) {
        rest = {};
      } else {
        ancestors_.pop_back();
        rest = rest.subspan(static_cast<size_t>(again - rest.begin()));
      }
    } else {
      complete_ = false;
    }
  }
  if (ancestors_.empty() && !add_parent(event)) complete_ = false;
  if (!follow_proc()) complete_ = false;
  for (ProcessInfo& process : ancestors_) enrich(process);
}

// Of a record that names no ancestor: the parent by birth, where the kernel half knows it, else the one that /proc names.
bool LiveContext::add_parent(const Event& event) {
  const ProcEntry* entry = own(event);
  if (entry == nullptr) return false;
  const auto pid = static_cast<uint32_t>(event.number(FieldId::process_pid).value_or(0));
  const uint32_t birth = birth_parents_ != nullptr ? birth_parents_->birth_parent(pid) : 0;
  if (birth != 0 && birth != entry->parent) {
    ProcessInfo child;
    child.start_time = event.number(FieldId::process_start_time);
    return add_gone_parents(birth, child, {});
  }
  const ProcEntry* parent = entry->parent != 0 ? proc_.find(entry->parent, std::nullopt) : nullptr;
  if (parent != nullptr) ancestors_.push_back(parent->info);
  return true;
}

// Appends the parents by birth that have exited, then the living one they lead to. false: the line is lost.
bool LiveContext::add_gone_parents(uint32_t birth_parent, const ProcessInfo& child, std::span<const Ancestor> rest) {
  if (birth_parents_ == nullptr) return false;
  uint64_t before = static_cast<uint64_t>(child.start_time.value_or(0));
  const size_t begin = ancestors_.size();
  while (ancestors_.size() < kMaxAncestors) {
    const bool in_record = std::any_of(rest.begin(), rest.end(), [&](const Ancestor& one) { return one.pid == birth_parent; });
    if (in_record) {
      ancestors_.emplace_back().pid = birth_parent;
      return true;
    }
    const auto gone = birth_parents_->find(birth_parent, before);
    if (!gone) {
      const ProcEntry* alive = proc_.find(birth_parent, std::nullopt);
      if (alive != nullptr && alive->start_ticks <= static_cast<int64_t>(before / 10'000'000)) {
        ancestors_.push_back(alive->info);
        return true;
      }
      ancestors_.resize(begin);
      return false;
    }
    ProcessInfo& process = ancestors_.emplace_back();
    process.pid = gone->pid;
    process.uid = gone->uid;
    process.start_time = static_cast<int64_t>(gone->start_time);
    if (!gone->name.empty()) process.name = gone->name;
    if (!gone->comm.empty()) process.comm = gone->comm;
    if (gone->command_kept) take_kept_command(process);
    before = gone->start_time;
    if (gone->birth_parent == 0) return false;
    birth_parent = gone->birth_parent;
  }
  return false;
}

// From the last known one up to pid 1 (or a kernel thread, which has no parent). false: cut.
bool LiveContext::follow_proc() {
  while (!ancestors_.empty() && ancestors_.size() < kMaxAncestors) {
    const ProcessInfo& last = ancestors_.back();
    if (!last.pid) return false;
    if (*last.pid <= 2) return true;
    const ProcEntry* entry = proc_.find(static_cast<uint32_t>(*last.pid), last.start_time);
    if (entry == nullptr) return false;
    if (entry->parent == 0) return true;
    const uint32_t up = entry->parent;
    const int64_t child_start = entry->start_ticks;
    // /proc names who adopted it; where the kernel half knows another birth parent, this line is not the one asked for.
    const uint32_t birth = birth_parents_ != nullptr ? birth_parents_->birth_parent(static_cast<uint32_t>(*last.pid)) : 0;
    if (birth != 0 && birth != up) return false;
    const ProcEntry* parent = proc_.find(up, std::nullopt);
    if (parent == nullptr || parent->start_ticks > child_start) return false;
    ancestors_.push_back(parent->info);
  }
  return !ancestors_.empty() && ancestors_.size() < kMaxAncestors;
}

// What the kernel half keeps is of the image that the process ran then: it may run another one by now, or be gone.
void LiveContext::take_kept_command(ProcessInfo& process) {
  if (commands_ == nullptr || process.cmdline || !process.pid || !process.start_time) return;
  auto command = commands_->command(static_cast<uint32_t>(*process.pid), static_cast<uint64_t>(*process.start_time), of_.first);
  if (command && !command->empty()) process.cmdline = as_command_line(std::move(*command));
}

// exe and cmdline, where the process still runs the image that the record names.
void LiveContext::enrich(ProcessInfo& process) {
  if (!process.pid || (process.exe && process.cmdline)) return;
  if (!process.start_time && process.comm) return;  // came from /proc just now
  const ProcEntry* entry = proc_.find(static_cast<uint32_t>(*process.pid), process.start_time);
  if (entry == nullptr || (process.name && entry->info.name != process.name)) return;
  if (!process.exe) process.exe = entry->info.exe;
  if (!process.cmdline) process.cmdline = entry->info.cmdline;
}

}  // namespace

std::unique_ptr<Context> make_live_context(const KernelMemory& memory, const ContextPlaces& places) {
  return std::make_unique<LiveContext>(memory, places);
}

}  // namespace recipe
