// SPDX-License-Identifier: Apache-2.0
// `tune`: what is changed of recipes from outside. It works on what check has made of them, never on text: an exception more, a
// trigger that is `or`ed with `also when`, other metadata.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>
#include <unordered_map>

#include "compiler/check/context.h"
#include "compiler/check/properties.h"
#include "compiler/check/suggest.h"
#include "runtime/artefact/choice.h"

namespace recipe::checking {
namespace {

// What `tune` may say of a recipe; empty: it is left as it is.
struct Changes {
  std::optional<Importance> importance;
  std::optional<RecipeStatus> status;
  std::optional<bool> enabled;
  Span enabled_span;
  std::optional<std::vector<std::string>> tags, false_positives;
};

Changes read_changes(Context& context, DocumentIndex document, const WrittenTune& tune) {
  PropertyReader read(context, document);
  Changes out;
  const auto into = [](auto& optional) -> auto& {
    return optional.emplace();
  };
  read_properties(context, "a `tune`", tune.properties,
                  {{"importance", [&](const Property& p) { read.importance(p, into(out.importance)); }},
                   {"status", [&](const Property& p) { read.status(p, into(out.status)); }},
                   {"enabled",
                    [&](const Property& p) {
                      read.boolean(p, into(out.enabled));
                      out.enabled_span = p.key.span;
                    }},
                   {"tags", [&](const Property& p) { read.texts(p, into(out.tags)); }},
                   {"false_positives", [&](const Property& p) { read.texts(p, into(out.false_positives)); }}});
  return out;
}

void apply(const Changes& changes, Recipe& recipe) {
  RecipeInfo& info = recipe.info;
  if (changes.importance) {
    info.importance = *changes.importance;
    for (On& on : recipe.ons) on.importance = *changes.importance;
  }
  if (changes.status) info.status = *changes.status;
  if (changes.enabled) {
    info.enabled = *changes.enabled;
    recipe.enabled_span = changes.enabled_span;
  }
  if (changes.tags) info.tags = *changes.tags;
  if (changes.false_positives) info.false_positives = *changes.false_positives;
}

// when ⇒ when or also. false: too large.
bool widen(Context& context, Predicate& when, const Predicate& also, Span span) {
  if (when.nodes.size() + also.nodes.size() + 1 > kMaxPredicateNodes) {
    context.fault(Code::kTooLarge, span, "the condition is too large", "with this it has too many parts");
    return false;
  }
  PredicateNode either;
  either.kind = PredicateKind::kOr;
  either.span = span;
  either.end = static_cast<uint32_t>(when.nodes.size() + also.nodes.size() + 1);
  const auto tests = static_cast<uint32_t>(when.tests.size());
  const auto nodes = static_cast<uint32_t>(when.nodes.size() + 1);
  for (PredicateNode& node : when.nodes) ++node.end;
  when.nodes.insert(when.nodes.begin(), either);
  for (PredicateNode node : also.nodes) {
    node.end += nodes;
    node.test += tests;
    when.nodes.push_back(node);
  }
  when.tests.insert(when.tests.end(), also.tests.begin(), also.tests.end());
  return true;
}

void apply_also(Context& context, DocumentIndex document, ExpressionId id, Recipe& recipe) {
  std::vector<UsedField> used;
  const std::optional<Predicate> also = check_condition(context, document, id, used, 1);
  if (!also) return;
  if (recipe.state.sequence) {
    context.fault(Code::kWrongTune, also->nodes.front().span, fmt::format("`{}` is a sequence", recipe.info.name),
                  "which of its steps is meant is not said");
    return;
  }
  std::vector<EventId> events;
  for (const On& on : recipe.ons) events.push_back(on.event);
  const std::vector<EventId> fitting = events_with(events, used);
  if (fitting.empty()) return no_event_fits(context, events, used);
  for (On& on : recipe.ons) {
    if (std::find(fitting.begin(), fitting.end(), on.event) == fitting.end()) continue;
    if (!widen(context, on.when, *also, also->nodes.front().span)) return;
  }
}

class Tuner {
 public:
  explicit Tuner(Context& context) : context_(context) {
    std::vector<Recipe>& recipes = context.compilation.set.recipes;
    for (size_t i = 0; i < recipes.size(); ++i) by_name_.emplace(recipes[i].info.name, i);
  }

  void apply_tune(DocumentIndex document, const WrittenTune& tune) {
    const std::vector<Recipe*> chosen = tune.where ? chosen_by(*tune.where) : named_by(tune);
    const Changes changes = read_changes(context_, document, tune);
    for (Recipe* recipe : chosen) {
      apply(changes, *recipe);
      recipe->tunes.push_back(tune.span);
      for (const WrittenException& exception : tune.exceptions) check_exception(context_, document, exception, *recipe);
      for (const ExpressionId also : tune.also) apply_also(context_, document, also, *recipe);
    }
    if (tune.exceptions.empty() && tune.also.empty() && tune.properties.empty())
      context_.fault(Code::kWrongTune, tune.span, "the tune changes nothing",
                     "say what: `except ...`, `also when ...`, `importance low`");
  }

 private:
  std::vector<Recipe*> named_by(const WrittenTune& tune) {
    std::vector<Recipe*> out;
    for (const Word& name : tune.names) {
      const auto known = by_name_.find(name.text);
      if (known != by_name_.end()) {
        out.push_back(&context_.compilation.set.recipes[known->second]);
        continue;
      }
      // It may be one with errors of its own.
      const auto declared = context_.names.find(name.text);
      if (declared != context_.names.end() && declared->second.kind == DeclarationKind::kRecipe) {
        context_.silent_fault();
        continue;
      }
      std::vector<std::string_view> names;
      for (const auto& [each, index] : by_name_) names.push_back(each);
      const std::string near = suggest(name.text, names);
      Diagnostic& fault =
          context_.fault(Code::kWrongTune, name.span, fmt::format("there is no recipe `{}` to tune", name.text),
                         near.empty() ? std::string("is none of the set") : fmt::format("did you mean `{}`?", near));
      if (!near.empty()) fault.fixes.push_back({name.span, near, "write the name that is near"});
      if (near.empty())
        fault.hints.push_back("give its file too, or import it: a tune changes recipes of the set that is compiled");
    }
    return out;
  }

  std::vector<Recipe*> chosen_by(const Word& where) {
    std::vector<Recipe*> out;
    const Result<Choice> choice = Choice::parse(where.text);
    if (!choice.ok()) {
      context_.fault(Code::kWrongTune, where.span, "no recipe can be chosen so", choice.error().message());
      return out;
    }
    for (Recipe& recipe : context_.compilation.set.recipes) {
      Importance greatest = recipe.info.importance;
      for (const On& on : recipe.ons) greatest = std::max(greatest, on.importance);
      if (choice->wants(recipe.info, greatest)) out.push_back(&recipe);
    }
    return out;
  }

  Context& context_;
  std::unordered_map<std::string, size_t> by_name_;
};

}  // namespace

void apply_tunes(Context& context) {
  std::optional<Tuner> tuner;
  for (DocumentIndex i = 0; i < context.scopes.size(); ++i) {
    for (const WrittenTune& tune : context.document(i).tunes) {
      if (!tuner) tuner.emplace(context);
      tuner->apply_tune(i, tune);
    }
  }
}

}  // namespace recipe::checking
