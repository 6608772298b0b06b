// SPDX-License-Identifier: Apache-2.0
// Any bytes are a recipes.toml or are refused in words that begin with the file and a line.
#include <cctype>
#include <cstdint>
#include <cstdlib>

#include "compiler/lint/settings.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace recipe;
  const Result<LintSettings> settings = read_settings({reinterpret_cast<const char*>(data), size}, "recipes.toml");
  if (settings.ok()) return 0;
  const std::string said = settings.error().message();
  if (!said.starts_with("recipes.toml:") || std::isdigit(static_cast<unsigned char>(said[13])) == 0) abort();
  return 0;
}
