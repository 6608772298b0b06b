// SPDX-License-Identifier: Apache-2.0
// The kernel's classifier in userspace: the same C source (bpf/lib/classify.h) over the same image bytes.
#pragma once
#include <functional>
#include <memory>
#include <vector>

#include "runtime/artefact/lay_out.h"
#include "runtime/event.h"

namespace recipe {

// Not thread-safe: one scratch a Classifier. The image must outlive it.
class Classifier {
 public:
  // Marks of an event's process, as bits of LANE_MARKS, by value or not known.
  struct MarkBits {
    uint32_t tags = 0;
    bool known = true;
  };
  // Asked where a candidate asks for marks; empty: nothing is ever marked.
  using AskMarks = std::function<MarkBits(const Event&)>;
  explicit Classifier(const FilterImage& image, AskMarks ask_marks = {});
  ~Classifier();

  // The candidate slots of the event, in `out` (cleared first). true: undecided, every trigger is a candidate.
  [[nodiscard]] bool classify(const Event& event, std::vector<candidate_word>& out);
  // Tags that the candidates of the last event mark its process with, in the kernel.
  [[nodiscard]] uint32_t marks() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace recipe
