// SPDX-License-Identifier: Apache-2.0
// What a comment covers, from lines and the spans of declarations.
#include "compiler/lint/allow.h"

#include <algorithm>
#include <string_view>

namespace recipe {
namespace {

// First byte of `line` (from 1) that is no blank, or the line's end.
uint32_t first_text(const Sources& sources, SourceId id, uint32_t line) {
  const std::string_view text = sources.line_text(id, line);
  const size_t at = text.find_first_not_of(" \t\r");
  return sources[id].lines[line - 1] + static_cast<uint32_t>(at == std::string_view::npos ? text.size() : at);
}

bool is_code(std::string_view line) {
  const size_t at = line.find_first_not_of(" \t\r");
  return at != std::string_view::npos && line[at] != '#';
}

// Spans of everything that a comment before it may cover whole.
std::vector<Span> coverable(const Document& document) {
  std::vector<Span> spans;
  for (const auto& each : document.imports) spans.push_back(each.span);
  for (const auto& each : document.lists) spans.push_back(each.span);
  for (const auto& each : document.macros) spans.push_back(each.span);
  for (const auto& each : document.programs) spans.push_back(each.span);
  for (const auto& each : document.exceptions) spans.push_back(each.span);
  for (const WrittenTune& tune : document.tunes) {
    spans.push_back(tune.span);
    for (const auto& each : tune.exceptions) spans.push_back(each.span);
  }
  for (const WrittenRecipe& recipe : document.recipes) {
    spans.push_back(recipe.span);
    for (const auto& each : recipe.ons) spans.push_back(each.span);
    for (const auto& each : recipe.exceptions) spans.push_back(each.span);
    for (const auto& each : recipe.tests) spans.push_back(each.span);
  }
  return spans;
}

Span covered(const Sources& sources, const std::vector<Span>& declarations, const WrittenAllow& allow) {
  const SourceId id = allow.span.source;
  const auto lines = static_cast<uint32_t>(sources[id].lines.size());
  uint32_t line = sources.position(id, allow.span.begin).line;
  const bool alone = first_text(sources, id, line) >= allow.span.begin;
  if (alone) {
    do {
      ++line;
    } while (line <= lines && !is_code(sources.line_text(id, line)));
  }
  if (line > lines) return {id, allow.span.end, allow.span.end};
  const uint32_t begin = sources[id].lines[line - 1];
  Span span{id, begin, begin + static_cast<uint32_t>(sources.line_text(id, line).size())};
  if (!alone) return span;
  const uint32_t text = first_text(sources, id, line);
  for (const Span& each : declarations) {
    if (each.begin == text) span.end = std::max(span.end, each.end);
  }
  return span;
}

// The whole line of a comment that stands alone, or the comment and the blanks before it.
Span removal(const Sources& sources, Span comment) {
  const Source& source = sources[comment.source];
  Span span = comment;
  while (span.begin > 0 && (source.text[span.begin - 1] == ' ' || source.text[span.begin - 1] == '\t')) --span.begin;
  const bool alone = span.begin == 0 || source.text[span.begin - 1] == '\n';
  if (alone) {
    while (span.end < source.text.size() && source.text[span.end - 1] != '\n') ++span.end;
  }
  return span;
}

}  // namespace

Allows::Allows(const Compilation& compilation, const std::function<bool(const std::string& path)>& is_given)
    : sources_(compilation.sources) {
  for (const Document& document : compilation.set.documents) {
    if (document.allows.empty()) continue;
    const std::vector<Span> declarations = coverable(document);
    for (const WrittenAllow& allow : document.allows) {
      comments_.push_back({&allow, covered(sources_, declarations, allow), is_given(sources_[document.source].path), false});
    }
  }
}

template <class Named>
bool Allows::use(const Named& is_named, Span at) {
  bool used = false;
  for (Comment& comment : comments_) {
    if (!is_named(*comment.written)) continue;
    if (comment.covers.source != at.source || at.begin < comment.covers.begin || at.begin >= comment.covers.end) continue;
    comment.used = true;
    used = true;
  }
  return used;
}

bool Allows::silence(const Diagnostic& diagnostic) {
  const CodeInfo& code = info(diagnostic.code);
  const auto is_named = [&](const WrittenAllow& allow) {
    return allow.lint.text == code.title || allow.lint.text == code.text;
  };
  return use(is_named, diagnostic.primary.span);
}

bool Allows::explain(std::string_view name, Span at) {
  return use([&](const WrittenAllow& allow) { return allow.lint.text == name && !allow.reason.empty(); }, at);
}

std::vector<Span> Allows::unused(std::string_view name) const {
  std::vector<Span> spans;
  for (const Comment& comment : comments_) {
    if (!comment.used && comment.given && comment.written->lint.text == name) spans.push_back(comment.written->span);
  }
  return spans;
}

void Allows::report_unused(Diagnostics& out) const {
  for (const Comment& comment : comments_) {
    if (comment.used || !comment.given || comment.written->lint.text == kUntestedTerm) continue;
    const Word& lint = comment.written->lint;
    const CodeInfo* code = find_code(lint.text);
    const bool known = code != nullptr && code->severity != Severity::kError;
    Diagnostic& diagnostic =
        known
            ? out.add(Code::kUnusedAllow, comment.written->span, "`allow(" + lint.text + ")` silences nothing")
            : out.add(Code::kUnusedAllow, lint.span, "there is no lint `" + lint.text + "`, so this comment silences nothing");
    if (known) {
      diagnostic.fixes.push_back({removal(sources_, comment.written->span), "", "remove the comment"});
    } else {
      diagnostic.hints.push_back("`recipec explain lints` lists the names");
    }
  }
}

}  // namespace recipe
