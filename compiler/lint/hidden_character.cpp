// SPDX-License-Identifier: Apache-2.0
// hidden_character: a character that a reader does not see, or that turns the order of what follows it: what a recipe seems to
// say is then not what it says (CVE-2021-42574).
#include <fmt/format.h>

#include "compiler/lint/lint.h"

namespace recipe {
namespace {

struct Range {
  uint32_t first, last;
  const char* what;
};
constexpr Range kHidden[] = {
    {0x00ad, 0x00ad, "a soft hyphen"},
    {0x034f, 0x034f, "a joiner that is not seen"},
    {0x061c, 0x061c, "a mark that turns the order of text"},
    {0x180e, 0x180e, "a separator without width"},
    {0x200b, 0x200d, "a character without width"},
    {0x200e, 0x200f, "a mark that turns the order of text"},
    {0x202a, 0x202e, "a mark that turns the order of text"},
    {0x2060, 0x2064, "a character without width"},
    {0x2066, 0x2069, "a mark that turns the order of text"},
    {0xfeff, 0xfeff, "a character without width"},
    {0xe0000, 0xe007f, "a tag that is not seen"},
};

// The code point at `at`, and its bytes. The compiler has refused what is no UTF-8.
std::pair<uint32_t, uint32_t> code_point(std::string_view text, size_t at) {
  const auto byte = [&](size_t i) { return at + i < text.size() ? static_cast<unsigned char>(text[at + i]) : 0u; };
  const uint32_t lead = byte(0);
  if (lead < 0xc0) return {lead, 1};
  if (lead < 0xe0) return {(lead & 0x1f) << 6 | (byte(1) & 0x3f), 2};
  if (lead < 0xf0) return {(lead & 0x0f) << 12 | (byte(1) & 0x3f) << 6 | (byte(2) & 0x3f), 3};
  return {(lead & 0x07) << 18 | (byte(1) & 0x3f) << 12 | (byte(2) & 0x3f) << 6 | (byte(3) & 0x3f), 4};
}

}  // namespace

void lint_hidden_character(const Compilation& compilation, Diagnostics& out) {
  for (const Document& document : compilation.set.documents) {
    const std::string& text = compilation.sources[document.source].text;
    for (size_t at = 0; at < text.size();) {
      if (static_cast<unsigned char>(text[at]) < 0xc0) {
        ++at;
        continue;
      }
      const auto [code, bytes] = code_point(text, at);
      for (const Range& range : kHidden) {
        if (code < range.first || code > range.last || (at == 0 && code == 0xfeff)) continue;
        const auto begin = static_cast<uint32_t>(at);
        out.add(Code::kHiddenCharacter, {document.source, begin, begin + bytes}, fmt::format("{}: U+{:04X}", range.what, code),
                "the reader does not see it")
            .hints.push_back(fmt::format("remove it, or write it in a string as `\\u{{{:x}}}`", code));
      }
      at += bytes;
    }
  }
}

}  // namespace recipe
