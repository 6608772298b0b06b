// SPDX-License-Identifier: Apache-2.0
// recipec attack: which techniques the recipes cover, as a layer of the ATT&CK Navigator.
#include "compiler/check/attack.h"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "runtime/artefact/names.h"
#include "tools/recipec/inputs.h"
#include "tools/recipec/words.h"
#include "tools/recipec/write_file.h"

namespace recipe::recipec {
namespace {

struct Options {
  Inputs inputs;
  std::string output;
};

// The version of the layer's format, and of the Navigator that reads it.
constexpr std::string_view kLayerVersion = "4.5", kNavigatorVersion = "5.1.0";

struct Technique {
  std::vector<const RecipeInfo*> recipes;
  Importance greatest = Importance::kNone;
};

nlohmann::ordered_json layer_of(const std::map<std::string, Technique>& covered, size_t recipes) {
  using nlohmann::ordered_json;
  ordered_json techniques = ordered_json::array();
  size_t most = 1;
  for (const auto& [id, technique] : covered) {
    ordered_json metadata = ordered_json::array();
    std::string names;
    for (const RecipeInfo* recipe : technique.recipes) {
      names += (names.empty() ? "" : ", ") + recipe->name;
      metadata.push_back({{"name", recipe->name}, {"value", importance_name(recipe->importance)}});
    }
    most = std::max(most, technique.recipes.size());
    techniques.push_back({{"techniqueID", id},
                          {"score", technique.recipes.size()},
                          {"comment", counted(technique.recipes.size(), "recipe") + ", importance up to " +
                                          std::string(importance_name(technique.greatest)) + ": " + names},
                          {"enabled", true},
                          {"showSubtechniques", id.find('.') == std::string::npos},
                          {"metadata", std::move(metadata)}});
  }
  return {{"name", "Recipe"},
          {"versions", {{"attack", kAttackVersion}, {"navigator", kNavigatorVersion}, {"layer", kLayerVersion}}},
          {"domain", "enterprise-attack"},
          {"description", counted(recipes, "recipe") + ", " + counted(covered.size(), "technique")},
          {"filters", {{"platforms", {"Linux", "Containers"}}}},
          {"techniques", std::move(techniques)},
          {"gradient", {{"colors", {"#ffffff", "#66b1ff"}}, {"minValue", 0}, {"maxValue", most}}},
          {"hideDisabled", false}};
}

int run(const Options& options) {
  Compilation compilation;
  if (const int code = options.inputs.read_whole(compilation); code != kClean) return code;
  std::map<std::string, Technique> covered;
  size_t recipes = 0;
  for (const Recipe& recipe : compilation.set.recipes) {
    if (!recipe.info.enabled || !options.inputs.is_given(compilation.sources[recipe.span.source].path)) continue;
    ++recipes;
    for (const AttackReference& attack : recipe.info.attack) {
      const AttackTechnique* row = find_attack(attack.id);
      Technique& technique = covered[row != nullptr && !row->successor.empty() ? std::string(row->successor) : attack.id];
      technique.recipes.push_back(&recipe.info);
      technique.greatest = std::max(technique.greatest, recipe.info.importance);
    }
  }
  const std::string layer = layer_of(covered, recipes).dump(2) + "\n";
  if (options.output.empty() || options.output == "-") {
    say(layer);
    return kClean;
  }
  if (const Status written = write_file(options.output, layer); !written.ok()) {
    complain(written.error().message());
    return kFault;
  }
  return kClean;
}

}  // namespace

Run declare_attack(CLI::App& app) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("attack", "which ATT&CK techniques recipes cover, as a layer of the Navigator");
  options->inputs.declare(*command);
  command->add_option("-o,--output", options->output, "the file; else it is printed")->type_name("FILE");
  command->footer(
      "A technique's score is how many recipes name it; those that are switched off do not count.\n\n"
      "Example:\n  recipec attack rules/ -o layer.json");
  return [options] { return run(*options); };
}

}  // namespace recipe::recipec
