// SPDX-License-Identifier: Apache-2.0
// `# allow(lint): reason`. Behind code it silences its own line; alone on a line, the next line of code and, where a
// declaration or a member of a recipe begins there, all of that. One that silences nothing is reported (unused_allow).
#pragma once
#include <functional>
#include <vector>

#include "compiler/compile.h"

namespace recipe {

class Allows {
 public:
  // compilation must outlive it. is_given: the files whose unused ones are reported.
  Allows(const Compilation& compilation, const std::function<bool(const std::string& path)>& is_given);

  // Whether some comment silences it; remembers that the comment is of use.
  [[nodiscard]] bool silence(const Diagnostic& diagnostic);
  void report_unused(Diagnostics& out) const;

 private:
  struct Comment {
    const WrittenAllow* written = nullptr;
    Span covers;
    bool given = false;
    bool used = false;
  };
  const Sources& sources_;
  std::vector<Comment> comments_;
};

}  // namespace recipe
