// SPDX-License-Identifier: Apache-2.0
// Events as JSON, one a line (the shape: grammar/README.md, "Events as JSON"), both ways. simdjson is used here alone.
#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/event.h"

namespace recipe {

// One line → values. Dotted fields are nested objects; unknown members are an error that names them and the nearest field;
// bytes that are not UTF-8 are \xHH in a string beside `"encoding": "escaped"` (see README). Errors say the column.
// A line of detections (its `event` is an object) is read as the event that it tells; what no event has is passed over there.
class JsonEvents {
 public:
  JsonEvents();
  ~JsonEvents();
  [[nodiscard]] Result<EventValues> parse(std::string_view line);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Event → the same shape (the inverse: parse(write(e)) encodes to the same record).
[[nodiscard]] std::string write_json(const Event& event);

// JSON string literal with quotes, without or (escaped) with the encoding "escaped": a backslash is doubled, and bytes that are
// no UTF-8 come out as \\xHH. A text that needs it turns `escaped` on; what was appended before must then be written anew.
void append_json_string(std::string& out, std::string_view text, bool& escaped);

}  // namespace recipe
