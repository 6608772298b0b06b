// SPDX-License-Identifier: Apache-2.0
// recipec diff: two sets of recipes: what is detected now and was not, and the reverse, each with an event that shows it.
#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "tools/recipec/compare.h"
#include "tools/recipec/inputs.h"
#include "tools/recipec/progress.h"
#include "tools/recipec/words.h"

namespace recipe::recipec {
namespace {

enum class DiffFormat { kText, kJson };

struct Options {
  std::string old, fresh;
  std::vector<std::string> roots;
  DiffFormat format = DiffFormat::kText;
};

std::string_view word(Change change) {
  switch (change) {
    case Change::kAdded:
      return "added";
    case Change::kRemoved:
      return "removed";
    case Change::kChanged:
      return "changed";
    case Change::kEqual:
      return "equal";
    case Change::kUnknown:
      return "unknown";
  }
  return "";
}

size_t count(const std::vector<RecipeChange>& changes, Change which) {
  return static_cast<size_t>(
      std::count_if(changes.begin(), changes.end(), [&](const RecipeChange& each) { return each.change == which; }));
}

bool differs(const RecipeChange& each) {
  return each.change != Change::kEqual && each.change != Change::kUnknown;
}

// One direction of a recipe that is on both sides.
std::string spell(const Direction& direction, bool changed, std::string_view sign, std::string_view words) {
  if (direction.witness) return "  " + std::string(sign) + " " + std::string(words) + "\n      " + *direction.witness + "\n";
  if (!changed) return {};
  return "  " + std::string(sign) + " " + std::string(words) +
         (direction.none ? ": nothing (proved)\n" : ": no difference found (not proved)\n");
}

void print_text(const std::vector<RecipeChange>& changes) {
  for (const RecipeChange& each : changes) {
    if (each.change == Change::kEqual) continue;
    say(std::string(word(each.change)) + " " + each.name + " (" + each.file + ")" +
        (each.change == Change::kUnknown ? ": no difference found (not proved)" : "") + "\n");
    if (each.change == Change::kUnknown) continue;
    // Of other words beside the conditions that is what there is to say, unless an event shows more.
    const bool both = each.change == Change::kChanged && !each.beside;
    if (each.change != Change::kRemoved) say(spell(each.now, both, "+", "detected now, not before"));
    if (each.change != Change::kAdded) say(spell(each.gone, both, "-", "detected before, not now"));
    if (each.beside) say("  ~ another sequence, count, memory, mark or `enabled`\n");
  }
  std::string line;
  for (const Change change : {Change::kAdded, Change::kRemoved, Change::kChanged, Change::kEqual}) {
    if (const size_t some = count(changes, change); some > 0)
      line += (line.empty() ? "" : ", ") + std::to_string(some) + " " + std::string(word(change));
  }
  if (const size_t some = count(changes, Change::kUnknown); some > 0)
    line += (line.empty() ? "" : ", ") + std::to_string(some) + " without a difference found (not proved)";
  say(counted(changes.size(), "recipe") + ": " + line + "\n");
}

void print_json(const std::vector<RecipeChange>& changes) {
  using nlohmann::ordered_json;
  const auto of = [](const Direction& direction) {
    ordered_json out = {{"none", direction.none}};
    if (direction.witness) out["event"] = ordered_json::parse(*direction.witness);
    return out;
  };
  ordered_json recipes = ordered_json::array();
  for (const RecipeChange& each : changes) {
    recipes.push_back({{"recipe", each.name},
                       {"file", each.file},
                       {"change", word(each.change)},
                       {"beside", each.beside},
                       {"now", of(each.now)},
                       {"gone", of(each.gone)}});
  }
  say(ordered_json{{"recipes", std::move(recipes)}}.dump(-1, ' ', false, ordered_json::error_handler_t::replace) + "\n");
}

int run(const Options& options) {
  Compilation old, fresh;
  if (const int wrong = Inputs({options.old}, options.roots).read_whole(old); wrong != kClean) return wrong;
  if (const int wrong = Inputs({options.fresh}, options.roots).read_whole(fresh); wrong != kClean) return wrong;
  const Result<std::vector<RecipeChange>> changes = compare(old, fresh, progress_line("recipes"));
  if (!changes.ok()) {
    complain("internal fault: " + changes.error().message());
    return kFault;
  }
  if (options.format == DiffFormat::kJson) {
    print_json(*changes);
  } else {
    print_text(*changes);
  }
  return std::any_of(changes->begin(), changes->end(), differs) ? kFindings : kClean;
}

}  // namespace

Run declare_diff(CLI::App& app) {
  auto options = std::make_shared<Options>();
  CLI::App* command =
      app.add_subcommand("diff", "what another version of recipes detects and this one does not, and the reverse");
  command->add_option("OLD", options->old, "a file, or a folder of *.recipe files")->required()->type_name("");
  command->add_option("NEW", options->fresh, "the same, changed")->required()->type_name("");
  command->add_option("-I", options->roots, "where imports are looked for, after the importing file's own folder")
      ->type_name("DIR")
      ->allow_extra_args(false);
  static const std::map<std::string, DiffFormat> kFormats = {{"text", DiffFormat::kText}, {"json", DiffFormat::kJson}};
  command->add_option("--format", options->format, "how the answer is printed")
      ->type_name("text|json")
      ->transform(CLI::CheckedTransformer(kFormats).description(""));
  command->footer(
      "Every event that is shown was judged by both sides. `equal` is proved; where neither a proof nor an event was found, it "
      "says so.\nExit code: 0 no difference, 1 some recipe differs.\n\n"
      "Example:\n  recipec diff before/rules rules\n  git worktree add /tmp/before main && recipec diff /tmp/before/rules "
      "rules");
  return [options] { return run(*options); };
}

}  // namespace recipe::recipec
