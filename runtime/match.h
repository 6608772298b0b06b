// SPDX-License-Identifier: Apache-2.0
// Match: that a trigger holds for an event, and why, before it becomes a Detection.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "runtime/artefact/artefact.h"

namespace recipe {

// One term of the clause that matched, with the value that met it.
struct TermWitness {
  uint32_t node = 0;           // of the trigger's program
  Truth truth = Truth::kTrue;  // kTrue or, on truncated fields, kUnknown
  std::string value;  // the value as text: `perl`, `argv[1] = "-e"`, `process.ancestors[2].name = "dpkg"`; empty where the
                      // field is absent
  bool in_kernel = false;
};

struct Match {
  TriggerId trigger;
  ClauseId clause;
  bool open = false;  // the condition ended unknown: a truncated field left it open
  std::vector<TermWitness> terms;
  std::vector<FieldId> truncated;  // fields of the event that are truncated and that the program asks
};

}  // namespace recipe
