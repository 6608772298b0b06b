// SPDX-License-Identifier: Apache-2.0
// A field of an event as text: for messages and for the keys of throttles.
#pragma once
#include <optional>
#include <span>
#include <string>

#include "runtime/context/context.h"
#include "runtime/event.h"

namespace recipe {

// The record's value, or the machine's where the record lacks it or holds it cut. A list of strings is joined by spaces.
// nullopt: absent, or a record list.
[[nodiscard]] std::optional<std::string> value_text(const Event& event, FieldId field, Context& context);

// The fields that is_value() of process_members.h names and this event has, as they print; the order of the catalogue. Of a map
// only `names`.
[[nodiscard]] std::vector<EventValue> event_values(const Event& event, Context& context, std::span<const std::string> names);

}  // namespace recipe
