// SPDX-License-Identifier: Apache-2.0
// `# allow(lint): reason`. Behind code it silences its own line; alone on a line, the next line of code and, where a
// declaration or a member of a recipe begins there, all of that. One that silences nothing is reported (unused_allow).
#pragma once
#include <functional>
#include <string_view>
#include <vector>

#include "compiler/compile.h"

namespace recipe {

// Allowed as a lint is, and no lint: a term that no test can show to matter. `recipec test` asks for it.
inline constexpr std::string_view kUntestedTerm = "untested_term";

class Allows {
 public:
  // compilation must outlive it. is_given: the files whose unused ones are reported.
  Allows(const Compilation& compilation, const std::function<bool(const std::string& path)>& is_given);

  // Whether some comment silences it; remembers that the comment is of use.
  [[nodiscard]] bool silence(const Diagnostic& diagnostic);
  // The same of what is no lint, by its name; without a reason a comment explains nothing.
  [[nodiscard]] bool explain(std::string_view name, Span at);
  // Lints that were not silenced; kUntestedTerm is not looked at.
  void report_unused(Diagnostics& out) const;
  // Where comments of this name have explained nothing, in the files that were given.
  [[nodiscard]] std::vector<Span> unused(std::string_view name) const;

 private:
  struct Comment {
    const WrittenAllow* written = nullptr;
    Span covers;
    bool given = false;
    bool used = false;
  };
  template <class Named>
  bool use(const Named& is_named, Span at);

  const Sources& sources_;
  std::vector<Comment> comments_;
};

}  // namespace recipe
