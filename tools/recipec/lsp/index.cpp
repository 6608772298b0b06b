// SPDX-License-Identifier: Apache-2.0
// See index.h. A document's expressions and values are flat vectors, so nothing here depends on which member holds them: what
// encloses an expression (a macro, a loop) is found by its place.
#include "tools/recipec/lsp/index.h"

#include <algorithm>
#include <map>

#include "runtime/catalogue/catalogue.h"
#include "tools/recipec/lsp/lexeme.h"

namespace recipe::lsp {
namespace {

Place place_of(Span span) {
  return {span.begin, span.end};
}
bool within(Span inner, Place outer) {
  return outer.begin <= inner.begin && inner.end <= outer.end;
}

// A name that means something only inside of `scope`.
struct Local {
  uint32_t symbol = 0;
  Place scope;
  FieldId list = FieldId::kNone;  // of a loop's variable
};

class Indexer {
 public:
  explicit Indexer(const Document& document) : document_(document) {}

  FileIndex run() {
    for (const WrittenImport& import : document_.imports)
      out_.imports.push_back({import.path.text, place_of(import.path.span)});
    for (const WrittenList& list : document_.lists)
      add(SymbolKind::kList, list.name, list.span, list.type ? list.type->text : "");
    for (const WrittenMacro& macro : document_.macros) declare_macro(macro);
    for (const WrittenProgram& program : document_.programs) {
      for (const Word& name : program.names) add(SymbolKind::kProgram, name, program.span, "");
    }
    for (const WrittenShared& shared : document_.exceptions) add(SymbolKind::kException, shared.name, shared.span, "");
    for (const WrittenRecipe& recipe : document_.recipes) declare_recipe(recipe);
    declare_loops();
    sort_locals();
    for (const WrittenRecipe& recipe : document_.recipes) {
      use_keys(recipe);
      use_shared(recipe.exceptions);
    }
    use_expressions();
    use_splices();
    use_tunes();
    use_test_fields();
    return std::move(out_);
  }

 private:
  uint32_t add(SymbolKind kind, const Word& name, Span whole, std::string detail, uint32_t parent = Symbol::kNone) {
    out_.symbols.push_back({kind, name.text, place_of(name.span), place_of(whole), std::move(detail), parent});
    return static_cast<uint32_t>(out_.symbols.size() - 1);
  }

  void declare_macro(const WrittenMacro& macro) {
    std::string detail;
    for (const Word& parameter : macro.parameters) detail += (detail.empty() ? "" : ", ") + parameter.text;
    const uint32_t whole = add(SymbolKind::kMacro, macro.name, macro.span, detail.empty() ? "" : "(" + detail + ")");
    for (const Word& parameter : macro.parameters) {
      const uint32_t symbol = add(SymbolKind::kParameter, parameter, parameter.span, "", whole);
      add_local(parameter.text, {symbol, place_of(macro.span), FieldId::kNone});
    }
  }

  void declare_recipe(const WrittenRecipe& recipe) {
    std::string title;
    for (const Property& property : recipe.properties) {
      if (property.key.text == "title" && property.value.valid()) title = document_[property.value].text;
    }
    const uint32_t whole = add(SymbolKind::kRecipe, recipe.name, recipe.span, title);
    const auto add_marks = [&](const std::vector<WrittenMark>& marks) {
      for (const WrittenMark& mark : marks) add(SymbolKind::kMark, mark.name, mark.span, mark.target.text, whole);
    };
    add_marks(recipe.marks);
    for (const WrittenOn& on : recipe.ons) add_marks(on.marks);
    for (const WrittenTest& test : recipe.tests) {
      add(SymbolKind::kTest, test.title, test.span, test.expectation == TestExpectation::kNothing ? "nothing" : "match", whole);
    }
  }

  void declare_loops() {
    for (const Expression& each : document_.expressions) {
      if (each.form != ExpressionForm::kAny && each.form != ExpressionForm::kAll) continue;
      const uint32_t symbol = add(SymbolKind::kVariable, each.name, each.span, each.subject.path.text);
      const FieldInfo* list = find_field(each.subject.path.text);
      add_local(each.name.text, {symbol, place_of(each.span), list != nullptr ? list->id : FieldId::kNone});
    }
  }

  // The innermost parameter or variable of this name around a place. Names do not hide each other, so the one that begins
  // last before the place is it; a few more are tried for the sake of what is wrong.
  const Local* local(std::string_view name, Span at) const {
    const auto known = locals_.find(name);
    if (known == locals_.end()) return nullptr;
    const std::vector<Local>& all = known->second;
    auto after = std::upper_bound(all.begin(), all.end(), at.begin,
                                  [](uint32_t offset, const Local& each) { return offset < each.scope.begin; });
    for (int tries = 0; after != all.begin() && tries < 8; ++tries) {
      --after;
      if (within(at, after->scope)) return &*after;
    }
    return nullptr;
  }

  void add_local(const std::string& name, Local local) { locals_[name].push_back(local); }

  void sort_locals() {
    for (auto& [name, all] : locals_) {
      std::sort(all.begin(), all.end(), [](const Local& a, const Local& b) { return a.scope.begin < b.scope.begin; });
    }
  }

  void use_local(const Local& local, std::string_view name, Span at) {
    const auto end = at.begin + static_cast<uint32_t>(name.size());
    out_.uses.push_back({out_.symbols[local.symbol].kind, std::string(name), {at.begin, end}, local.symbol, false});
  }

  // A field, a variable's element, a parameter. false: none of these.
  bool use_path(std::string_view path, Span at) {
    const std::string_view head = path.substr(0, path.find('.'));
    if (const Local* known = local(head, at)) {
      use_local(*known, head, at);
      if (known->list != FieldId::kNone && head.size() < path.size()) {
        if (const FieldInfo* element = find_element(known->list, path.substr(head.size() + 1))) {
          const std::string whole = std::string(info(known->list).name) + "[]." + std::string(element->name);
          out_.fields.push_back({whole, {at.begin + static_cast<uint32_t>(head.size()) + 1, at.end}});
        }
      }
      return true;
    }
    if (find_field(path) == nullptr) return false;
    out_.fields.push_back({std::string(path), place_of(at)});
    return true;
  }

  void use_operand(const WrittenValue& value) {
    if (value.form != ValueForm::kWord && value.form != ValueForm::kPath) return;
    if (!use_path(value.text, value.span) && is_name(value.text))
      out_.uses.push_back({SymbolKind::kList, value.text, place_of(value.span), Symbol::kNone, true});
  }

  void use_expressions() {
    for (const Expression& each : document_.expressions) {
      const std::string& path = each.subject.path.text;
      if (each.form == ExpressionForm::kCall) {
        out_.uses.push_back({SymbolKind::kMacro, each.name.text, place_of(each.name.span), Symbol::kNone, false});
      } else if (each.form == ExpressionForm::kMarked) {
        out_.uses.push_back({SymbolKind::kMark, each.name.text, place_of(each.name.span), Symbol::kNone, false});
        use_path(path, each.subject.path.span);
      } else if (!path.empty() && !use_path(path, each.subject.path.span) && each.form == ExpressionForm::kBare &&
                 is_name(path)) {
        out_.uses.push_back({SymbolKind::kMacro, path, place_of(each.subject.path.span), Symbol::kNone, false});
      }
      if (each.form == ExpressionForm::kTest && each.value.valid()) use_operand(document_[each.value]);
      for (const ValueId argument : each.arguments) {
        if (argument.valid()) use_operand(document_[argument]);
      }
    }
  }

  void use_splices() {
    for (const WrittenValue& value : document_.values) {
      if (value.form != ValueForm::kSplice || value.text.size() > value.span.end - value.span.begin) continue;
      const Span name = {value.span.source, value.span.end - static_cast<uint32_t>(value.text.size()), value.span.end};
      if (const Local* known = local(value.text, name)) {
        use_local(*known, value.text, name);
      } else {
        out_.uses.push_back({SymbolKind::kList, value.text, place_of(name), Symbol::kNone, false});
      }
    }
  }

  void use_name(SymbolKind kind, const Word& name) {
    out_.uses.push_back({kind, name.text, place_of(name.span), Symbol::kNone, false});
  }

  void use_shared(const std::vector<WrittenException>& exceptions) {
    for (const WrittenException& exception : exceptions) {
      if (exception.shared) use_name(SymbolKind::kException, *exception.shared);
    }
  }

  void use_tunes() {
    for (const WrittenTune& tune : document_.tunes) {
      for (const Word& name : tune.names) use_name(SymbolKind::kRecipe, name);
      use_shared(tune.exceptions);
    }
  }

  // Fields behind `by` and `unless seen`.
  void use_keys(const WrittenRecipe& recipe) {
    const auto use = [&](const std::vector<Word>& fields) {
      for (const Word& field : fields) use_path(field.text, field.span);
    };
    for (const WrittenThrottle& throttle : recipe.throttles) use(throttle.by);
    for (const WrittenCount& count : recipe.counts) use(count.by);
    for (const WrittenOn& on : recipe.ons) {
      if (on.count) use(on.count->by);
    }
    for (const WrittenSequence& sequence : recipe.sequences) use(sequence.by);
    for (const WrittenSeen& seen : recipe.seen) use(seen.fields);
  }

  void use_test_fields() {
    for (const WrittenValue& value : document_.values) {
      for (const ValueEntry& entry : value.entries) {
        if (find_field(entry.name.text) != nullptr) out_.fields.push_back({entry.name.text, place_of(entry.name.span)});
      }
    }
  }

  const Document& document_;
  FileIndex out_;
  std::map<std::string, std::vector<Local>, std::less<>> locals_;
};

}  // namespace

FileIndex build_index(const Document& document) {
  return Indexer(document).run();
}

}  // namespace recipe::lsp
