// SPDX-License-Identifier: Apache-2.0
// Options of a command line, by the program's table (OptionTable) or, without one, by the plain rule: clusters of letters up to
// the first element that is not an option; no value is known.
//
// argv[0] is the program. An element "-" is an operand; "--" ends the options. The algorithm is getopt_long(3)'s, without its
// abbreviations of long names, plus optional digits, whole-word options and options that end all options.
#pragma once
#include <span>
#include <string_view>
#include <vector>

#include "runtime/artefact/artefact.h"

namespace recipe {

struct ParsedOption {
  std::string_view name;   // without dashes; into argv or the table
  uint32_t dashes = 1;     // 1 short or word, 2 long
  std::string_view value;  // empty where has_value is false
  bool has_value = false;
  uint32_t element = 0;  // of argv, where the option stands
};

struct ParsedCommand {
  std::vector<ParsedOption> options;
  std::vector<uint32_t> operands;  // elements of argv
  // The parse touched the element that was cut or ran past the end of a truncated argv: what was not found may yet be there.
  bool open = false;
};

// truncated: the last element of argv is cut. Clears and re-uses `out`.
void parse_options(std::span<const std::string_view> argv, bool truncated, const OptionTable* table, ParsedCommand& out);

// The table for a process.name; nullptr: none. The first whose pattern equals the name, else the first whose glob fits.
[[nodiscard]] const OptionTable* find_table(std::span<const OptionTable> tables, std::string_view name);

}  // namespace recipe
