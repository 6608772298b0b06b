// SPDX-License-Identifier: Apache-2.0
// Check's table of contents: one call a step, and what holds after it. Each step reports all it finds and the next one goes on
// with the rest; a recipe with an error is left out of the set.
#include "compiler/check/check.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "bpf/abi/limits.h"
#include "compiler/check/context.h"

namespace recipe {
namespace {

using namespace checking;

// on any file write when x: of `open` it must also be known that it was for writing.
//
//   before: x      after: file.access has any [write, create, truncate] and x
Predicate with_access(const Predicate& when, const GroupMember& member, Span group) {
  if (member.access == 0) return when;
  Predicate out = when;
  Test test;
  test.subject.field = FieldId::file_access;
  test.op = Operator::kHas;
  for (uint32_t bits = member.access; bits != 0; bits &= bits - 1) test.literals.emplace_back(int64_t{bits & ~(bits - 1)});
  PredicateNode both, asks;
  both.kind = PredicateKind::kAnd;
  both.end = static_cast<uint32_t>(when.nodes.size() + 2);
  both.span = when.nodes.front().span;
  asks.kind = PredicateKind::kTest;
  asks.end = 2;
  asks.test = static_cast<uint32_t>(out.tests.size());
  asks.span = group;
  for (PredicateNode& node : out.nodes) node.end += 2;
  out.nodes.insert(out.nodes.begin(), {both, asks});
  out.tests.push_back(std::move(test));
  return out;
}

// The conditions of the triggers, one a member of what each names: out.ons is there, without conditions.
void check_triggers(Context& context, DocumentIndex document, const WrittenRecipe& written,
                    const std::vector<NamedEvents>& events, Recipe& out) {
  size_t next = 0;
  const std::vector<const WrittenOn*> triggers = triggers_of(written);
  for (size_t i = 0; i < triggers.size(); ++i) {
    std::vector<UsedField> used;
    const bool asks = std::any_of(events[i].members.begin(), events[i].members.end(),
                                  [](const GroupMember& member) { return member.access != 0; });
    const std::optional<Predicate> when = check_condition(context, document, triggers[i]->when, used, asks ? 1 : 0);
    fields_fit(context, events[i], used);
    for (const GroupMember& member : events[i].members) {
      if (when) out.ons[next].when = with_access(*when, member, events[i].span);
      ++next;
    }
  }
}

std::optional<Recipe> check_recipe(Context& context, DocumentIndex document, const WrittenRecipe& written) {
  const size_t before = context.faults;
  Recipe recipe;
  recipe.span = written.span;
  recipe.name_span = written.name.span;
  std::vector<NamedEvents> events;
  const std::vector<const WrittenOn*> triggers = triggers_of(written);
  for (const WrittenOn* on : triggers) events.push_back(check_events(context, document, *on));
  check_metadata(context, document, written, events, recipe);
  check_triggers(context, document, written, events, recipe);
  check_state(context, document, written, events, recipe);
  for (const WrittenException& exception : written.exceptions) check_exception(context, document, exception, recipe);
  check_tests(context, document, written, recipe);
  if (triggers.empty() && !context.scopes[document].broken && !context.unsupported_within(document, written.span)) {
    context.fault(Code::kNoTrigger, written.name.span,
                  fmt::format("the recipe `{}` never looks at an event", written.name.text), "has no `on exec when ...`");
  }
  // What the parser lost of a recipe is in no part of it, so nothing above saw it.
  if (context.faults != before || triggers.empty() || context.unsupported_within(document, written.span)) return std::nullopt;
  return recipe;
}

void report_unsupported(Context& context) {
  for (const Document& document : context.compilation.set.documents) {
    for (const Unsupported& each : document.unsupported) {
      context.fault(Code::kNotSupported, each.span, fmt::format("{} is not supported yet", each.what));
    }
  }
}

void check_recipes(Context& context) {
  for (DocumentIndex i = 0; i < context.scopes.size(); ++i) {
    for (const WrittenRecipe& written : context.document(i).recipes) {
      // The first of two recipes of one name is kept; the second was reported.
      const auto declared = context.names.find(written.name.text);
      const bool first = declared != context.names.end() && declared->second.span == written.name.span;
      std::optional<Recipe> recipe = check_recipe(context, i, written);
      if (recipe && first) context.compilation.set.recipes.push_back(std::move(*recipe));
    }
  }
}

// What the kernel copies of an environment is the same for all recipes, and has a bound.
void check_keys(Context& context) {
  std::set<std::string_view> read;
  const auto add = [&](const Predicate& predicate) {
    for (const Test& test : predicate.tests) {
      if (test.subject.selector != Selector::kKey || !read.insert(test.subject.option).second) continue;
      if (read.size() != RECIPE_ENV_NAMES + 1) continue;
      context.fault(Code::kTooManyKeys, context.keys.at(test.subject.option),
                    fmt::format("the recipes read more than {} variables of the environment", RECIPE_ENV_NAMES),
                    "is one too many: the kernel looks for all of them at each candidate");
    }
  };
  for (const Recipe& recipe : context.compilation.set.recipes) {
    if (!recipe.info.enabled) continue;
    for (const On& on : recipe.ons) add(on.when);
    for (const Except& exception : recipe.exceptions) add(exception.when);
  }
}

}  // namespace

void check_files(Compilation& compilation, const std::vector<SourceId>& files, const CompileOptions& options) {
  Context context(compilation, options);
  load_documents(context, files);    // every file is parsed once; scopes know their imports
  report_unsupported(context);       // nothing that was written is ignored
  declare_names(context);            // a name means one thing in the whole set
  declare_marks(context);            // what a condition may ask for is known
  read_lists(context);               // lists from files are written values or tables
  expand_lists(context);             // every list is flat, or known to be broken
  check_macros(context);             // what is wrong in a macro has been said at its own place
  check_programs(context);           // every program's options are a table
  check_shared_exceptions(context);  // the same of exceptions
  check_recipes(context);            // every name is resolved, every literal typed
  apply_tunes(context);              // and is what the tunes have made of it
  check_keys(context);               // one record has room for all that they read of an environment
}

}  // namespace recipe
