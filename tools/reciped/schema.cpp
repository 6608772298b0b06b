// SPDX-License-Identifier: Apache-2.0
// reciped schema: the JSON Schema of a detection, as the shipped runtime/report/detection.schema.json holds it.
#include "runtime/report/report.h"
#include "tools/reciped/command.h"

namespace recipe::reciped {

Run declare_schema(CLI::App& app) {
  auto* command = app.add_subcommand("schema", "print the JSON Schema (2020-12) of a detection");
  command->footer("Example:\n  reciped schema > detection.schema.json");
  return [](const Command&) { return say(detection_schema()) ? kClean : kFault; };
}

}  // namespace recipe::reciped
