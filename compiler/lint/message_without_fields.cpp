// SPDX-License-Identifier: Apache-2.0
// message_without_fields: a message that is the same for every detection.
#include "compiler/lint/lint.h"
#include "compiler/lint/walk.h"

namespace recipe {

void lint_message_without_fields(const Compilation& compilation, Diagnostics& out) {
  for_each_recipe(compilation, [&](const Document& document, const WrittenRecipe& recipe) {
    std::vector<const Property*> messages = {find_property(recipe.properties, "message")};
    for (const WrittenOn& on : recipe.ons) messages.push_back(find_property(on.properties, "message"));
    for (const Property* message : messages) {
      if (message == nullptr || document[message->value].text.find('{') != std::string::npos) continue;
      out.add(Code::kMessageWithoutFields, document[message->value].span, "every detection has the same message",
              "names no field")
          .hints.push_back("say who did it to what: `{process.name} ... {process.cmdline}`");
    }
  });
}

}  // namespace recipe
