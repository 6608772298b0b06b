// SPDX-License-Identifier: Apache-2.0
// A name belongs to one block only, so the slot joins the block that has the name; what shares the block is not narrowed.
#include "runtime/canary.h"

#include <sys/random.h>

#include <algorithm>
#include <array>

#include "bpf/abi/filter_image.h"
#include "bpf/abi/limits.h"

namespace recipe {

Result<std::string> make_canary_token() {
  std::array<unsigned char, 16> bytes{};
  if (getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size()))
    return Error{"cannot get random bytes for the canary", errno};
  std::string token(kCanaryPrefix);
  for (const unsigned char byte : bytes) {
    token += "0123456789abcdef"[byte >> 4];
    token += "0123456789abcdef"[byte & 15];
  }
  return token;
}

void add_canary(Filter& filter, const Canary& canary) {
  FilterSlot slot;
  slot.terms.push_back({LANE_ARGV, false, {{KeyKind::kExact, false, 0, canary.token, 0}}});
  const auto named = std::find_if(filter.blocks.begin(), filter.blocks.end(), [&](const FilterBlock& block) {
    return block.event == EventId::exec && std::find(block.names.begin(), block.names.end(), canary.name) != block.names.end();
  });
  if (named == filter.blocks.end()) {
    filter.blocks.push_back({EventId::exec, {canary.name}, {std::move(slot)}});
  } else if (named->slots.size() < RECIPE_SLOTS) {
    named->slots.push_back(std::move(slot));
  } else {
    named->slots.back().terms.clear();  // shares a slot, by widening
  }
}

}  // namespace recipe
