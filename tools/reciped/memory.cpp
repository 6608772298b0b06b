// SPDX-License-Identifier: Apache-2.0
#include "tools/reciped/memory.h"

#include <algorithm>
#include <filesystem>

#include "runtime/report/report.h"
#include "tools/reciped/command.h"
#include "tools/reciped/kept_file.h"

namespace recipe::reciped {

void MemoryOptions::declare(CLI::App& command) {
  command
      .add_option("--seen", path_,
                  "where `unless seen` of recipes remembers from one run to the next; written at the end, and each minute")
      ->type_name("FILE");
}

int MemoryOptions::open(Engine& engine) const {
  const auto& recipes = engine.artefact().recipes;
  if (path_.empty()) {
    const auto remembers = std::find_if(recipes.begin(), recipes.end(),
                                        [](const RecipeInfo& recipe) { return recipe.enabled && recipe.unless_seen; });
    if (remembers != recipes.end()) {
      complain("`" + remembers->name +
               "` asks what was seen before, and this run begins without a memory: `--seen FILE` keeps one");
    }
    return kClean;
  }
  std::error_code error;
  if (!std::filesystem::exists(path_, error)) return kClean;
  const Result<std::string> text = read_kept_file(path_, 2 * Seen::kMostBytes);
  const Status read = text.ok() ? engine.seen().read(*text) : Status(text.error());
  if (read.ok()) return kClean;
  complain("--seen `" + printable(path_) + "`: " + read.error().message());
  return kUsage;
}

bool MemoryOptions::save(Engine& engine) const {
  if (path_.empty()) return true;
  const Status written = replace_kept_file(path_, engine.seen().print());
  if (!written.ok()) complain("--seen: " + written.error().message());
  return written.ok();
}

void MemoryOptions::save_now_and_then(Engine& engine) {
  constexpr int64_t kMinute = 60'000'000'000;
  const int64_t now = now_unix_ns();
  if (path_.empty() || (saved_unix_ns_ != 0 && now - saved_unix_ns_ < kMinute)) return;
  if (saved_unix_ns_ != 0) (void)save(engine);
  saved_unix_ns_ = now;
}

}  // namespace recipe::reciped
