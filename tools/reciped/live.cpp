// SPDX-License-Identifier: Apache-2.0
// load → fill → attach → canary; after that the daemon may say that it watches.
#include "tools/reciped/live.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <malloc.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <filesystem>
#include <set>

#include "runtime/baseline/observed.h"
#include "runtime/canary.h"
#include "tools/reciped/command.h"

namespace recipe::reciped {
namespace {

constexpr uint32_t kFirstGeneration = 1;
constexpr std::chrono::seconds kCanaryPatience{5};  // an exec takes a millisecond; a machine under load may take a while

// The file name that the kernel will see when this program executes itself.
Result<std::string> own_name() {
  std::error_code error;
  const auto path = std::filesystem::read_symlink("/proc/self/exe", error);
  if (error) return Error{"cannot read /proc/self/exe", error.value()};
  std::string name = path.filename().string();
  constexpr std::string_view kDeleted = " (deleted)";
  if (name.ends_with(kDeleted)) name.resize(name.size() - kDeleted.size());
  return name;
}

// A child that waits for a byte and then executes this program with the token. The descriptor releases it.
class CanaryChild {
 public:
  [[nodiscard]] Status start(const std::string& token) {
    std::array<int, 2> gate{};
    if (pipe2(gate.data(), O_CLOEXEC) != 0) return Error{"cannot make a pipe", errno};
    pid_ = fork();
    if (pid_ == 0) {
      char byte = 0;
      close(gate[1]);
      if (read(gate[0], &byte, 1) != 1) _exit(1);
      char* const arguments[] = {const_cast<char*>("reciped"), const_cast<char*>(token.c_str()), nullptr};
      execv("/proc/self/exe", arguments);
      _exit(1);
    }
    const int code = errno;
    close(gate[0]);
    gate_ = gate[1];
    if (pid_ < 0) return Error{"cannot fork", code};
    return Done{};
  }
  ~CanaryChild() {
    if (gate_ >= 0) close(gate_);
    if (pid_ > 0) waitpid(pid_, nullptr, 0);
  }
  [[nodiscard]] bool release() const { return write(gate_, "x", 1) == 1; }
  [[nodiscard]] pid_t pid() const { return pid_; }

 private:
  pid_t pid_ = -1;
  int gate_ = -1;
};

}  // namespace

Result<std::unique_ptr<Live>> Live::start(Artefact artefact, bool scope) {
  const Result<std::string> token = make_canary_token();
  const Result<std::string> name = own_name();
  uint64_t seed = 0;
  if (!token.ok()) return token.error();
  if (!name.ok()) return name.error();
  if (getrandom(&seed, sizeof seed, 0) != sizeof seed) return Error{"cannot get random bytes", errno};
  Kernel::Options options;
  for (const FilterBlock& block : artefact.filter.blocks) options.events |= uint64_t{1} << static_cast<int>(block.event);
  Result<std::unique_ptr<Kernel>> kernel = Kernel::load(options);
  if (!kernel.ok()) return kernel.error();
  const Canary canary{*name, *token};
  Result<std::unique_ptr<Engine>> engine = Engine::build(std::move(artefact), seed, kFirstGeneration, &canary);
  if (!engine.ok()) return engine.error();
  std::unique_ptr<Live> live(new Live);
  live->kernel_ = std::move(*kernel);
  live->engine_ = std::move(*engine);
  Kernel* const memory = live->kernel_.get();
  const Filter& filter = live->engine_->artefact().filter;
  live->context_ = make_live_context({memory, filter.writers ? memory : nullptr, filter.commands ? memory : nullptr});
  live->scope_ = scope;
  live->kernel_->set_scope(scope);
  if (Status installed = live->kernel_->install(live->engine_->image()); !installed.ok()) return installed.error();
  // The probes run; whether they see is not yet known.
  if (Status proved = live->prove(*token, scope); !proved.ok()) return proved.error();
  live->probes_ = live->kernel_->watched();
  // What loading needed, the kernel's types above all, is not needed again.
  malloc_trim(0);
  return live;
}

Coverage Live::coverage() const {
  Coverage coverage = engine_->coverage();
  coverage.mode = scope_ ? Coverage::Mode::kCommand : Coverage::Mode::kMachine;
  coverage.probes = probes_;
  coverage.canary = engine_->canary_seen() ? Coverage::Canary::kSeen : Coverage::Canary::kUnseen;
  // Law 5: recipes of events that no probe sees must not look watched.
  std::set<std::string> unseen, blind;
  const Artefact& artefact = engine_->artefact();
  std::erase(coverage.skipped, kObserved);
  for (const Trigger& trigger : artefact.triggers) {
    if (artefact.recipes[trigger.recipe.index()].name == kObserved) continue;
    const std::string event(info(trigger.event).name);
    if (std::find(coverage.probes.begin(), coverage.probes.end(), event) != coverage.probes.end()) continue;
    if (!can_happen(event)) continue;
    unseen.insert(event);
    blind.insert(artefact.recipes[trigger.recipe.index()].name);
  }
  coverage.unseen.assign(unseen.begin(), unseen.end());
  for (Coverage::Recipe& recipe : coverage.recipes) recipe.blind = blind.contains(recipe.name);
  return coverage;
}

std::string Live::watched() const {
  const Coverage now = coverage();
  std::string text = fmt::format("{} recipe{}, probes", now.recipes.size(), now.recipes.size() == 1 ? "" : "s");
  std::string_view joint = " ";
  for (const std::string& probe : now.probes) {
    text += fmt::format("{}{}", joint, probe);
    joint = ", ";
  }
  joint = "; not watched here: ";
  for (const std::string& event : now.unseen) {
    text += fmt::format("{}{}", joint, event);
    joint = ", ";
  }
  return text;
}

Status Live::prove(const std::string& token, bool scope) {
  CanaryChild canary;
  if (Status started = canary.start(token); !started.ok()) return started;
  if (scope) {
    if (Status watched = kernel_->watch(static_cast<uint32_t>(canary.pid())); !watched.ok()) return watched;
  }
  if (!canary.release()) return Error{"cannot start the canary", errno};
  const auto until = std::chrono::steady_clock::now() + kCanaryPatience;
  while (!engine_->canary_seen() && std::chrono::steady_clock::now() < until) {
    // Nobody has asked for detections yet: what comes before the canary waits in detections_.
    if (Status pumped = pump(std::chrono::milliseconds(20)); !pumped.ok()) return pumped;
  }
  if (engine_->canary_seen()) return Done{};
  return Error{"not watching: the probes are attached, but did not see the canary that was executed to prove them"};
}

void Live::judge(std::span<const std::byte> record) {
  const bool waiting = !engine_->canary_seen();
  // The ring is read-only and its records know time from boot only.
  copy_.assign((record.size() + 7) / 8, 0);
  std::memcpy(copy_.data(), record.data(), record.size());
  const auto bytes = std::as_writable_bytes(std::span(copy_)).first(record.size());
  if (bytes.size() >= sizeof(record_header)) {
    const uint64_t boot = kernel_->boot_wall_ns();
    std::memcpy(bytes.data() + offsetof(record_header, boot_wall_ns), &boot, sizeof boot);
  }
  const size_t before = detections_.size();
  const Status judged = engine_->judge(bytes, *context_, detections_);
  if (!judged.ok()) complain("a record from the kernel: " + judged.error().message());
  const bool was_canary = waiting && engine_->canary_seen();
  if (observe_ && judged.ok() && !was_canary) {
    observe_(engine_->event(), detections_.size() > before ? std::string_view(detections_[before].recipe) : std::string_view());
  }
  if (!tap_) return;
  if (!was_canary) give(bytes, 0);
  detections_.clear();  // who taps wants records
}

// To who taps, with what only this machine can say. round: how often the record has waited for that.
void Live::give(std::span<const std::byte> record, uint32_t round) {
  constexpr FieldId kAsked = FieldId::process_stdin_writers;
  if (!tapped_.decode(record).ok() || !has_field(tapped_.id(), kAsked)) return tap_(record);
  const std::optional<std::vector<std::string>> writers = context_->texts(tapped_, kAsked);
  if (context_->unsettled(tapped_) && waiting_.add(record, round, Waiting::Clock::now())) return;
  const std::vector<uint64_t> completed = writers ? with_list(record, kAsked, *writers) : std::vector<uint64_t>{};
  tap_(completed.empty() ? record : std::as_bytes(std::span(completed)));
}

// What has waited long enough; `last`: all that waits.
void Live::judge_waiting(bool last) {
  const auto now = last ? Waiting::Clock::time_point::max() : Waiting::Clock::now();
  engine_->judge_waiting(now, last, *context_, detections_);
  while (const std::optional<Waiting::Due> due = waiting_.take(now)) give(due->record(), last ? Waiting::kRounds : due->round);
}

// What the passing of time makes of it: events of a moment ago may still be on their way. `last`: no event comes any more.
void Live::close_windows(bool last) {
  constexpr uint64_t kOnTheirWay = 200'000'000;
  const std::optional<uint64_t> next = engine_->next_close();
  if (!next) return;
  timespec now{};
  (void)clock_gettime(CLOCK_BOOTTIME, &now);
  const uint64_t boot = static_cast<uint64_t>(now.tv_sec) * 1'000'000'000 + static_cast<uint64_t>(now.tv_nsec);
  if (!last && *next + kOnTheirWay >= boot) return;
  engine_->close_windows(last ? UINT64_MAX : boot - kOnTheirWay, *context_, detections_);
}

void Live::hurry() {
  constexpr int kNice = -10;
  (void)setpriority(PRIO_PROCESS, 0, kNice);  // a wish: without the right to it we watch all the same
}

void Live::take_counters() {
  const KernelCounters kernel = kernel_->counters();
  for (size_t i = 0; i < kernel.size(); ++i) {
    if (info(static_cast<Counter>(i)).kernel) engine_->counters()[i] = kernel[i];
  }
}

Status Live::pump(std::chrono::milliseconds timeout) {
  for (const auto& due : {engine_->next_due(), waiting_.next()}) {
    if (!due) continue;
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(*due - Waiting::Clock::now());
    timeout = std::clamp(left, std::chrono::milliseconds(0), timeout);
  }
  const Result<size_t> got = kernel_->poll([&](std::span<const std::byte> record) { judge(record); }, timeout);
  if (!got.ok()) return got.error();
  judge_waiting(false);
  close_windows(false);
  if (*got > 0) take_counters();
  if (output_ != nullptr && !detections_.empty()) output_->write(detections_, *engine_);
  if (output_ != nullptr) output_->flush(*engine_);  // what a slow reader did not take before, too
  return Done{};
}

Status Live::finish() {
  kernel_->detach();
  const Result<size_t> got = kernel_->drain([&](std::span<const std::byte> record) { judge(record); });
  judge_waiting(true);
  close_windows(true);
  take_counters();
  if (output_ != nullptr) {
    output_->write(detections_, *engine_);
    output_->flush(*engine_);
  }
  if (!got.ok()) return got.error();
  return Done{};
}

}  // namespace recipe::reciped
