// SPDX-License-Identifier: Apache-2.0
// The kinds of values that keys take.
#include "compiler/check/properties.h"

#include <fmt/format.h>

#include <limits>

#include "compiler/check/attack.h"
#include "compiler/check/suggest.h"
#include "runtime/artefact/names.h"

namespace recipe::checking {

void read_properties(Context& context, std::string_view of, const std::vector<Property>& properties,
                     const std::vector<Key>& keys) {
  std::unordered_map<std::string_view, Span> seen;
  for (const Property& property : properties) {
    const auto key = std::find_if(keys.begin(), keys.end(), [&](const Key& each) { return each.name == property.key.text; });
    if (key == keys.end()) {
      std::vector<std::string_view> names;
      for (const Key& each : keys) names.push_back(each.name);
      const std::string near = suggest(property.key.text, names);
      Diagnostic& fault =
          context.fault(Code::kUnknownKey, property.key.span, fmt::format("{} has no key `{}`", of, property.key.text),
                        near.empty() ? std::string() : fmt::format("did you mean `{}`?", near));
      if (near.empty()) {
        std::string all;
        for (const std::string_view name : names) all += fmt::format("{}`{}`", all.empty() ? "" : ", ", name);
        fault.hints.push_back("the keys are " + all);
      } else {
        fault.fixes.push_back({property.key.span, near, "write the known key"});
      }
      continue;
    }
    const auto [first, fresh] = seen.emplace(key->name, property.key.span);
    if (!fresh) {
      Diagnostic& fault = context.fault(Code::kDuplicateKey, property.key.span,
                                        fmt::format("the key `{}` is given twice", property.key.text), "given again here");
      fault.secondary.push_back({first->second, "first given here"});
      continue;
    }
    if (property.value.valid()) {
      key->read(property);
    } else {
      context.silent_fault();
    }
  }
}

void PropertyReader::wrong(std::string_view key, Item item, std::string wanted) {
  context_.fault(Code::kWrongValue, context_.written(item).span,
                 fmt::format("`{}` does not take `{}`", key, spell_value(context_, item)), std::move(wanted));
}

std::optional<std::string> PropertyReader::text_of(std::string_view key, Item item) {
  const WrittenValue& value = context_.written(item);
  if (value.form == ValueForm::kString || value.form == ValueForm::kWord || value.form == ValueForm::kPath) return value.text;
  wrong(key, item, fmt::format("is {}: write `\"{}\"`", form_name(value.form), spell_value(context_, item)));
  return std::nullopt;
}

void PropertyReader::text(const Property& property, std::string& out) {
  const std::optional<Item> value = item(property);
  if (!value) return;
  if (std::optional<std::string> read = text_of(property.key.text, *value)) out = std::move(*read);
}

void PropertyReader::snake(const Property& property, std::string& out) {
  text(property, out);
  out = to_snake(out);
}

void PropertyReader::texts(const Property& property, std::vector<std::string>& out) {
  std::vector<Item> values;
  const WrittenValue& whole = context_.document(place_.document)[property.value];
  if (whole.form == ValueForm::kList && whole.items.empty()) return;  // nothing to say is said
  if (!items(property, values)) return;
  for (const Item& value : values) {
    if (std::optional<std::string> read = text_of(property.key.text, value)) out.push_back(std::move(*read));
  }
}

void PropertyReader::number(const Property& property, uint32_t& out) {
  const std::optional<Item> value = item(property);
  if (!value) return;
  const WrittenValue& written = context_.written(*value);
  if (written.form == ValueForm::kInt && written.number >= 1 && written.number <= std::numeric_limits<uint32_t>::max()) {
    out = static_cast<uint32_t>(written.number);
  } else {
    wrong(property.key.text, *value, "a number from 1");
  }
}

void PropertyReader::boolean(const Property& property, bool& out) {
  const std::optional<Item> value = item(property);
  if (!value) return;
  const WrittenValue& written = context_.written(*value);
  if (written.form == ValueForm::kBool) {
    out = written.number != 0;
  } else {
    wrong(property.key.text, *value, "write `true` or `false`");
  }
}

void PropertyReader::importance(const Property& property, Importance& out) {
  const std::optional<Item> value = item(property);
  if (!value) return;
  const std::string& text = context_.written(*value).text;
  if (const std::optional<Importance> known = find_importance(text)) {
    out = *known;
    return;
  }
  const std::string near = suggest(text, kImportanceNames);
  wrong(property.key.text, *value,
        near.empty() ? "write `none`, `low`, `medium`, `high` or `critical`" : fmt::format("did you mean `{}`?", near));
}

void PropertyReader::status(const Property& property, RecipeStatus& out) {
  const std::optional<Item> value = item(property);
  if (!value) return;
  const std::string& text = context_.written(*value).text;
  if (const std::optional<RecipeStatus> known = find_status(text)) {
    out = *known;
    return;
  }
  wrong(property.key.text, *value, "write `experimental`, `incubating` or `stable`");
}

}  // namespace recipe::checking
