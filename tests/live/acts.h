// SPDX-License-Identifier: Apache-2.0
// A scene for events that a script of acts/ makes, each act by its name: one recipe an event, whatever the event is about.
#pragma once
#include <fmt/format.h>

#include <algorithm>

#include "tests/live/daemon.h"

namespace recipe::test {

struct Acts {
  ScratchFolder folder;
  CommandResult ran;
  std::vector<nlohmann::json> detections;
  std::vector<nlohmann::json> seen;  // the part "event" of each detection

  // events: those that have a recipe. before: words in front of the script, for namespaces.
  void watch(const std::string& script, const std::string& acts, const std::vector<std::string>& events,
             const std::string& before = "", const std::string& condition = "process.name startswith \"python\"") {
    std::string recipes;
    for (const std::string& event : events) {
      recipes += fmt::format(
          "recipe on_{0} {{\n  title \"{0}\"\n  category execution\n  method m\n  importance low\n  attack [T1059]\n"
          "  on {0} when {1}\n}}\n",
          event, condition);
    }
    const std::string out = folder.path("out.jsonl");
    ran = run_command(
        {kReciped, "watch", "--recipes", folder.write("acts.recipe", recipes), "--output", out, "--", "/bin/sh", "-c",
         fmt::format("cd {} && {} python3 {}/tests/live/acts/{} {}", folder.path(), before, RECIPE_SOURCE_DIR, script, acts)});
    detections = detections_in(folder.read("out.jsonl"));
    seen.clear();
    for (const auto& detection : detections) seen.push_back(detection["event"]);
  }

  // Those of one kind, in their order.
  [[nodiscard]] std::vector<nlohmann::json> of(const std::string& event) const {
    std::vector<nlohmann::json> all;
    std::copy_if(seen.begin(), seen.end(), std::back_inserter(all),
                 [&](const nlohmann::json& each) { return each["type"] == event; });
    return all;
  }
};

}  // namespace recipe::test
