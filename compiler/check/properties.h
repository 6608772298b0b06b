// SPDX-License-Identifier: Apache-2.0
// `key value` lists: each key known, each once, each value of its kind. What is wrong is reported and leaves the target as it
// is.
#pragma once
#include <algorithm>
#include <functional>

#include "compiler/check/context.h"

namespace recipe::checking {

struct Key {
  std::string_view name;
  std::function<void(const Property&)> read;
};

// `of`: "a recipe", for messages.
void read_properties(Context& context, std::string_view of, const std::vector<Property>& properties,
                     const std::vector<Key>& keys);

class PropertyReader {
 public:
  PropertyReader(Context& context, DocumentIndex document) : context_(context), place_{document, nullptr} {}

  void text(const Property& property, std::string& out);   // a string or a word
  void snake(const Property& property, std::string& out);  // "Defense Evasion" or defense_evasion, as the latter
  void texts(const Property& property, std::vector<std::string>& out);
  void number(const Property& property, uint32_t& out);  // from 1
  void boolean(const Property& property, bool& out);
  void importance(const Property& property, Importance& out);
  void status(const Property& property, RecipeStatus& out);
  [[nodiscard]] std::optional<Item> item(const Property& property) { return scalar(context_, place_, property.value); }
  [[nodiscard]] bool items(const Property& property, std::vector<Item>& out) {
    return collect(context_, place_, property.value, true, out);
  }
  // nullopt: reported.
  [[nodiscard]] std::optional<std::string> text_of(std::string_view key, Item item);
  void wrong(std::string_view key, Item item, std::string wanted);

 private:
  Context& context_;
  Place place_;
};

}  // namespace recipe::checking
