// SPDX-License-Identifier: Apache-2.0
// The kernel's classifier in userspace: the same C source (bpf/lib/classify.h) over the same image bytes.
#pragma once
#include <memory>
#include <vector>

#include "runtime/artefact/lay_out.h"
#include "runtime/event.h"

namespace recipe {

// Not thread-safe: one scratch a Classifier. The image must outlive it.
class Classifier {
 public:
  explicit Classifier(const FilterImage& image);
  ~Classifier();

  // The candidate slots of the event, in `out` (cleared first). true: undecided, every trigger is a candidate.
  [[nodiscard]] bool classify(const Event& event, std::vector<candidate_word>& out);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace recipe
