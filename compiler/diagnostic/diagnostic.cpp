// SPDX-License-Identifier: Apache-2.0
// The collector, and the table of codes.
#include "compiler/diagnostic/diagnostic.h"

#include <algorithm>
#include <tuple>

namespace recipe {
namespace {

constexpr CodeInfo kCodes[] = {
#define DIAGNOSTIC(id, code, severity, title) {Code::id, #id, #code, Severity::severity, title},
#include "compiler/diagnostic/diagnostics.def"
};

}  // namespace

const CodeInfo& info(Code code) {
  return kCodes[static_cast<size_t>(code)];
}

const CodeInfo* find_code(std::string_view text_or_lint_name) {
  for (const CodeInfo& row : kCodes) {
    if (row.text == text_or_lint_name || (row.severity != Severity::kError && row.title == text_or_lint_name)) return &row;
  }
  return nullptr;
}

std::vector<Code> all_codes() {
  std::vector<Code> codes;
  for (const CodeInfo& row : kCodes) codes.push_back(row.code);
  return codes;
}

Diagnostic& Diagnostics::add(Code code, Span span, std::string message, std::string label) {
  return add(Diagnostic{code, std::move(message), {span, std::move(label)}, {}, {}, {}, info(code).severity, {}});
}

void Diagnostics::add(const Diagnostic& diagnostic, Severity severity) {
  Diagnostic copy = diagnostic;
  copy.severity = severity;
  add(std::move(copy));
}

void Diagnostics::add(Diagnostics others) {
  // Those that it only counted, by what remains when the kept ones are taken off.
  size_t errors = others.errors_, warnings = others.warnings_;
  for (Diagnostic& each : others.all_) {
    errors -= each.severity == Severity::kError ? 1 : 0;
    warnings -= each.severity == Severity::kWarning ? 1 : 0;
    add(std::move(each));
  }
  errors_ += errors;
  warnings_ += warnings;
  suppressed_ += others.suppressed_;
}

Diagnostic& Diagnostics::add(Diagnostic diagnostic) {
  errors_ += diagnostic.severity == Severity::kError ? 1 : 0;
  warnings_ += diagnostic.severity == Severity::kWarning ? 1 : 0;

  const SourceId source = diagnostic.primary.span.source;
  const size_t slot = source.valid() ? source.index() + 1 : 0;
  if (of_source_.size() <= slot) of_source_.resize(slot + 1);
  const bool full = of_source_[slot] >= most_;
  if (full) {
    ++suppressed_;
  } else {
    ++of_source_[slot];
  }
  Diagnostic& kept = full ? overflow_ : all_.emplace_back();
  kept = std::move(diagnostic);
  return kept;
}

void Diagnostics::sort() {
  std::stable_sort(all_.begin(), all_.end(), [](const Diagnostic& a, const Diagnostic& b) {
    return std::tie(a.primary.span.source, a.primary.span.begin, a.primary.span.end) <
           std::tie(b.primary.span.source, b.primary.span.begin, b.primary.span.end);
  });
}

}  // namespace recipe
