// SPDX-License-Identifier: Apache-2.0
// Engine: one record in, detections out. engine.cpp is the table of contents of the running half; live and replay differ
// there in one line (who classified).
#pragma once
#include <array>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "runtime/artefact/artefact.h"
#include "runtime/canary.h"
#include "runtime/classify/classify.h"
#include "runtime/context/context.h"
#include "runtime/coverage.h"
#include "runtime/detection.h"
#include "runtime/event.h"
#include "runtime/match/matcher.h"
#include "runtime/report/report.h"
#include "runtime/sink/sink.h"
#include "runtime/state/state.h"
#include "runtime/waiting.h"

namespace recipe {

// Rows of counters.def, both sides.
enum class Counter : uint8_t {
#define COUNTER(id, side, loss, doc) k_##id,
#include "bpf/abi/counters.def"
  kCount,
};
struct CounterInfo {
  std::string_view name, doc;
  bool kernel, loss;
};
[[nodiscard]] const CounterInfo& info(Counter counter);
using Counters = std::array<uint64_t, static_cast<size_t>(Counter::kCount)>;

class Engine {
 public:
  // seed: of the filter's hashes; a fresh secret one each load. generation: what records must carry (live). canary: whose exec
  // is let through, and proves once that the probes see instead of being judged.
  [[nodiscard]] static Result<std::unique_ptr<Engine>> build(Artefact artefact, uint64_t seed, uint32_t generation,
                                                             const Canary* canary = nullptr);
  ~Engine();

  // Judges one record. Detections are appended to `out`; a malformed record is counted, and the error says what.
  [[nodiscard]] Status judge(std::span<const std::byte> record, Context& context, std::vector<Detection>& out);

  // Judges again what waited for a process to settle (Context::unsettled) and is due at `now`. `last`: there is no later,
  // whatever context says.
  void judge_waiting(Waiting::Clock::time_point now, bool last, Context& context, std::vector<Detection>& out);
  // When that has something to do next; nullopt: nothing waits.
  [[nodiscard]] std::optional<Waiting::Clock::time_point> next_due() const { return waiting_.next(); }
  // What the passing of time makes of what recipes remember: all that ends before the moment (ns from boot). Each judge() does
  // it up to its event.
  void close_windows(uint64_t now_boot_ns, Context& context, std::vector<Detection>& out);
  [[nodiscard]] std::optional<uint64_t> next_close() const { return state_->next_close(); }
  void show_secrets() { reporter_->show_secrets(); }  // else detections come with their secrets masked

  [[nodiscard]] const Artefact& artefact() const { return artefact_; }
  // The one that was judged last; of a malformed record nothing may be asked. Its bytes are the record's.
  [[nodiscard]] const Event& event() const { return event_; }
  [[nodiscard]] const FilterImage& image() const { return image_; }
  [[nodiscard]] Counters& counters() { return counters_; }
  [[nodiscard]] uint64_t sequence() const { return sequence_; }

  [[nodiscard]] bool canary_seen() const { return canary_seen_; }
  [[nodiscard]] const Marks& marks() const { return *marks_; }
  // After a reload: what the engine before remembered.
  void adopt_marks(const Marks& before) { marks_->adopt(before); }
  [[nodiscard]] Seen& seen() { return state_->seen(); }
  // The recipes, what was counted, the canary; what the probes and the command line know is for the caller to add.
  [[nodiscard]] Coverage coverage() const;

 private:
  Engine() = default;
  [[nodiscard]] Status judge(std::span<const std::byte> record, uint32_t round, Context& context, std::vector<Detection>& out);
  void drop_excepted(Context& context);
  void report(Context& context, std::vector<Detection>& out);
  void tell(Detection detection, Context& context, std::vector<Detection>& out);
  void tell(State::Verdict verdict, Context& context, std::vector<Detection>& out);
  [[nodiscard]] bool is_canary();
  [[nodiscard]] bool find_candidates();  // true: every trigger is one
  [[nodiscard]] std::vector<std::pair<std::string, uint64_t>> changed_losses();
  void count(Counter counter) { ++counters_[static_cast<size_t>(counter)]; }

  Artefact artefact_;
  FilterImage image_;
  uint32_t generation_ = 0;
  std::unique_ptr<Classifier> classifier_;
  std::unique_ptr<Marks> marks_;
  std::unique_ptr<Matcher> matcher_;
  std::unique_ptr<Reporter> reporter_;
  std::unique_ptr<State> state_;
  Event event_;
  std::vector<candidate_word> candidates_;
  std::vector<Match> matches_;
  Waiting waiting_;
  size_t excepted_ = 0;           // of the event that is judged
  Counters counters_{}, told_{};  // told_: the losses that a detection has carried
  std::string canary_;
  bool canary_seen_ = false;
  uint64_t sequence_ = 0;
};

}  // namespace recipe
