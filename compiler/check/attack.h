// SPDX-License-Identifier: Apache-2.0
// MITRE ATT&CK, Enterprise: techniques and sub-techniques by id, and the tactics' names. The table is attack.def.
#pragma once
#include <span>
#include <string>
#include <string_view>

namespace recipe {

struct AttackTechnique {
  std::string_view id;         // "T1059.004"
  std::string_view name;       // "Unix Shell"
  std::string_view tactics;    // "execution": snake case, separated by one space; the first is the one to show
  std::string_view successor;  // of a retired id: the id that took its place; else empty
};

// The release of ATT&CK that the table follows.
inline constexpr std::string_view kAttackVersion = "19";

// nullptr: the table does not hold it (an id of the right shape may yet exist).
[[nodiscard]] const AttackTechnique* find_attack(std::string_view id);
[[nodiscard]] std::span<const AttackTechnique> all_attack();
[[nodiscard]] bool is_attack_id(std::string_view text);  // T1234 or T1234.001

struct AttackTactic {
  std::string_view name;       // "defense_evasion"
  std::string_view id;         // "TA0005"; empty for `example`
  std::string_view successor;  // of a retired name: what to choose from, in words; else empty
};

[[nodiscard]] const AttackTactic* find_tactic(std::string_view name);
[[nodiscard]] std::span<const AttackTactic> all_tactics();

// "Command and Scripting-Interpreter" → "command_and_scripting_interpreter"
[[nodiscard]] std::string to_snake(std::string_view words);

}  // namespace recipe
