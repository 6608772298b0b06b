// SPDX-License-Identifier: Apache-2.0
// One file as the editor's questions need it: what it declares, and every place where a name stands. Made of the file's own
// Document, so it is cheap to make anew and needs no other file; what a name means is looked up later, in the workspace.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/document.h"

namespace recipe::lsp {

enum class SymbolKind : uint8_t { kList, kMacro, kException, kRecipe, kMark, kProgram, kTest, kParameter, kVariable };

// One name of the whole set: two declarations of it are refused.
[[nodiscard]] constexpr bool is_global(SymbolKind kind) {
  return kind == SymbolKind::kList || kind == SymbolKind::kMacro || kind == SymbolKind::kException ||
         kind == SymbolKind::kRecipe;
}

struct Place {
  uint32_t begin = 0;
  uint32_t end = 0;

  [[nodiscard]] bool holds(uint32_t offset) const { return begin <= offset && offset <= end; }
  friend bool operator==(const Place&, const Place&) = default;
};

struct Symbol {
  SymbolKind kind = SymbolKind::kList;
  std::string name;
  Place place;              // of the name
  Place whole;              // of the declaration
  std::string detail;       // a macro's parameters, a recipe's title
  uint32_t parent = kNone;  // into the same file's symbols
  static constexpr uint32_t kNone = ~0u;
};

// A name where it is used, not declared. kParameter and kVariable never leave their declaration.
struct Use {
  SymbolKind kind = SymbolKind::kList;
  std::string name;
  Place place;
  uint32_t local = Symbol::kNone;  // of kParameter and kVariable: their symbol
  bool maybe = false;              // a bare word that is a string where no list or macro of the name is in scope
};

struct FieldUse {
  std::string name;  // as the catalogue spells it; of an element with its list: process.ancestors[].name
  Place place;
};

struct ImportUse {
  std::string path;
  Place place;
};

struct FileIndex {
  std::vector<Symbol> symbols;
  std::vector<Use> uses;
  std::vector<FieldUse> fields;
  std::vector<ImportUse> imports;
};

[[nodiscard]] FileIndex build_index(const Document& document);

}  // namespace recipe::lsp
