// SPDX-License-Identifier: Apache-2.0
// Written values → items: lists expanded, splices and parameters followed, words that are also names refused.
#include <fmt/format.h>

#include "compiler/check/context.h"

namespace recipe::checking {
namespace {

bool is_scalar(ValueForm form) {
  switch (form) {
    case ValueForm::kString:
    case ValueForm::kWord:
    case ValueForm::kInt:
    case ValueForm::kDuration:
    case ValueForm::kBool:
    case ValueForm::kPath:
    case ValueForm::kAddress:
      return true;
    case ValueForm::kList:
    case ValueForm::kSplice:
    case ValueForm::kObject:
      return false;
  }
  return false;
}

bool is_word(ValueForm form) {
  return form == ValueForm::kWord || form == ValueForm::kPath;
}

// A word that is also a list or macro in scope could mean either.
bool refuse_ambiguous(Context& context, Place place, const WrittenValue& value) {
  if (value.form != ValueForm::kWord) return false;
  const Declaration* declared = context.find(place.document, value.text);
  if (declared == nullptr || declared->kind == DeclarationKind::kRecipe) return false;
  const bool list = declared->kind == DeclarationKind::kList;
  Diagnostic& fault = context.fault(
      Code::kAmbiguousWord, value.span, fmt::format("`{}` is a word and the name of a {}", value.text, list ? "list" : "macro"),
      list ? fmt::format("write `...{}` for the list or `\"{}\"` for the word", value.text, value.text)
           : fmt::format("write `\"{}\"` for the word", value.text));
  fault.secondary.push_back({declared->span, "declared here"});
  if (list) fault.fixes.push_back({value.span, "..." + value.text, "splice the list"});
  fault.fixes.push_back({value.span, "\"" + value.text + "\"", "write the word as a string"});
  return true;
}

class Collector {
 public:
  Collector(Context& context, std::vector<Item>& out, std::vector<NamedTable>* tables)
      : context_(context), out_(out), tables_(tables) {}

  bool add(Place place, ValueId id, uint32_t depth) {
    const WrittenValue& value = context_.document(place.document)[id];
    if (value.form == ValueForm::kSplice) return splice(place, value, depth);
    if (value.form == ValueForm::kList) {
      context_.fault(Code::kOneOrMany, value.span, "a list stands inside a list",
                     "write its values without brackets, or splice a named list: `...NAME`");
      return false;
    }
    if (!is_scalar(value.form)) {
      context_.fault(Code::kWrongLiteral, value.span, "an object stands in a list of values", "objects stand in tests only");
      return false;
    }
    if (is_word(value.form)) {
      if (const Binding* bound = find_parameter(place, value.text)) {
        if (bound->hole) return hole_ = true, false;
        const WrittenValue& argument = context_.document(bound->document)[bound->value];
        const Place there{bound->document, bound->environment};
        if (argument.form == ValueForm::kList) {
          Diagnostic& fault = context_.fault(Code::kOneOrMany, argument.span, "one value is wanted here", "is a list");
          fault.secondary.push_back({value.span, fmt::format("write `...{}` to splice it", value.text)});
          return false;
        }
        if (++followed_ > kMaxMacroDepth) return false;
        return add(there, bound->value, depth);
      }
      if (refuse_ambiguous(context_, place, value)) return false;
    }
    return push({place.document, id, place.environment, false}, value.span);
  }

  bool list(Place place, const WrittenValue& value, uint32_t depth) {
    bool whole = true;
    for (const ValueId item : value.items) {
      followed_ = 0;
      whole = add(place, item, depth) && whole;
      if (full_) return false;
    }
    return whole;
  }

  // `...name`, and `in name`.
  bool named(Place place, const WrittenValue& value, uint32_t depth) {
    if (const Binding* bound = find_parameter(place, value.text)) {
      if (bound->hole) return hole_ = true, false;
      const WrittenValue& argument = context_.document(bound->document)[bound->value];
      const Place there{bound->document, bound->environment};
      if (argument.form == ValueForm::kList) return list(there, argument, depth);
      if (argument.form == ValueForm::kSplice || is_word(argument.form)) {
        if (++followed_ > kMaxMacroDepth) return false;
        return named(there, argument, depth);
      }
      context_.fault(Code::kOneOrMany, argument.span, fmt::format("the parameter `{}` wants a list", value.text),
                     "is one value: write `[...]` around it");
      return false;
    }
    const Declaration* declared = context_.find(place.document, value.text);
    if (declared == nullptr) {
      context_.unknown_name(place, "list", value.text, value.span);
      return false;
    }
    if (declared->kind != DeclarationKind::kList) {
      Diagnostic& fault =
          context_.fault(Code::kUnknownName, value.span, fmt::format("`{}` is no list", value.text), "a list is wanted here");
      fault.secondary.push_back({declared->span, "declared here"});
      return false;
    }
    const ExpandedList* list = expand(declared->document, declared->index, value.span, depth);
    if (list == nullptr) return false;
    if (list->table != 0) return take_table(*list, value);
    for (const Item& item : list->items) {
      if (!push(item, value.span)) return false;
    }
    return true;
  }

  bool splice(Place place, const WrittenValue& value, uint32_t depth) { return named(place, value, depth); }

  // nullptr: reported.
  const ExpandedList* expand(DocumentIndex document, uint32_t index, Span asked, uint32_t depth) {
    ExpandedList& list = context_.scopes[document].lists[index];
    const WrittenList& written = context_.document(document).lists[index];
    if (list.state == ExpandedList::State::kDone) return &list;
    if (list.state == ExpandedList::State::kFailed) return context_.silent_fault(), nullptr;
    if (list.state == ExpandedList::State::kOpen) {
      Diagnostic& fault =
          context_.fault(Code::kDefinitionCycle, asked, fmt::format("the list `{}` needs itself", written.name.text),
                         "is spliced into itself here");
      fault.secondary.push_back({written.name.span, "declared here"});
      return nullptr;
    }
    if (depth >= kMaxListDepth) {
      context_.fault(Code::kTooDeep, asked, "lists are spliced into lists too deeply",
                     fmt::format("at most {} levels", kMaxListDepth));
      return nullptr;
    }
    if (list.table != 0) return list.state = ExpandedList::State::kDone, &list;
    if (!written.value.valid()) return list.state = ExpandedList::State::kFailed, context_.silent_fault(), nullptr;
    list.state = ExpandedList::State::kOpen;
    const WrittenValue& value = context_.document(document)[written.value];
    bool whole = false;
    if (context_.unsupported_within(document, written.span)) {
      context_.silent_fault();
    } else {
      std::vector<Item> items;
      Collector inner(context_, items, nullptr);
      whole = inner.list({document, nullptr}, value, depth + 1);
      if (whole && items.empty()) {
        context_.fault(Code::kEmptyList, value.span, fmt::format("the list `{}` is empty", written.name.text),
                       "a test of it is never true");
        whole = false;
      }
      for (Item& item : items) item.in_list = true;
      list.items = std::move(items);
    }
    list.state = whole ? ExpandedList::State::kDone : ExpandedList::State::kFailed;
    if (!whole) list.items = {};
    return whole ? &list : nullptr;
  }

  [[nodiscard]] bool hole() const { return hole_; }

 private:
  bool take_table(const ExpandedList& list, const WrittenValue& value) {
    if (tables_ != nullptr) return tables_->push_back({list.table, value.span}), true;
    context_.fault(Code::kOneOrMany, value.span, fmt::format("`{}` is a list from a file", value.text),
                   "such a list stands behind `in`, `contains any` and `under any` only");
    return false;
  }

  bool push(Item item, Span span) {
    if (out_.size() >= kMaxListItems) {
      context_.fault(Code::kTooLarge, span, fmt::format("a list has more than {} values", kMaxListItems),
                     "counted with what is spliced");
      full_ = true;
      return false;
    }
    out_.push_back(item);
    return true;
  }

  Context& context_;
  std::vector<Item>& out_;
  std::vector<NamedTable>* tables_;
  uint32_t followed_ = 0;  // parameters bound to parameters
  bool full_ = false;
  bool hole_ = false;
};

}  // namespace

bool collect(Context& context, Place place, ValueId id, bool single, std::vector<Item>& out, std::vector<NamedTable>* tables) {
  const WrittenValue& value = context.document(place.document)[id];
  Collector collector(context, out, tables);
  bool whole = false;
  if (value.form == ValueForm::kList) {
    whole = collector.list(place, value, 0);
  } else if (value.form == ValueForm::kSplice || (is_word(value.form) && !single)) {
    const bool known = value.form == ValueForm::kSplice || find_parameter(place, value.text) != nullptr ||
                       context.find(place.document, value.text) != nullptr || context.scopes[place.document].broken;
    if (!known && value.form == ValueForm::kPath) {
      context.fault(Code::kOneOrMany, value.span, "a list is wanted here", "is a field")
          .fixes.push_back({value.span, "[" + value.text + "]", "make it a list"});
      return false;
    }
    if (value.form == ValueForm::kWord && !known) {
      context.unknown_name(place, "list", value.text, value.span, fmt::format("write `[{}]` for the word", value.text));
      return false;
    }
    whole = collector.named(place, value, 0);
  } else if (single) {
    whole = collector.add(place, id, 0);
  } else if (is_scalar(value.form)) {
    Diagnostic& fault = context.fault(Code::kOneOrMany, value.span, "a list is wanted here", "is one value");
    fault.hints.push_back(fmt::format("write `[{}]`", context.text(value.span)));
    fault.fixes.push_back({value.span, "[" + std::string(context.text(value.span)) + "]", "make it a list"});
    return false;
  } else {
    context.fault(Code::kWrongLiteral, value.span, "a list is wanted here", "is an object");
    return false;
  }
  if (whole && out.empty() && (tables == nullptr || tables->empty())) {
    context.fault(Code::kEmptyList, value.span, "the list is empty", "no value is in it, so the test is never true");
    return false;
  }
  return whole;
}

std::optional<Item> scalar(Context& context, Place place, ValueId id) {
  for (uint32_t followed = 0; followed <= kMaxMacroDepth; ++followed) {
    const WrittenValue& value = context.document(place.document)[id];
    if (!is_scalar(value.form)) {
      const std::string_view what = value.form == ValueForm::kObject ? "is an object" : "is a list";
      context.fault(Code::kOneOrMany, value.span, "one value is wanted here", std::string(what));
      return std::nullopt;
    }
    const Binding* bound = is_word(value.form) ? find_parameter(place, value.text) : nullptr;
    if (bound == nullptr) {
      if (refuse_ambiguous(context, place, value)) return std::nullopt;
      return Item{place.document, id, place.environment, false};
    }
    if (bound->hole) return std::nullopt;
    place = {bound->document, bound->environment};
    id = bound->value;
  }
  return std::nullopt;
}

void expand_lists(Context& context) {
  std::vector<Item> none;
  for (DocumentIndex i = 0; i < context.scopes.size(); ++i) {
    for (uint32_t j = 0; j < context.scopes[i].lists.size(); ++j) {
      Collector(context, none, nullptr).expand(i, j, context.document(i).lists[j].name.span, 0);
    }
  }
}

std::optional<uint64_t> check_duration(Context& context, DocumentIndex document, ValueId id, Code code, std::string_view what) {
  if (!id.valid()) return context.silent_fault(), std::nullopt;
  const std::optional<Item> item = scalar(context, {document, nullptr}, id);
  if (!item) return std::nullopt;
  const WrittenValue& value = context.written(*item);
  if (value.form == ValueForm::kDuration && value.number > 0) return static_cast<uint64_t>(value.number);
  context.fault(code, value.span, fmt::format("{} `{}`", what, spell_value(context, *item)), "a duration, as in `10m`");
  return std::nullopt;
}

std::string spell_value(const Context& context, Item item) {
  return std::string(context.text(context.written(item).span));
}

std::string_view form_name(ValueForm form) {
  switch (form) {
    case ValueForm::kString:
    case ValueForm::kWord:
    case ValueForm::kPath:
      return "a string";
    case ValueForm::kInt:
      return "a number";
    case ValueForm::kDuration:
      return "a duration";
    case ValueForm::kBool:
      return "a bool";
    case ValueForm::kAddress:
      return "an address";
    case ValueForm::kList:
    case ValueForm::kSplice:
      return "a list";
    case ValueForm::kObject:
      return "an object";
  }
  return "";
}

}  // namespace recipe::checking
