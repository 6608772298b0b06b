// SPDX-License-Identifier: Apache-2.0
// An artefact in words, one line a thing, children indented by two.
#include "runtime/artefact/dump.h"

#include "runtime/artefact/keys.h"
#include "runtime/artefact/names.h"

namespace recipe {
namespace {

std::string indented(std::string_view text, size_t by) {
  std::string out;
  while (!text.empty()) {
    const size_t end = text.find('\n');
    out.append(by, ' ').append(text.substr(0, end)).append("\n");
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return out;
}

// The recipe of a clause and which of its clauses it is, from 1: "code_on_the_fly, clause 2".
std::vector<std::string> clause_names(const Artefact& artefact) {
  std::vector<std::string> names;
  std::vector<uint32_t> count(artefact.recipes.size());
  for (const ClauseInfo& clause : artefact.clauses) {
    const RecipeId recipe = artefact.triggers[clause.trigger.index()].recipe;
    names.push_back(artefact.recipes[recipe.index()].name + ", clause " + std::to_string(++count[recipe.index()]));
  }
  return names;
}

std::string list_names(const std::vector<std::string>& names) {
  constexpr size_t kShown = 20;
  std::string out;
  for (size_t i = 0; i < names.size() && i < kShown; ++i) out += (i > 0 ? ", " : "") + quote(names[i]);
  if (names.size() > kShown) out += " and " + std::to_string(names.size() - kShown) + " more";
  return out;
}

}  // namespace

std::string dump(const Program& program) {
  std::string out;
  std::vector<uint32_t> ends;
  uint32_t loops = 0;
  std::vector<bool> is_loop;
  for (uint32_t i = 0; i < program.nodes.size(); ++i) {
    const ProgramNode& node = program.nodes[i];
    while (!ends.empty() && ends.back() <= i) {
      loops -= is_loop.back() ? 1 : 0;
      ends.pop_back();
      is_loop.pop_back();
    }
    out.append(2 * ends.size(), ' ');
    const bool loop = node.kind == NodeKind::kAny || node.kind == NodeKind::kAll;
    switch (node.kind) {
      case NodeKind::kFalse:
        out += "false";
        break;
      case NodeKind::kTrue:
        out += "true";
        break;
      case NodeKind::kAnd:
        out += "and";
        break;
      case NodeKind::kOr:
        out += "or";
        break;
      case NodeKind::kTest:
        out += spell(program.tests[node.test], node.negated);
        break;
      case NodeKind::kAny:
      case NodeKind::kAll:
        ++loops;
        out += std::string(node.negated ? "not " : "") + (node.kind == NodeKind::kAny ? "any " : "all ");
        out.append(loop_variable(loops)).append(" in ").append(info(node.list).name);
        break;
    }
    out += '\n';
    if (node.end > i + 1) {
      ends.push_back(node.end);
      is_loop.push_back(loop);
    }
  }
  return out;
}

std::string dump(const Filter& filter, const Artefact& artefact) {
  const std::vector<std::string> clauses = clause_names(artefact);
  std::string out;
  for (size_t i = 0; i < filter.tags.size(); ++i) {
    const FilterTag& tag = filter.tags[i];
    out += "tag " + std::to_string(i) + ": " + (tag.mark.empty() ? list_names(tag.names) : "mark " + tag.mark) + "\n";
  }
  if (!filter.environment.empty()) out += "reads of the environment: " + list_names(filter.environment) + "\n";
  if (filter.writers) out += "notes who writes into pipes\n";
  if (filter.commands) out += "keeps the command lines of processes that fork\n";
  for (const FilterBlock& block : filter.blocks) {
    const std::string event(info(block.event).name);
    const std::string pivot(info(field_of_lane(pivot_lane(block.event))).name);
    out += block.names.empty() ? "every " + event + "\n" : event + ": " + pivot + " " + list_names(block.names) + "\n";
    for (const FilterSlot& slot : block.slots) {
      out += "  candidate of";
      for (size_t i = 0; i < slot.clauses.size(); ++i) out += (i > 0 ? "; " : " ") + clauses[slot.clauses[i].index()];
      out += '\n';
      if (slot.terms.empty()) out += "    any\n";
      for (const FilterTerm& term : slot.terms) out += "    " + spell(term) + "\n";
      for (size_t i = 0; i < filter.tags.size(); ++i) {
        if ((slot.marks >> i & 1) != 0) out += "    then marks " + filter.tags[i].mark + "\n";
      }
    }
  }
  return out;
}

std::string dump(const Artefact& artefact) {
  std::string out = "artefact: " + std::to_string(artefact.recipes.size()) + " recipes, " +
                    std::to_string(artefact.triggers.size()) + " triggers, " + std::to_string(artefact.clauses.size()) +
                    " clauses\n";
  for (const OptionTable& table : artefact.option_tables) {
    out += "options of " + quote(table.pattern) + (table.permute ? ", permuted" : "") + ":";
    const auto add = [&](const std::vector<OptionSpec>& specs, std::string_view dashes) {
      for (const OptionSpec& spec : specs) {
        static constexpr std::string_view kMarks[] = {"", ":", "::", "%"};
        out.append(" ").append(dashes).append(spec.name).append(kMarks[static_cast<size_t>(spec.value)]);
        if (spec.ends) out += " (ends)";
      }
    };
    add(table.shorts, "-");
    add(table.words, "-");
    add(table.longs, "--");
    out += '\n';
  }
  std::vector<std::vector<uint32_t>> triggers(artefact.recipes.size());
  for (uint32_t i = 0; i < artefact.triggers.size(); ++i) triggers[artefact.triggers[i].recipe.index()].push_back(i);
  for (uint32_t r = 0; r < artefact.recipes.size(); ++r) {
    const RecipeInfo& recipe = artefact.recipes[r];
    out += "recipe " + recipe.name + ": " + std::string(importance_name(recipe.importance)) + ", " + quote(recipe.title) +
           (recipe.enabled ? "" : ", disabled") + "\n";
    if (recipe.sequence) out += "  " + spell(*recipe.sequence) + "\n";
    if (recipe.unless_seen) out += "  " + spell(*recipe.unless_seen) + "\n";
    for (const uint32_t tune : recipe.tunes) {
      const Passage& passage = artefact.passages[tune];
      out += "  tuned by " + artefact.files[passage.file] + ":" + std::to_string(passage.line) + "\n";
    }
    for (const uint32_t t : triggers[r]) {
      const Trigger& trigger = artefact.triggers[t];
      const bool step = trigger.step != 0;
      out.append(step ? "  " + recipe.sequence->steps[trigger.step - 1].name + ": " : "  on ")
          .append(info(trigger.event).name)
          .append(", ")
          .append(importance_name(trigger.importance))
          .append(trigger.report ? "\n" : ", not reported\n");
      out += indented(dump(trigger.program), 4);
      for (const MarkAction& mark : trigger.marks) out += "    " + spell(mark) + "\n";
      if (trigger.count != 0) out += "    " + spell(artefact.counts[trigger.count - 1]) + "\n";
    }
    for (const ExceptionInfo& exception : recipe.exceptions) {
      out += "  except " + quote(exception.title) + (exception.until_unix_ns != 0 ? ", for a time" : "") + "\n" +
             indented(dump(exception.program), 4);
    }
  }
  return out + "filter\n" + indented(dump(artefact.filter, artefact), 2);
}

}  // namespace recipe
