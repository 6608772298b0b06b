// SPDX-License-Identifier: Apache-2.0
// Go to definition, references, highlights, rename. A name means what check says: a file's own declarations and those of the
// files that it imports itself; marks and recipes are known in the whole set.
#include "tools/recipec/lsp/navigation.h"

#include <algorithm>
#include <set>

#include "runtime/catalogue/catalogue.h"
#include "tools/recipec/lsp/lexeme.h"

namespace recipe::lsp {
namespace {

bool is_local(SymbolKind kind) {
  return kind == SymbolKind::kParameter || kind == SymbolKind::kVariable;
}
bool has_uses(SymbolKind kind) {
  return kind != SymbolKind::kProgram && kind != SymbolKind::kTest;
}

// What a use means; nullopt: nothing that is declared.
std::optional<Named> resolve(Session& session, const File& file, const Use& use) {
  Named named{use.kind, use.name, use.place, nullptr, nullptr};
  if (is_local(use.kind)) {
    named.file = &file;
    named.symbol = &session.workspace.index(file).symbols[use.local];
    return named;
  }
  if (use.kind == SymbolKind::kMark) return named;
  const std::vector<Declared> found = use.kind == SymbolKind::kRecipe ? session.workspace.everywhere(use.name, false)
                                                                      : session.workspace.in_scope(file, use.name);
  if (found.empty()) return std::nullopt;
  named.kind = found.front().symbol->kind;
  named.file = found.front().file;
  named.symbol = found.front().symbol;
  return named;
}

bool same(const Named& a, const Named& b) {
  if (a.kind == SymbolKind::kMark || b.kind == SymbolKind::kMark) return a.kind == b.kind && a.name == b.name;
  return a.file == b.file && a.symbol == b.symbol;
}

const ImportUse* import_at(const FileIndex& index, uint32_t offset) {
  for (const ImportUse& import : index.imports) {
    if (import.place.holds(offset)) return &import;
  }
  return nullptr;
}

const FieldUse* field_at(const FileIndex& index, uint32_t offset) {
  for (const FieldUse& field : index.fields) {
    if (field.place.holds(offset)) return &field;
  }
  return nullptr;
}

}  // namespace

std::optional<Named> named_at(Session& session, const File& file, uint32_t offset) {
  const FileIndex& index = session.workspace.index(file);
  for (const Symbol& symbol : index.symbols) {
    if (!has_uses(symbol.kind) || !symbol.place.holds(offset)) continue;
    const bool mark = symbol.kind == SymbolKind::kMark;
    return Named{symbol.kind, symbol.name, symbol.place, mark ? nullptr : &file, mark ? nullptr : &symbol};
  }
  for (const Use& use : index.uses) {
    if (!use.place.holds(offset)) continue;
    if (std::optional<Named> named = resolve(session, file, use)) return named;
  }
  return std::nullopt;
}

std::vector<Mention> mentions(Session& session, const File& file, const Named& named) {
  std::vector<Mention> found;
  const auto look_into = [&](const File& each) {
    const FileIndex& index = session.workspace.index(each);
    for (const Symbol& symbol : index.symbols) {
      const bool declares = named.kind == SymbolKind::kMark ? symbol.kind == SymbolKind::kMark && symbol.name == named.name
                                                            : &symbol == named.symbol;
      if (declares) found.push_back({&each, symbol.place, true});
    }
    for (const Use& use : index.uses) {
      if (use.name != named.name) continue;
      const std::optional<Named> other = resolve(session, each, use);
      if (other && same(*other, named)) found.push_back({&each, use.place, false});
    }
  };
  if (is_local(named.kind)) {
    look_into(file);
  } else {
    for (const auto& [path, each] : session.workspace.files()) look_into(each);
  }
  return found;
}

Json definition(Session& session, const Json& params) {
  const At at = session.at(params);
  const FileIndex& index = session.workspace.index(at.file);
  if (const ImportUse* import = import_at(index, at.offset)) {
    const File* file = session.workspace.imported(at.file, import->path);
    return file == nullptr ? Json() : Json{session.location(*file, {0, 0})};
  }
  const std::optional<Named> named = named_at(session, at.file, at.offset);
  if (!named) return nullptr;
  Json out = Json::array();
  if (named->kind == SymbolKind::kMark) {
    for (const Declared& each : session.workspace.everywhere(named->name, true))
      out.push_back(session.location(*each.file, each.symbol->place));
  } else {
    out.push_back(session.location(*named->file, named->symbol->place));
  }
  return out;
}

Json references(Session& session, const Json& params) {
  const At at = session.at(params);
  const Json& with_declaration = member(member(params, "context"), "includeDeclaration");
  const bool declarations = !with_declaration.is_boolean() || with_declaration.get<bool>();
  Json out = Json::array();
  if (const std::optional<Named> named = named_at(session, at.file, at.offset)) {
    for (const Mention& each : mentions(session, at.file, *named)) {
      if (declarations || !each.declares) out.push_back(session.location(*each.file, each.place));
    }
    return out;
  }
  const FieldUse* field = field_at(session.workspace.index(at.file), at.offset);
  if (field == nullptr) return out;
  const std::string name = field->name;
  for (const auto& [path, file] : session.workspace.files()) {
    for (const FieldUse& each : session.workspace.index(file).fields) {
      if (each.name == name) out.push_back(session.location(file, each.place));
    }
  }
  return out;
}

Json highlights(Session& session, const Json& params) {
  const At at = session.at(params);
  Json out = Json::array();
  if (const std::optional<Named> named = named_at(session, at.file, at.offset)) {
    for (const Mention& each : mentions(session, at.file, *named)) {
      if (each.file == &at.file)
        out.push_back({{"range", session.range(at.file, each.place)}, {"kind", each.declares ? 3 : 2}});
    }
    return out;
  }
  const FileIndex& index = session.workspace.index(at.file);
  if (const FieldUse* field = field_at(index, at.offset)) {
    for (const FieldUse& each : index.fields) {
      if (each.name == field->name) out.push_back({{"range", session.range(at.file, each.place)}, {"kind", 2}});
    }
  }
  return out;
}

Json prepare_rename(Session& session, const Json& params) {
  const At at = session.at(params);
  const std::optional<Named> named = named_at(session, at.file, at.offset);
  if (!named) throw Refusal{kRequestFailed, "only lists, macros, recipes, marks, parameters and variables can be renamed"};
  return {{"range", session.range(at.file, named->place)}, {"placeholder", named->name}};
}

// Refusal: the name is none, or is taken where it would stand.
Json rename(Session& session, const Json& params) {
  const At at = session.at(params);
  const std::optional<Named> named = named_at(session, at.file, at.offset);
  if (!named) throw Refusal{kRequestFailed, "only lists, macros, recipes, marks, parameters and variables can be renamed"};
  const std::string name = text_of(params, "newName");
  if (!is_name(name)) {
    throw Refusal{kInvalidParams, "`" + name.substr(0, 80) +
                                      "` is no name: a name is letters, digits and `_`, begins with none of the digits, "
                                      "and is no word of the language"};
  }
  if (name == named->name) return {{"changes", Json::object()}};
  const bool local = is_local(named->kind);
  if (find_field(name) != nullptr) throw Refusal{kRequestFailed, "the name `" + name + "` would hide the field of that name"};
  if (named->kind != SymbolKind::kMark) {
    const std::vector<Declared> taken = session.workspace.everywhere(name, false);
    if (!taken.empty()) {
      throw Refusal{kRequestFailed, "the name `" + name + "` is taken: it is declared in " + taken.front().file->path};
    }
    for (const Symbol& symbol : session.workspace.index(local ? at.file : *named->file).symbols) {
      if (is_local(symbol.kind) && symbol.name == name)
        throw Refusal{kRequestFailed, "the name `" + name + "` is taken: a parameter or variable of this file has it"};
    }
  } else if (!session.workspace.everywhere(name, true).empty()) {
    throw Refusal{kRequestFailed, "the name `" + name + "` is taken: another recipe sets a mark of this name"};
  }
  Json changes = Json::object();
  for (const Mention& each : mentions(session, at.file, *named))
    changes[each.file->uri].push_back({{"range", session.range(*each.file, each.place)}, {"newText", name}});
  return {{"changes", std::move(changes)}};
}

}  // namespace recipe::lsp
