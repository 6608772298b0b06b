// SPDX-License-Identifier: Apache-2.0
// Secrets in what an event brought → `***`. In: texts, arguments, or a whole Detection; out: the same with the secrets masked,
// and how many there were. What is a secret: secrets.def.
//
//   curl -H 'Authorization: Bearer ghp_0123...'  →  curl -H 'Authorization: Bearer ghp_******'
//
// The words around a secret stay, they say its kind; of the secret itself only its rough length is left: *** below 16 bytes,
// ****** below 64, else *********.
#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/detection.h"

namespace recipe {

struct SecretInfo {
  std::string_view id, doc;
};
[[nodiscard]] std::span<const SecretInfo> all_secrets();

[[nodiscard]] size_t redact(std::string& text);
// An argument list: an option's value may be the next element, and then is all of it.
[[nodiscard]] size_t redact(std::vector<std::string>& arguments);
// Every text that does not come from the recipe itself. A secret that one text shows by its context is masked in the others
// too. Fills detection.redacted. Once only: what is masked is not looked at again.
void redact(Detection& detection);

}  // namespace recipe
