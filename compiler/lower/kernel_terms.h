// SPDX-License-Identifier: Apache-2.0
// One test → the keys by which the kernel can decide it. Private to build_filter.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "compiler/predicate.h"
#include "runtime/artefact/filter.h"

namespace recipe {

struct KernelTerm {
  FilterTerm term;     // argv: lane LANE_ARGV, the clause's own lane is chosen later
  bool exact = false;  // the keys decide the test wholly, up to a collision of hashes
};

// nullopt: the kernel cannot decide it; it is any.
//   positive: the test can be true only where some key hits
//   negated:  where some key hits the test is true for certain, so its negation is false
[[nodiscard]] std::optional<KernelTerm> kernel_term(const Test& test, bool negated);

// The values of the event's pivot without which the positive test is false: of process.name == and process.exe ==, of events of
// files file.name == and file.path ==.
[[nodiscard]] std::optional<std::vector<std::string>> pivot_names(const Test& test, bool negated, EventId event);

// Of `any p in process.ancestors: ...`: names of which some ancestor must have one, sorted. nullopt: it is no such loop, or any
// ancestor may do.
[[nodiscard]] std::optional<std::vector<std::string>> ancestor_names(const Predicate& predicate, uint32_t node);

// Of `process.marked a`, several by simplify: the marks of which the process must have one. nullopt: it is no such test.
[[nodiscard]] std::optional<std::vector<std::string>> asked_marks(const Test& test, bool negated);

}  // namespace recipe
