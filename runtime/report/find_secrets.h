// SPDX-License-Identifier: Apache-2.0
// Where secrets stand in a text or in arguments, by the rows of secrets.def. redact.h masks what is found.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace recipe {

struct SecretSpan {
  size_t begin = 0, end = 0;

  friend bool operator==(const SecretSpan&, const SecretSpan&) = default;
};
using SecretSpans = std::vector<SecretSpan>;  // in order, apart from each other, none empty

[[nodiscard]] SecretSpans find_secrets(std::string_view text);
// One list of spans an argument.
[[nodiscard]] std::vector<SecretSpans> find_secrets(const std::vector<std::string>& arguments);
// Sorts, and joins what overlaps or touches.
void tidy(SecretSpans& spans);

}  // namespace recipe
