// SPDX-License-Identifier: Apache-2.0
// allow_without_reason: a comment that silences a lint and does not say why.
#include "compiler/lint/lint.h"

namespace recipe {

void lint_allow_without_reason(const Compilation& compilation, Diagnostics& out) {
  for (const Document& document : compilation.set.documents) {
    for (const WrittenAllow& allow : document.allows) {
      if (allow.reason.find_first_not_of(" \t") != std::string::npos) continue;
      out.add(Code::kAllowWithoutReason, allow.span, "`allow(" + allow.lint.text + ")` gives no reason",
              "whoever comes next has to find it out again")
          .hints.push_back("write it behind a colon: `# allow(" + allow.lint.text + "): any program may do this`");
    }
  }
}

}  // namespace recipe
