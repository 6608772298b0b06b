// SPDX-License-Identifier: Apache-2.0
// What a name in a file means, and where else it stands.
#pragma once
#include <optional>
#include <vector>

#include "tools/recipec/lsp/session.h"

namespace recipe::lsp {

// The thing that a place in a file names.
struct Named {
  SymbolKind kind = SymbolKind::kList;
  std::string name;
  Place place;                 // of the name, here
  const File* file = nullptr;  // that declares it; of marks, which several recipes may set, nullptr
  const Symbol* symbol = nullptr;
};

struct Mention {
  const File* file = nullptr;
  Place place;
  bool declares = false;
};

// nullopt: no list, macro, recipe, mark, parameter or variable stands there.
[[nodiscard]] std::optional<Named> named_at(Session& session, const File& file, uint32_t offset);

// Every place that means the same, its declarations included, in the order of the files.
[[nodiscard]] std::vector<Mention> mentions(Session& session, const File& file, const Named& named);

}  // namespace recipe::lsp
