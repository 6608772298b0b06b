// SPDX-License-Identifier: Apache-2.0
// Diagnostic: one fault of the author, with its place, its code and what to write instead.
// Wording: lower case, no full stop, what is wrong before why, names in back-ticks, a hint that can be typed as it stands.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/source.h"

namespace recipe {

enum class Severity : uint8_t { kNote, kWarning, kError };  // a lint is a warning

// DIAGNOSTIC(id, code, severity, title) of diagnostics.def
enum class Code : uint16_t {
#define DIAGNOSTIC(id, code, severity, title) id,
#include "compiler/diagnostic/diagnostics.def"
};

struct CodeInfo {
  Code code;
  std::string_view id;    // "kUnknownField"
  std::string_view text;  // "E0107"; lints: "L0101"
  Severity severity;
  std::string_view title;  // of its page; a lint's name (no_kernel_filter) for lints
};

[[nodiscard]] const CodeInfo& info(Code code);
[[nodiscard]] const CodeInfo* find_code(std::string_view text_or_lint_name);
[[nodiscard]] std::vector<Code> all_codes();

struct Label {
  Span span;
  std::string text;  // may be empty
};

// A change that can be made as it stands.
struct Fix {
  Span span;  // replaced
  std::string text;
  std::string title;
};

struct Diagnostic {
  Code code{};
  std::string message;
  Label primary;
  std::vector<Label> secondary;
  std::vector<std::string> hints;  // "help: ..."
  std::vector<Fix> fixes;
  Severity severity = Severity::kError;  // its code's; of a lint what recipes.toml makes of it
  std::vector<std::string> notes{};      // "note: ...": what shows that it is so
};

// Collects; never prints. Past kMaxDiagnostics of one source it counts only.
class Diagnostics {
 public:
  static constexpr size_t kMaxDiagnostics = 200;

  // most: that are kept of one source. What is still to be sifted is collected without a bound.
  explicit Diagnostics(size_t most = kMaxDiagnostics) : most_(most) {}

  Diagnostic& add(Code code, Span span, std::string message, std::string label = {});
  // One of another collector, with this severity.
  void add(const Diagnostic& diagnostic, Severity severity);
  // All of another collector, in its order. What it has suppressed is counted here too.
  void add(Diagnostics others);
  [[nodiscard]] const std::vector<Diagnostic>& all() const { return all_; }
  [[nodiscard]] bool has_errors() const { return errors_ > 0; }
  [[nodiscard]] size_t errors() const { return errors_; }
  [[nodiscard]] size_t warnings() const { return warnings_; }
  [[nodiscard]] size_t suppressed() const { return suppressed_; }
  void sort();  // by source, then place

 private:
  Diagnostic& add(Diagnostic diagnostic);

  size_t most_;
  std::vector<Diagnostic> all_;
  std::vector<size_t> of_source_;  // kept so far, by SourceId + 1; the first is for spans without a source
  Diagnostic overflow_;            // what add() returns past the bound
  size_t errors_ = 0, warnings_ = 0, suppressed_ = 0;
};

}  // namespace recipe
