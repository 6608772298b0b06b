// SPDX-License-Identifier: Apache-2.0
// hidden_character: a character that a reader does not see, or that turns the order of what follows it: what a recipe seems to
// say is then not what it says (CVE-2021-42574).
#include <fmt/format.h>

#include "compiler/lint/lint.h"
#include "runtime/base/utf8.h"

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

}  // namespace

void lint_hidden_character(const Compilation& compilation, Diagnostics& out) {
  for (const Document& document : compilation.set.documents) {
    const std::string& text = compilation.sources[document.source].text;
    for (size_t at = 0; at < text.size();) {
      if (static_cast<unsigned char>(text[at]) < 0xc0) {
        ++at;
        continue;
      }
      // The compiler has refused what is no UTF-8.
      const Utf8 character = decode_utf8(std::string_view(text).substr(at));
      const auto code = static_cast<uint32_t>(character.code);
      for (const Range& range : kHidden) {
        if (code < range.first || code > range.last || (at == 0 && code == 0xfeff)) continue;
        const auto begin = static_cast<uint32_t>(at);
        out.add(Code::kHiddenCharacter, {document.source, begin, begin + static_cast<uint32_t>(character.bytes)},
                fmt::format("{}: U+{:04X}", range.what, code), "the reader does not see it")
            .hints.push_back(fmt::format("remove it, or write it in a string as `\\u{{{:x}}}`", code));
      }
      at += character.bytes;
    }
  }
}

}  // namespace recipe
