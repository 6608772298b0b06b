// SPDX-License-Identifier: Apache-2.0
// needless_regex_ends: `.*` at an end of a pattern that is looked for anywhere. The fix removes it.
#include "compiler/lint/lint.h"
#include "compiler/lint/walk.h"

namespace recipe {
namespace {

bool escaped(std::string_view text, size_t at) {
  size_t slashes = 0;
  while (at > slashes && text[at - slashes - 1] == '\\') ++slashes;
  return slashes % 2 == 1;
}

}  // namespace

void lint_needless_regex_ends(const Compilation& compilation, Diagnostics& out) {
  for_each_expression(compilation, [&](const Document& document, const Expression& test) {
    const WrittenValue* pattern = pattern_of(document, test);
    if (pattern == nullptr) return;
    const std::string_view text = compilation.sources.text(pattern->span);
    const size_t open = text.find('"');
    if (open == std::string_view::npos || text.substr(open).starts_with("\"\"\"") || text.size() < open + 5) return;
    std::string_view inside = text.substr(open + 1, text.size() - open - 2);
    // Where the source is not the pattern itself, byte for byte, its ends say nothing sure.
    if (inside != pattern->text) return;
    const auto offset = [&](size_t at) { return pattern->span.begin + static_cast<uint32_t>(open + 1 + at); };
    constexpr std::string_view kQuantifiers = "?+*{";
    std::optional<Span> needless;
    if (inside.starts_with(".*") && kQuantifiers.find(inside[2]) == std::string_view::npos) {
      needless = Span{test.span.source, offset(0), offset(2)};
    } else if (inside.ends_with(".*") && !escaped(inside, inside.size() - 2)) {
      needless = Span{test.span.source, offset(inside.size() - 2), offset(inside.size())};
    }
    if (!needless) return;
    Diagnostic& diagnostic = out.add(Code::kNeedlessRegexEnds, *needless, "`matches` looks anywhere in the value",
                                     "`.*` at an end says nothing more");
    diagnostic.hints.push_back("`^` and `$` tie a pattern to the ends");
    diagnostic.fixes.push_back({*needless, "", "remove it"});
  });
}

}  // namespace recipe
