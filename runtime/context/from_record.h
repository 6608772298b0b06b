// SPDX-License-Identifier: Apache-2.0
// What the record itself says of the process tree; both contexts begin with it.
#pragma once
#include "runtime/context/context.h"

namespace recipe {

[[nodiscard]] ProcessInfo from_record(const Ancestor& ancestor);

// The record's ancestors in `storage`; no list where the record has none.
[[nodiscard]] Context::Ancestors record_ancestors(const Event& event, std::vector<ProcessInfo>& storage);

}  // namespace recipe
