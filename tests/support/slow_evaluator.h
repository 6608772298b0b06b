// SPDX-License-Identifier: Apache-2.0
// The slow, obvious evaluator: what runtime/artefact/test.h says, word for word, over the values of an event. It shares no code
// with runtime/match, allocates freely and recurses; everything fast is compared with it.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "compiler/clauses.h"
#include "compiler/predicate.h"
#include "runtime/artefact/artefact.h"
#include "runtime/event.h"

namespace recipe::slow {

// One mark that was set, kept for ever.
struct Marking {
  MarkAction action;
  int64_t pid = 0, start_time = 0;
  std::string path;
  uint64_t time = 0;
};

struct World {
  const EventValues* event = nullptr;
  const std::vector<OptionTable>* tables = nullptr;
  // What the kernel knows beyond the words of test.h, of cut values: the last component of a cut process.exe is process.name,
  // so
  // `==` with another last component is false; a cut element of argv that begins with a text does so however it goes on.
  bool kernel_knows = false;
  const std::vector<Marking>* markings = nullptr;  // before the event, in their order
  const std::vector<ValueTable>* lists = nullptr;  // of files, that tests name
};

// What a trigger's action that holds for the event sets; nullopt: nothing, the path is not known.
[[nodiscard]] std::optional<Marking> marking_of(const MarkAction& action, const EventValues& event);

[[nodiscard]] Truth evaluate(const Predicate& predicate, const World& world);
[[nodiscard]] Truth evaluate(const Program& program, const World& world);
[[nodiscard]] Truth evaluate(const Clauses& clauses, const Predicate& simplified, const World& world);
[[nodiscard]] Truth evaluate_clause(const Clause& clause, const Predicate& simplified, const World& world);

}  // namespace recipe::slow
