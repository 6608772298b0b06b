// SPDX-License-Identifier: Apache-2.0
// Works on tokens and lines alone, so that what does not compile yet is formatted too. A line is what the author has put on
// one; where it stands depends on the brackets that are open and on the condition that it belongs to.
//
//   recipe a {                          two spaces a bracket
//     importance high                   what a recipe says of itself begins in one column
//     on exec when
//           process.name == x           terms stand below each other, behind their `and` and `or`
//       and argv contains any [
//         "-e",                         within brackets: two more than the line that opened them
//       ]
#include "compiler/syntax/format.h"

#include <RecipeLexer.h>

#include <algorithm>
#include <vector>

#include "compiler/syntax/broken.h"
#include "compiler/syntax/members.h"
#include "compiler/syntax/tokens.h"

namespace recipe {
namespace {

using L = grammar::RecipeLexer;

constexpr size_t kStep = 2;
constexpr size_t kValueColumn = 12;  // of a recipe's properties, from the key's first letter
constexpr int kMostRounds = 64;

struct Piece {
  Token token;
  std::string_view text;
  size_t breaks = 0;  // newlines before it
  size_t gap = 0;     // bytes of white space before it, on its line
  size_t column = 0;  // where it began on its line; of a multi-line token, on its first
};

bool opens(uint16_t kind) {
  return kind == L::LBRACE || kind == L::LBRACKET || kind == L::LPAREN;
}
bool closes(uint16_t kind) {
  return kind == L::RBRACE || kind == L::RBRACKET || kind == L::RPAREN;
}
uint16_t partner(uint16_t closing) {
  return closing == L::RBRACE ? L::LBRACE : closing == L::RBRACKET ? L::LBRACKET : L::LPAREN;
}
bool joins(uint16_t kind) {
  return kind == L::AND || kind == L::OR;
}
// Behind which a condition is not complete, and before which it goes on.
bool compares(uint16_t kind) {
  return (is_operator(kind) && !joins(kind)) || kind == L::NOCASE;
}

std::optional<std::vector<Piece>> read_pieces(std::string_view text) {
  std::vector<Piece> pieces;
  std::vector<uint16_t> open;
  Scanner scanner(text);
  size_t at = text.starts_with("\xef\xbb\xbf") ? 3 : 0;
  for (Token token = scanner.next(); token.kind != kEndOfText; token = scanner.next()) {
    if (is_broken(token.kind)) return std::nullopt;
    if (opens(token.kind)) open.push_back(token.kind);
    if (closes(token.kind)) {
      if (open.empty() || open.back() != partner(token.kind)) return std::nullopt;
      open.pop_back();
    }
    const std::string_view space = text.substr(at, token.begin - at);
    std::string_view words = text.substr(token.begin, token.end - token.begin);
    if (token.kind == L::COMMENT) words = words.substr(0, words.find_last_not_of(" \t") + 1);
    const size_t newline = space.rfind('\n');
    pieces.push_back({token, words, static_cast<size_t>(std::count(space.begin(), space.end(), '\n')),
                      newline == std::string_view::npos ? space.size() : space.size() - newline - 1, token.column});
    at = token.end;
  }
  if (!open.empty()) return std::nullopt;
  return pieces;
}

struct Line {
  size_t begin = 0, end = 0;  // of its pieces
  bool after_empty = false;   // an empty line stood before it
  size_t indent = 0;
  bool property = false;  // KEY VALUE of a recipe
};

std::vector<Line> split_lines(const std::vector<Piece>& pieces) {
  std::vector<Line> lines;
  for (size_t i = 0; i < pieces.size(); ++i) {
    if (i == 0 || pieces[i].breaks > 0) lines.push_back({i, i, pieces[i].breaks > 1, 0, false});
    lines.back().end = i + 1;
  }
  return lines;
}

// Where each line begins.
class Indenter {
 public:
  Indenter(const std::vector<Piece>& pieces, std::vector<Line>& lines) : pieces_(pieces), lines_(lines) {}

  void run() {
    for (size_t i = 0; i < lines_.size(); ++i) place(i);
    place_comments();
    leave_lone_properties();
  }

 private:
  struct Bracket {
    uint16_t kind = 0;
    size_t indent = 0;      // of the line that opened it
    size_t conditions = 0;  // how many conditions were open before it
  };
  // An expression that goes over lines: behind `when`, behind a macro's `=`, within parentheses.
  struct Condition {
    size_t depth = 0;  // brackets that are open around it
    size_t base = 0;   // indentation of the line that it belongs to
    bool by_or = false;
    bool joined = false;  // some line begins with `and` or `or`
  };

  [[nodiscard]] const Piece& first(const Line& line) const { return pieces_[line.begin]; }

  void place(size_t index) {
    Line& line = lines_[index];
    if (first(line).token.kind == L::COMMENT) return;  // as what follows
    end_conditions(line);
    line.indent = indent_of(line);
    line.property = is_property(line);
    for (size_t i = line.begin; i < line.end; ++i) pass(index, i);
  }

  // A member of a recipe begins where a line begins that does not go on with the condition before it.
  void end_conditions(const Line& line) {
    const uint16_t kind = first(line).token.kind;
    while (!conditions_.empty() && conditions_.back().depth == brackets_.size() && !goes_on(line, kind)) conditions_.pop_back();
  }
  [[nodiscard]] bool goes_on(const Line& line, uint16_t kind) const {
    if (joins(kind) || closes(kind)) return true;
    if (compares(kind) && kind != L::NOT) return true;
    if (line.begin == 0) return false;
    size_t before = line.begin - 1;
    while (before > 0 && pieces_[before].token.kind == L::COMMENT) --before;
    const uint16_t last = pieces_[before].token.kind;
    return joins(last) || compares(last) || opens(last) || last == L::WHEN || last == L::ASSIGN || last == L::COLON ||
           last == L::EXISTS || last == L::ANY || last == L::ALL;
  }

  [[nodiscard]] size_t indent_of(const Line& line) const {
    const uint16_t kind = first(line).token.kind;
    if (closes(kind)) return brackets_.back().indent;
    if (!conditions_.empty() && conditions_.back().depth == brackets_.size()) return indent_in(conditions_.back(), kind);
    if (brackets_.empty()) return 0;
    return brackets_.back().indent + (is_step(line) ? 2 * kStep : kStep);
  }
  // A step of a test on a line of its own: test "..." match ⏎ each x in [...] ⏎ open { ... } ⏎ then exec { ... }
  [[nodiscard]] bool is_step(const Line& line) const {
    if (line.begin == 0 || brackets_.size() != 1) return false;
    const uint16_t kind = first(line).token.kind, last = pieces_[line.begin - 1].token.kind;
    const bool unfinished = last == L::MATCH || last == L::NOTHING || last == L::MARK || last == L::RBRACKET;
    return kind == L::THEN || last == L::THEN || (in_test_ && unfinished);
  }
  static size_t indent_in(const Condition& condition, uint16_t kind) {
    constexpr size_t kOr = 3, kAnd = 4;  // the word and its space
    const size_t joiner = condition.base + kStep;
    if (kind == L::OR) return joiner;
    if (kind == L::AND) return condition.by_or ? joiner + kOr + kStep : joiner;
    if (!condition.joined) return joiner;
    return joiner + (condition.by_or ? kOr : kAnd);
  }

  [[nodiscard]] bool is_property(const Line& line) const {
    if (brackets_.size() != 1 || !in_recipe_ || line.end - line.begin < 2) return false;
    if (!conditions_.empty() || is_step(line)) return false;
    const uint16_t second = pieces_[line.begin + 1].token.kind;
    if (first(line).token.kind != L::WORD) return false;
    return second != L::LBRACE && !compares(second) && second != L::ASSIGN && second != L::WHEN;
  }

  void pass(size_t line, size_t at) {
    const uint16_t kind = pieces_[at].token.kind;
    if (brackets_.size() == 1 && at == lines_[line].begin) in_test_ = kind == L::TEST || (in_test_ && is_step(lines_[line]));
    if (brackets_.empty() && at == lines_[line].begin) in_recipe_ = kind == L::RECIPE || kind == L::TUNE;
    if (kind == L::MACRO && brackets_.empty()) in_macro_ = true;
    if (opens(kind)) {
      // The block of an `on` belongs to the line of the `on`, however long its condition is.
      const bool block = kind == L::LBRACE && !conditions_.empty() && conditions_.back().depth == brackets_.size();
      const size_t indent = block ? conditions_.back().base : lines_[line].indent;
      if (block) conditions_.pop_back();
      brackets_.push_back({kind, indent, conditions_.size()});
      if (kind == L::LPAREN) begin_condition(line, at);
    } else if (closes(kind)) {
      conditions_.resize(std::min(conditions_.size(), brackets_.back().conditions));
      brackets_.pop_back();
    } else if (kind == L::WHEN) {
      begin_condition(line, at);
    } else if (kind == L::ASSIGN && in_macro_ && brackets_.empty()) {
      in_macro_ = false;
      begin_condition(line, at);
    }
  }

  // How its lines are joined has to be known before the first of them is placed.
  void begin_condition(size_t line, size_t at) {
    Condition condition{brackets_.size(), lines_[line].indent, false, false};
    size_t depth = 0;
    for (size_t i = at + 1; i < pieces_.size(); ++i) {
      const uint16_t kind = pieces_[i].token.kind;
      if (closes(kind) && depth-- == 0) break;
      if (opens(kind)) ++depth;
      if (depth > 0 || pieces_[i].breaks == 0 || kind == L::COMMENT || closes(kind)) continue;
      const Line here{i, i + 1, false, 0, false};
      if (!goes_on(here, kind)) break;
      condition.joined = condition.joined || joins(kind);
      condition.by_or = condition.by_or || kind == L::OR;
    }
    conditions_.push_back(condition);
  }

  // One that stands alone is in no column.
  void leave_lone_properties() {
    const auto is_neighbour = [&](size_t i) { return i < lines_.size() && lines_[i].property; };
    std::vector<size_t> alone;
    for (size_t i = 0; i < lines_.size(); ++i) {
      if (!lines_[i].property) continue;
      const bool above = !lines_[i].after_empty && i > 0 && is_neighbour(i - 1);
      const bool below = is_neighbour(i + 1) && !lines_[i + 1].after_empty;
      if (!above && !below) alone.push_back(i);
    }
    for (const size_t i : alone) lines_[i].property = false;
  }

  // A comment stands as the line that it is about: the next one; before a closing bracket, as what is within.
  void place_comments() {
    size_t next = 0;
    bool closing = false;
    for (size_t i = lines_.size(); i-- > 0;) {
      Line& line = lines_[i];
      const uint16_t kind = first(line).token.kind;
      if (kind == L::COMMENT) {
        line.indent = closing ? next + kStep : next;
        continue;
      }
      next = line.indent;
      closing = closes(kind);
    }
  }

  const std::vector<Piece>& pieces_;
  std::vector<Line>& lines_;
  std::vector<Bracket> brackets_;
  std::vector<Condition> conditions_;
  bool in_recipe_ = false, in_macro_ = false, in_test_ = false;
};

// Spaces between two pieces of a line.
class Spacer {
 public:
  Spacer(const std::vector<Piece>& pieces, const std::vector<Line>& lines) : pieces_(pieces), lines_(lines) {}

  [[nodiscard]] size_t between(size_t line, size_t at) const {
    const Piece &before = pieces_[at - 1], &here = pieces_[at];
    const uint16_t last = before.token.kind, kind = here.token.kind;
    if (kind == L::COMMENT) return is_aligned(line, at) ? here.gap : kStep;
    if (lines_[line].property && at == lines_[line].begin + 1)
      return before.text.size() < kValueColumn ? kValueColumn - before.text.size() : 1;
    const bool tight = kind == L::COMMA || kind == L::COLON || kind == L::RPAREN || kind == L::RBRACKET || last == L::LPAREN ||
                       last == L::LBRACKET || last == L::ELLIPSIS || (last == L::LBRACE && kind == L::RBRACE);
    if (tight) return here.gap == 0 || stay_two(before.text, here.text) ? 0 : 1;
    // A macro's call and `env["X"]` touch their bracket; which one it is the author has said.
    if ((kind == L::LPAREN || kind == L::LBRACKET) && here.gap == 0 && last != L::COMMA && last != L::COLON &&
        last != L::ASSIGN)
      return 0;
    return here.gap > 1 && is_aligned(line, at) ? here.gap : 1;
  }

 private:
  // Two colons that touch would be one word.
  static bool stay_two(std::string_view before, std::string_view here) {
    const std::string both = std::string(before) + std::string(here);
    Scanner scanner(both);
    return scanner.next().end == before.size() && scanner.next().end == both.size();
  }
  // Does a piece of the line before or behind begin in the same column, behind a space?
  [[nodiscard]] bool is_aligned(size_t line, size_t at) const {
    return (line > 0 && has_piece_at(lines_[line - 1], pieces_[at].column)) ||
           (line + 1 < lines_.size() && has_piece_at(lines_[line + 1], pieces_[at].column));
  }
  [[nodiscard]] bool has_piece_at(const Line& line, size_t column) const {
    for (size_t i = line.begin + 1; i < line.end; ++i) {
      if (pieces_[i].column == column) return pieces_[i].gap > 0;
    }
    return false;
  }

  const std::vector<Piece>& pieces_;
  const std::vector<Line>& lines_;
};

std::string print(const std::vector<Piece>& pieces, const std::vector<Line>& lines) {
  const Spacer spacer(pieces, lines);
  std::string out;
  for (size_t i = 0; i < lines.size(); ++i) {
    const Line& line = lines[i];
    const bool inside_edge = i > 0 && (opens(pieces[line.begin - 1].token.kind) || closes(pieces[line.begin].token.kind));
    if (i > 0) out += line.after_empty && !inside_edge ? "\n\n" : "\n";
    out.append(line.indent, ' ');
    for (size_t at = line.begin; at < line.end; ++at) {
      if (at > line.begin) out.append(spacer.between(i, at), ' ');
      out += pieces[at].text;
    }
  }
  return out.empty() ? out : out + '\n';
}

std::optional<std::string> format_once(std::string_view text) {
  const auto pieces = read_pieces(text);
  if (!pieces) return std::nullopt;
  std::vector<Line> lines = split_lines(*pieces);
  Indenter(*pieces, lines).run();
  return print(*pieces, lines);
}

}  // namespace

// Columns that stood below each other may not after their lines have moved: each round takes such spaces out, never one in.
std::optional<std::string> format_recipe(std::string_view text) {
  std::optional<std::string> before, after = format_once(text);
  for (int round = 0; after && after != before && round < kMostRounds; ++round) {
    before = std::move(after);
    after = format_once(*before);
  }
  return after;
}

}  // namespace recipe
