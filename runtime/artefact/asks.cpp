// SPDX-License-Identifier: Apache-2.0
// What the recipes of an artefact ask for, all together: a walk over every program, once a load.
#include <algorithm>

#include "runtime/artefact/artefact.h"

namespace recipe {
namespace {

bool asks(const std::vector<TextPart>& parts, FieldId field) {
  return std::find(parts.begin(), parts.end(), TextPart(field)) != parts.end();
}

bool names(const std::vector<FieldId>& fields, FieldId field) {
  return std::find(fields.begin(), fields.end(), field) != fields.end();
}

bool asks(const Program& program, FieldId field) {
  return std::any_of(program.tests.begin(), program.tests.end(),
                     [&](const Test& test) { return test.subject.field == field || asks(test.right, field); }) ||
         std::any_of(program.nodes.begin(), program.nodes.end(), [&](const ProgramNode& node) { return node.list == field; });
}

}  // namespace

bool asks(const Artefact& artefact, FieldId field) {
  for (const Trigger& trigger : artefact.triggers) {
    if (!artefact.recipes[trigger.recipe.index()].enabled) continue;
    if (asks(trigger.program, field) || asks(trigger.message, field)) return true;
    if (trigger.count != 0 && names(artefact.counts[trigger.count - 1].by.fields, field)) return true;
  }
  for (const RecipeInfo& recipe : artefact.recipes) {
    if (!recipe.enabled) continue;
    if (recipe.throttle && names(recipe.throttle->by, field)) return true;
    if (recipe.unless_seen && names(recipe.unless_seen->fields, field)) return true;
    if (recipe.sequence && names(recipe.sequence->by.fields, field)) return true;
    if (std::any_of(recipe.exceptions.begin(), recipe.exceptions.end(),
                    [&](const ExceptionInfo& exception) { return asks(exception.program, field); }))
      return true;
  }
  return false;
}

bool asks_commands(const Artefact& artefact) {
  return asks(artefact, FieldId::ancestor_cmdline) || asks(artefact, FieldId::process_parent_cmdline);
}

namespace {

void add_keys(const Program& program, FieldId map, std::vector<std::string>& keys) {
  for (const Test& test : program.tests) {
    if (test.subject.field == map && test.subject.selector == Selector::kKey) keys.push_back(test.subject.option);
  }
}

void sort_once(std::vector<std::string>& texts) {
  std::sort(texts.begin(), texts.end());
  texts.erase(std::unique(texts.begin(), texts.end()), texts.end());
}

}  // namespace

std::vector<std::vector<std::string>> keys_by_recipe(const Artefact& artefact, FieldId map) {
  std::vector<std::vector<std::string>> keys(artefact.recipes.size());
  for (const Trigger& trigger : artefact.triggers) add_keys(trigger.program, map, keys[trigger.recipe.index()]);
  for (size_t i = 0; i < artefact.recipes.size(); ++i) {
    for (const ExceptionInfo& exception : artefact.recipes[i].exceptions) add_keys(exception.program, map, keys[i]);
    sort_once(keys[i]);
  }
  return keys;
}

std::vector<std::string> asked_keys(const Artefact& artefact, FieldId map) {
  std::vector<std::string> all;
  const auto keys = keys_by_recipe(artefact, map);
  for (size_t i = 0; i < keys.size(); ++i) {
    if (artefact.recipes[i].enabled) all.insert(all.end(), keys[i].begin(), keys[i].end());
  }
  sort_once(all);
  return all;
}

}  // namespace recipe
