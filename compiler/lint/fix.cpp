// SPDX-License-Identifier: Apache-2.0
#include "compiler/lint/fix.h"

#include <algorithm>

namespace recipe {

std::string apply_fixes(const std::string& text, std::vector<Fix> fixes, std::vector<Fix>& made) {
  std::sort(fixes.begin(), fixes.end(), [](const Fix& a, const Fix& b) {
    return a.span.begin != b.span.begin ? a.span.begin < b.span.begin : a.span.end > b.span.end;
  });
  std::string out;
  uint32_t at = 0;
  for (Fix& fix : fixes) {
    if (fix.span.begin < at) continue;
    out.append(text, at, fix.span.begin - at);
    out += fix.text;
    at = fix.span.end;
    made.push_back(std::move(fix));
  }
  out.append(text, at);
  return out;
}

}  // namespace recipe
