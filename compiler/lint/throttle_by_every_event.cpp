// SPDX-License-Identifier: Apache-2.0
// throttle_by_every_event: a throttle of executions that counts by what is new with each process holds nothing back. Of other
// events one process makes many.
#include <algorithm>

#include "compiler/lint/lint.h"
#include "compiler/lint/walk.h"

namespace recipe {

void lint_throttle_by_every_event(const Compilation& compilation, Diagnostics& out) {
  static constexpr std::string_view kNewEachTime[] = {"process.pid", "process.tid", "process.start_time", "process.stdin.pipe",
                                                      "src.port"};
  for_each_recipe(compilation, [&](const Document&, const WrittenRecipe& recipe) {
    if (std::any_of(recipe.ons.begin(), recipe.ons.end(), [](const WrittenOn& on) { return on.event.text != "exec"; })) return;
    for (const WrittenThrottle& throttle : recipe.throttles) {
      for (const Word& field : throttle.by) {
        if (std::find(std::begin(kNewEachTime), std::end(kNewEachTime), field.text) == std::end(kNewEachTime)) continue;
        out.add(Code::kThrottleByEveryEvent, field.span,
                "`" + field.text + "` is another one each time, so nothing is held back", "new with each process")
            .hints.push_back("count by what repeats: `process.exe`, `file.path`, `process.parent.name`");
      }
    }
  });
}

}  // namespace recipe
