// SPDX-License-Identifier: Apache-2.0
#include "compiler/syntax/members.h"

#include <RecipeLexer.h>

#include <algorithm>
#include <array>

#include "compiler/syntax/literals.h"

namespace recipe {
namespace {

using L = grammar::RecipeLexer;

bool opens(uint16_t kind) {
  return kind == L::LBRACE || kind == L::LBRACKET || kind == L::LPAREN;
}
bool closes(uint16_t kind) {
  return kind == L::RBRACE || kind == L::RBRACKET || kind == L::RPAREN;
}

uint16_t partner(uint16_t closing) {
  if (closing == L::RBRACE) return L::LBRACE;
  return closing == L::RBRACKET ? L::LBRACKET : L::LPAREN;
}

// Levenshtein's distance, or `bound` + 1 where it is more.
size_t distance(std::string_view a, std::string_view b, size_t bound) {
  if (std::max(a.size(), b.size()) - std::min(a.size(), b.size()) > bound) return bound + 1;
  std::vector<size_t> row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t above = row[j];
      row[j] = std::min({above + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)});
      diagonal = above;
    }
  }
  return row[b.size()];
}

template <size_t N>
std::string_view nearest(std::string_view word, const std::array<std::string_view, N>& words) {
  std::string_view best;
  size_t least = 3;
  for (const std::string_view candidate : words) {
    const size_t bound = candidate.size() < 5 ? 1 : 2;
    const size_t d = distance(word, candidate, bound);
    if (d > 0 && d <= bound && d < least) {
      least = d;
      best = candidate;
    }
  }
  return best;
}

}  // namespace

bool is_operator(uint16_t kind) {
  switch (kind) {
    case L::EQUAL:
    case L::NOT_EQUAL:
    case L::LESS:
    case L::LESS_EQUAL:
    case L::GREATER:
    case L::GREATER_EQUAL:
    case L::IN:
    case L::CONTAINS:
    case L::STARTSWITH:
    case L::ENDSWITH:
    case L::LIKE:
    case L::MATCHES:
    case L::UNDER:
    case L::WITHIN:
    case L::HAS:
    case L::NOT:
    case L::AND:
    case L::OR:
      return true;
    default:
      return false;
  }
}

bool is_member_start(const std::vector<Token>& tokens, size_t i) {
  const Token& token = tokens[i];
  const Token& next = tokens[std::min(i + 1, tokens.size() - 1)];
  const bool next_is_word = is_word(next.kind);
  switch (token.kind) {
    case L::ON:
      return next_is_word;
    case L::EXCEPT:
      return next.kind == L::STRING || next.kind == L::RAW || next.kind == L::WHEN || next.kind == L::UNTIL ||
             (next_is_word && !next.first_on_line);
    case L::SEQUENCE:
      return next.kind == L::BY || next.kind == L::WITHIN;
    case L::COUNT:
      return is_operator(next.kind);
    case L::UNLESS:
      return next_is_word;
    case L::TEST:
      return next.kind == L::STRING || next.kind == L::RAW;
    case L::DOC:
      return next.kind == L::LBRACE;
    case L::THROTTLE:
      return next.kind == L::INT;
    case L::MARK:
      return next_is_word;
    case L::MATCH:
    case L::WORD: {
      const bool value = next.kind == L::STRING || next.kind == L::TEXT || next.kind == L::RAW || next.kind == L::INT ||
                         next.kind == L::DURATION || next.kind == L::SIZE || next.kind == L::LBRACKET || next.kind == L::TRUE ||
                         next.kind == L::FALSE || next.kind == L::WORD || next.kind == L::UNCLOSED_STRING;
      return value && !next.first_on_line;
    }
    default:
      return is_unsupported(token.kind);
  }
}

size_t next_member(const std::vector<Token>& tokens, size_t from, size_t at) {
  std::vector<uint16_t> open;
  for (size_t i = from; i + 1 < tokens.size(); ++i) {
    const Token& token = tokens[i];
    if (i >= at && i > from && token.first_on_line && is_member_start(tokens, i) &&
        (open.empty() || token.column == tokens[from].column)) {
      return i;
    }
    if (opens(token.kind)) {
      open.push_back(token.kind);
    } else if (closes(token.kind)) {
      if (token.kind == L::RBRACE) {
        while (!open.empty() && open.back() != L::LBRACE) open.pop_back();
        if (open.empty() && i >= at) return i;
      }
      if (!open.empty() && open.back() == partner(token.kind)) open.pop_back();
    }
  }
  return tokens.size() - 1;
}

std::optional<size_t> innermost_open(const std::vector<Token>& tokens) {
  std::vector<size_t> open;
  for (size_t i = 0; i < tokens.size(); ++i) {
    if (opens(tokens[i].kind)) open.push_back(i);
    if (!closes(tokens[i].kind)) continue;
    if (!open.empty() && tokens[open.back()].kind == partner(tokens[i].kind)) open.pop_back();
  }
  if (open.empty()) return std::nullopt;
  return open.back();
}

bool is_unsupported(uint16_t kind) {
  return kind == L::RESPOND;
}

std::string_view nearest_keyword(std::string_view word) {
  static constexpr std::array<std::string_view, 11> kWords{"on",   "except",  "throttle", "doc",    "test", "when",
                                                           "mark", "message", "sequence", "unless", "count"};
  return nearest(word, kWords);
}

std::string_view nearest_declaration(std::string_view word) {
  static constexpr std::array<std::string_view, 7> kWords{"recipe", "list", "macro", "program", "import", "tune", "exception"};
  return nearest(word, kWords);
}

std::string excerpt(std::string_view words) {
  constexpr size_t kLongest = 40;
  std::string out;
  for (size_t at = 0; at < words.size() && words[at] != '\n' && words[at] != '\r';) {
    const size_t length = utf8_length(words.substr(at));
    if (at + std::max<size_t>(length, 1) > kLongest) return out + "...";
    const auto byte = static_cast<unsigned char>(words[at]);
    if (length == 0 || byte < 0x20 || byte == 0x7f) {
      static constexpr char kHex[] = "0123456789abcdef";
      out += std::string("\\x") + kHex[byte >> 4] + kHex[byte & 15];
      ++at;
      continue;
    }
    out += words.substr(at, length);
    at += length;
  }
  return out;
}

}  // namespace recipe
