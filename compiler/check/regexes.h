// SPDX-License-Identifier: Apache-2.0
// What is wrong with the regexes of a set. Each is compiled once: a macro brings the same one to each of its calls.
#pragma once
#include <string>
#include <unordered_map>

#include "compiler/document.h"

namespace recipe::checking {

class RegexFaults {
 public:
  // In RE2's words; empty: nothing is wrong. Valid as long as this is.
  const std::string& of(const std::string& pattern, bool nocase);
  // Reads those that stand behind a `matches` of the document. Others (of a list by its name, a macro's argument) are read when
  // a condition asks for them.
  void read(const Document& document);
  void add(RegexFaults others);

 private:
  std::unordered_map<std::string, std::string> known_[2];  // by pattern; without and with nocase
};

}  // namespace recipe::checking
