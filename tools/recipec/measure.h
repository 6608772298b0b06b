// SPDX-License-Identifier: Apache-2.0
// Recipes over captures: what the kernel's filter lets through, what becomes of it, and what each recipe costs there. The
// events stream by; what is kept are the figures, and what recipes remember.
#pragma once
#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "runtime/match/trace.h"
#include "tools/recipec/harness.h"

namespace recipe::recipec {

// A term of a recipe, once however often macros and negation bring it to its clauses.
struct FailingTerm {
  RecipeId recipe;
  std::string words, file;
  uint32_t line = 0;
  bool kernel = false;  // the kernel decides it in part
  uint64_t events = 0;  // that the filter let through for its clause, and for which it is false while the recipe holds nowhere
};

struct RecipeFigures {
  static constexpr size_t kRepeats = 3;

  uint64_t passed = 0;                   // events that the filter lets through for it
  uint64_t alone = 0;                    // of these: for no other recipe
  uint64_t in_vain = 0;                  // of `passed`: no condition of it holds
  uint64_t matched = 0;                  // conditions that hold, of steps and of what is counted too
  uint64_t known = 0;                    // held back by `unless seen`
  uint64_t throttled = 0;                // and by its throttle
  uint64_t detections = 0;               // as replay tells them: the summary at the end of a throttle's window is one
  std::vector<uint64_t> excepted;        // matches, by exception of the recipe
  std::map<ClauseId, uint64_t> clauses;  // matches by the clause that held
  std::array<uint64_t, kRepeats> ns{};   // for its conditions and exceptions in userspace, over all events, in each repeat
};

class Measurement {
 public:
  // Error: ours.
  [[nodiscard]] static Result<Measurement> build(const Artefact& compiled);

  // A capture begins: nothing of the one before is remembered, and its time begins anew.
  void begin();
  // Error: the record is no event.
  [[nodiscard]] Status add(std::span<const std::byte> record);
  // No later event can come: what waits for time to pass has waited.
  void end();

  [[nodiscard]] const Artefact& artefact() const { return harness_.artefact(); }
  [[nodiscard]] const std::vector<RecipeFigures>& recipes() const { return recipes_; }  // by RecipeId
  [[nodiscard]] const std::vector<FailingTerm>& terms() const { return terms_; }
  [[nodiscard]] uint64_t events() const { return events_; }
  [[nodiscard]] uint64_t passed() const { return passed_; }    // the filter of the whole set
  [[nodiscard]] uint64_t untimed() const { return untimed_; }  // events that say no time
  // From the first event of each capture to its last, together.
  [[nodiscard]] uint64_t span_ns() const { return span_ns_; }

 private:
  // A recipe that the event passes for: a run of wanted_.
  struct Wanted {
    RecipeId recipe;
    TriggerId trigger;
    ClauseId clause;
  };
  // Terms of one event's clauses.
  struct Terms {
    Tracer tracer;
    std::map<const ClauseInfo*, std::pair<size_t, size_t>> of;  // begin and end in the tracer
    std::vector<size_t> rows;                                   // of terms_, by the tracer's terms
  };

  explicit Measurement(Harness harness) : harness_(std::move(harness)) {}
  [[nodiscard]] Status trace(EventId event, const std::vector<TriggerId>& triggers);
  void pass_time(uint64_t now_boot_ns);
  void note_time();
  void find_wanted();
  void take_time(std::span<const Wanted> wanted, RecipeFigures& figures);
  void blame(std::span<const Wanted> wanted);
  void note(const State::Verdict& verdict);
  [[nodiscard]] RecipeFigures& of(TriggerId trigger);
  [[nodiscard]] Detection witness(const Match& match) const;

  Harness harness_;
  std::vector<RecipeFigures> recipes_;
  std::vector<FailingTerm> terms_;
  std::map<EventId, Terms> by_event_;
  std::map<std::string, RecipeId> by_name_;
  uint64_t events_ = 0, passed_ = 0, untimed_ = 0, span_ns_ = 0;
  std::optional<std::pair<int64_t, int64_t>> times_;  // first and last of this capture, ns from 1970
  uint64_t clock_ns_ = 0;                             // what asking for the time costs
  std::span<const std::byte> record_;                 // of the event that is judged
  Event event_;
  std::vector<Match> matches_;
  std::vector<Wanted> wanted_;  // by recipe
};

}  // namespace recipe::recipec
