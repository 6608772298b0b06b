// SPDX-License-Identifier: Apache-2.0
// attack.def as a table with look-up by id.
#include "compiler/check/attack.h"

#include <unordered_map>

namespace recipe {
namespace {

constexpr AttackTechnique kTechniques[] = {
#define TECHNIQUE(id, name, tactics) {id, name, tactics, ""},
#define RETIRED(id, name, tactics, successor) {id, name, tactics, successor},
#include "compiler/check/attack.def"
};

constexpr AttackTactic kTactics[] = {
    {"reconnaissance", "TA0043", ""},
    {"resource_development", "TA0042", ""},
    {"initial_access", "TA0001", ""},
    {"execution", "TA0002", ""},
    {"persistence", "TA0003", ""},
    {"privilege_escalation", "TA0004", ""},
    {"defense_evasion", "TA0005", "`stealth` or `defense_impairment`"},
    {"stealth", "TA0005", ""},
    {"defense_impairment", "TA0112", ""},
    {"credential_access", "TA0006", ""},
    {"discovery", "TA0007", ""},
    {"lateral_movement", "TA0008", ""},
    {"collection", "TA0009", ""},
    {"command_and_control", "TA0011", ""},
    {"exfiltration", "TA0010", ""},
    {"impact", "TA0040", ""},
    {"example", "", ""},
};

bool is_digits(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

}  // namespace

const AttackTechnique* find_attack(std::string_view id) {
  static const auto* const kById = [] {
    auto* map = new std::unordered_map<std::string_view, const AttackTechnique*>;
    for (const AttackTechnique& technique : kTechniques) map->emplace(technique.id, &technique);
    return map;
  }();
  const auto found = kById->find(id);
  return found == kById->end() ? nullptr : found->second;
}

std::span<const AttackTechnique> all_attack() {
  return kTechniques;
}

bool is_attack_id(std::string_view text) {
  if (text.size() != 5 && text.size() != 9) return false;
  if (text[0] != 'T' || !is_digits(text.substr(1, 4))) return false;
  return text.size() == 5 || (text[5] == '.' && is_digits(text.substr(6)));
}

const AttackTactic* find_tactic(std::string_view name) {
  for (const AttackTactic& tactic : kTactics) {
    if (tactic.name == name) return &tactic;
  }
  return nullptr;
}

std::span<const AttackTactic> all_tactics() {
  return kTactics;
}

std::string to_snake(std::string_view words) {
  std::string out;
  for (const char c : words) {
    if (c >= 'A' && c <= 'Z') {
      out += static_cast<char>(c - 'A' + 'a');
    } else if (c == ' ' || c == '-' || c == '_' || c == '\t') {
      if (!out.empty() && out.back() != '_') out += '_';
    } else {
      out += c;
    }
  }
  while (!out.empty() && out.back() == '_') out.pop_back();
  return out;
}

}  // namespace recipe
