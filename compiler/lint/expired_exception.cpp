// SPDX-License-Identifier: Apache-2.0
// expired_exception: its last day is over, so it holds nothing back any more, and the recipe is louder than it reads.
#include <chrono>

#include "compiler/lint/exceptions.h"
#include "compiler/lint/lint.h"

namespace recipe {

void lint_expired_exception(const Compilation& compilation, Diagnostics& out) {
  const int64_t now =
      std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
  for_each_exception(compilation, [&](const Recipe&, const Except& except) {
    if (except.until_unix_ns == 0 || except.until_unix_ns > now) return;
    out.add(Code::kExpiredException, except.span, "the exception has expired", "holds nothing back any more")
        .hints.push_back("remove it, or give it another last day");
  });
}

}  // namespace recipe
