// SPDX-License-Identifier: Apache-2.0
// See words.h. Everything comes from tables: the catalogue, the operators, ATT&CK, keywords.def.
#include "tools/recipec/lsp/words.h"

#include <array>
#include <utility>

#include "compiler/check/attack.h"
#include "runtime/artefact/names.h"

namespace recipe::lsp {
namespace {

constexpr KeyWord kKeyWords[] = {
#define KEYWORD(name, where, doc, snippet) {name, doc, snippet, KeyWord::In::where},
#include "tools/recipec/lsp/keywords.def"
};

constexpr uint32_t bit(Type type) {
  return 1u << static_cast<uint32_t>(type);
}
constexpr uint32_t kInt = bit(Type::kInt), kString = bit(Type::kString), kPath = bit(Type::kPath), kBool = bit(Type::kBool),
                   kIp = bit(Type::kIp), kPort = bit(Type::kPort), kDomain = bit(Type::kDomain), kFlags = bit(Type::kFlags),
                   kList = bit(Type::kStringList);
constexpr uint32_t kScalars = kInt | kString | kPath | kBool | kIp | kPort | kDomain;

// The table's operators, and the spellings that fold into them.
constexpr OperatorWord kOperators[] = {
#define OPERATOR(id, number, spelling, negated, types, kernel, cost, doc) {spelling, types, doc}, {negated, types, doc},
#include "runtime/artefact/operators.def"
    {"in", kScalars, "the value is one of a list"},
    {"not in", kScalars, "the value is none of a list; of a field that is absent that is true"},
    {"within", kIp, "the address is in one of the ranges"},
    {"contains", kList, "the list has the element; `contains any [..]` one of them, `contains all [..]` each"},
    {"not contains", kList, "the list does not have the element"},
    {"option", kList, "the value of an option: `argv option \"-o\" under \"/tmp\"`"},
    {"operand", kList, "an operand by its number: `argv operand 0`"},
};

constexpr std::pair<FieldId, std::string_view> kValues[] = {
#define NUMBER(field, number, text) {FieldId::field, text},
#include "runtime/catalogue/numbers.def"
};

std::string_view origin_words(Origin origin) {
  switch (origin) {
    case Origin::kRecord:
      return "sent by the kernel";
    case Origin::kDerived:
      return "computed from what the kernel sends";
    case Origin::kContext:
      return "asked of the machine when a condition needs it";
    case Origin::kState:
      return "remembered from earlier events";
  }
  return "";
}

}  // namespace

std::span<const KeyWord> key_words() {
  return kKeyWords;
}
std::span<const OperatorWord> operator_words() {
  return kOperators;
}
bool takes(const OperatorWord& op, Type type) {
  return (op.types & bit(type)) != 0;
}
std::span<const std::pair<FieldId, std::string_view>> named_values() {
  return kValues;
}

std::string decided_by(const FieldInfo& field) {
  return field.lane != Lane::kNone ? "the kernel can decide tests of it" : "userspace decides tests of it";
}

std::string full_name(const FieldInfo& field) {
  if (field.list == FieldId::kNone) return std::string(field.name);
  return std::string(info(field.list).name) + "[]." + std::string(field.name);
}

std::string field_doc(const FieldInfo& field) {
  std::string events;
  size_t count = 0;
  for (const EventInfo& event : all_events()) {
    if (!has_field(event.id, field.id)) continue;
    events += (events.empty() ? "`" : ", `") + std::string(event.name) + "`";
    ++count;
  }
  if (count == all_events().size()) events = "every event";
  std::string out = "**" + full_name(field) + "**: " + std::string(type_name(field.type)) + "\n\n" + std::string(field.doc) +
                    "\n\n- events: " + events + "\n- decided: " + decided_by(field) + "; " +
                    std::string(origin_words(field.origin)) + "\n- example: `" + std::string(field.example) + "`\n";
  std::string flags;
  for (const FlagInfo& flag : all_flags()) {
    if (flag.field == field.id) flags += (flags.empty() ? "`" : ", `") + std::string(flag.name) + "`";
  }
  if (!flags.empty()) out += "- flags: " + flags + "\n";
  return out;
}

std::string event_doc(const EventInfo& event) {
  return "**" + std::string(event.name) + "** (event): " + std::string(event.doc) + "\n\n`recipec fields " +
         std::string(event.name) + "` lists what a condition may ask of it.\n";
}

std::string attack_doc(std::string_view id) {
  const AttackTechnique* technique = find_attack(id);
  if (technique == nullptr) return {};
  std::string out = "**" + std::string(technique->id) + "**: " + std::string(technique->name) + "\n\n- tactics: `" +
                    std::string(technique->tactics) + "`\n- <" + attack_url(technique->id) + ">\n";
  if (!technique->successor.empty()) out += "- retired: write `" + std::string(technique->successor) + "`\n";
  return out;
}

}  // namespace recipe::lsp
