// SPDX-License-Identifier: Apache-2.0
// What the language's words mean, as Markdown: shown by hover and beside what completion offers.
#pragma once
#include <span>
#include <string>
#include <string_view>

#include "runtime/catalogue/catalogue.h"

namespace recipe::lsp {

// A key or member of a recipe.
struct KeyWord {
  std::string_view name;
  std::string_view doc;
  std::string_view snippet;  // what stands behind it, in the protocol's syntax of snippets
  enum class In : uint8_t { kRecipe, kBlock, kDoc, kTop, kTune } in;
};
[[nodiscard]] std::span<const KeyWord> key_words();

// An operator as it is written.
struct OperatorWord {
  std::string_view spelling;
  uint32_t types;  // bit set of 1 << Type
  std::string_view doc;
};
[[nodiscard]] std::span<const OperatorWord> operator_words();
[[nodiscard]] bool takes(const OperatorWord& op, Type type);

// A value that the catalogue knows of a field of texts: net.protocol, dns.type.
[[nodiscard]] std::span<const std::pair<FieldId, std::string_view>> named_values();

// Type, events, who decides it, example.
[[nodiscard]] std::string field_doc(const FieldInfo& field);
[[nodiscard]] std::string event_doc(const EventInfo& event);
[[nodiscard]] std::string attack_doc(std::string_view id);  // empty: the table does not have it
[[nodiscard]] std::string decided_by(const FieldInfo& field);
[[nodiscard]] std::string full_name(const FieldInfo& field);  // process.ancestors[].name

}  // namespace recipe::lsp
