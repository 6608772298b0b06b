// SPDX-License-Identifier: Apache-2.0
#include "compiler/syntax/broken.h"

#include <RecipeLexer.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "compiler/syntax/literals.h"
#include "compiler/syntax/members.h"

namespace recipe {
namespace {

using L = grammar::RecipeLexer;

bool ends_word(char c) {
  return std::string_view(" \t\r\n,[](){}\"#=").find(c) != std::string_view::npos;
}

constexpr bool is_control(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return (byte < 0x20 && c != '\n' && c != '\r' && c != '\t') || byte == 0x7f;
}

// The whole word around an unknown byte: /usr/bin/x, -e, café.
Span word_around(std::string_view text, SourceId source, uint32_t begin) {
  uint32_t first = begin;
  while (first > 0 && !ends_word(text[first - 1]) && begin - first < 256) --first;
  uint32_t last = begin + 1;
  while (last < text.size() && !ends_word(text[last]) && last - begin < 256) ++last;
  return {source, first, last};
}

void report_unclosed(std::string_view text, Span span, uint16_t kind, Diagnostics& diagnostics) {
  const bool raw = kind == L::UNCLOSED_RAW;
  const bool block = kind == L::UNCLOSED_TEXT;
  const std::string_view written = text.substr(span.begin, span.end - span.begin);
  const std::string_view opening = block ? "\"\"\"" : raw && written.starts_with("r#") ? "r#\"" : raw ? "r\"" : "\"";
  const std::string_view closing = block ? "\"\"\"" : opening == "r#\"" ? "\"#" : "\"";
  Span shown = span;
  if (block) shown.end = std::min(span.end, span.begin + 3);
  Diagnostic& d =
      diagnostics.add(Code::kUnclosed, shown, fmt::format("the string has no closing `{}`", closing), "begins here");
  if (!block) d.hints.push_back("a string ends on its line; one of several lines stands between `\"\"\"` and `\"\"\"`");
}

void report_unknown(std::string_view text, Span word, uint32_t at, Diagnostics& diagnostics) {
  const std::string_view written = text.substr(word.begin, word.end - word.begin);
  const char c = text[at];
  if (is_control(c) || utf8_length(text.substr(at)) == 0) return;  // report_bytes names it
  if (c == ';') {
    diagnostics.add(Code::kSyntax, {word.source, at, at + 1}, "`;` is no word of the language", "leave it out")
        .fixes.push_back({{word.source, at, at + 1}, "", "remove `;`"});
    return;
  }
  if (c == '\'' || c == '`') {
    diagnostics.add(Code::kSyntax, {word.source, at, at + 1}, "strings stand in double quotes", "expected `\"`")
        .hints.push_back("write `\"...\"`, or r\"...\" where backslashes stand for themselves");
    return;
  }
  if ((c == '&' || c == '|') && written.find_first_not_of("&|") == std::string_view::npos) {
    const std::string_view keyword = c == '&' ? "and" : "or";
    diagnostics.add(Code::kSyntax, word, fmt::format("`{}` is no operator", written), fmt::format("write `{}`", keyword))
        .fixes.push_back({word, std::string(keyword), fmt::format("write `{}`", keyword)});
    return;
  }
  if (c == '!') {
    diagnostics.add(Code::kSyntax, {word.source, at, at + 1}, "`!` is no operator", "write `not`");
    return;
  }
  Diagnostic& d = diagnostics.add(Code::kSyntax, word, fmt::format("`{}` must stand in quotes", excerpt(written)),
                                  "a bare word holds letters, digits, `_`, `.`, `-` and `+`");
  if (written.find('\\') == std::string_view::npos && word.end - word.begin < 256) {
    d.fixes.push_back({word, fmt::format("\"{}\"", written), "put it in quotes"});
  }
}

// By byte: ASCII that is text, as nearly every byte of a file is.
constexpr std::array<bool, 256> kPlain = [] {
  std::array<bool, 256> plain{};
  for (size_t byte = 0; byte < 0x80; ++byte) plain[byte] = !is_control(static_cast<char>(byte));
  return plain;
}();

// Bytes that are no text, wherever they stand.
void report_bytes(std::string_view text, SourceId source, Diagnostics& diagnostics) {
  constexpr size_t kMost = 10;
  size_t reported = 0;
  for (size_t at = 0; reported < kMost;) {
    while (at < text.size() && kPlain[static_cast<unsigned char>(text[at])]) ++at;
    if (at == text.size()) return;
    const auto byte = static_cast<unsigned char>(text[at]);
    const size_t length = utf8_length(text.substr(at));
    if (length > 1) {
      at += length;
      continue;
    }
    const bool control = length == 1;
    size_t end = at;
    while (end < text.size() && (control ? is_control(text[end]) : utf8_length(text.substr(end)) == 0)) ++end;
    const Span span{source, static_cast<uint32_t>(at), static_cast<uint32_t>(end)};
    diagnostics
        .add(Code::kEncoding, span,
             control ? fmt::format("the control character \\x{:02x} is not text", byte) : "the file is not UTF-8 here",
             control ? "" : fmt::format("\\x{:02x} begins no character", byte))
        .hints.push_back("in a string, write a byte as `\\xHH`");
    ++reported;
    at = end;
  }
}

}  // namespace

bool is_broken(uint16_t kind) {
  return kind == L::UNKNOWN || kind == L::UNCLOSED_STRING || kind == L::UNCLOSED_TEXT || kind == L::UNCLOSED_RAW;
}

void report_broken(std::string_view text, SourceId source, const std::vector<Token>& broken, Diagnostics& diagnostics) {
  uint32_t done = 0;  // up to here a diagnostic has been given
  for (const Token& token : broken) {
    if (token.begin < done) continue;
    if (token.kind != L::UNKNOWN) {
      report_unclosed(text, {source, token.begin, token.end}, token.kind, diagnostics);
      done = token.end;
      continue;
    }
    const Span word = word_around(text, source, token.begin);
    report_unknown(text, word, token.begin, diagnostics);
    done = word.end;
  }
  report_bytes(text, source, diagnostics);
}

void collect_allows(std::string_view text, const std::vector<Token>& comments, Document& document) {
  for (const Token& comment : comments) {
    const std::string_view written = text.substr(comment.begin, comment.end - comment.begin);
    const size_t word = written.find_first_not_of(" \t", 1);
    if (word == std::string_view::npos || !written.substr(word).starts_with("allow(")) continue;
    const size_t name = word + 6;
    const size_t close = written.find(')', name);
    if (close == std::string_view::npos) continue;
    WrittenAllow allow;
    allow.span = {document.source, comment.begin, comment.end};
    allow.lint = {std::string(written.substr(name, close - name)),
                  {document.source, comment.begin + static_cast<uint32_t>(name), comment.begin + static_cast<uint32_t>(close)}};
    const size_t reason = written.find_first_not_of(": \t", close + 1);
    if (reason != std::string_view::npos) allow.reason = written.substr(reason);
    document.allows.push_back(std::move(allow));
  }
}

}  // namespace recipe
