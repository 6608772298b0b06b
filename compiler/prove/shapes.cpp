// SPDX-License-Identifier: Apache-2.0
// See shapes.h. is_within is a table over the tokens of both, filled from the end: no recursion, no search.
#include "compiler/prove/shapes.h"

#include <algorithm>

#include "runtime/artefact/compare.h"
#include "runtime/base/pattern.h"

namespace recipe::prove {
namespace {

using Kind = ShapeToken::Kind;

constexpr size_t kMostCells = size_t{1} << 16;  // of is_within's table: longer patterns are not compared

bool is_gap(const ShapeToken& token) {
  return token.kind == Kind::kStar || token.kind == Kind::kGap;
}

void add_bytes(Shape& shape, std::string_view text) {
  shape.reserve(shape.size() + text.size() + 1);  // a gap behind it is likely
  for (const char c : text) shape.push_back({Kind::kByte, static_cast<unsigned char>(c), {}});
}

ShapeToken gap() {
  return {Kind::kGap, 0, {}};
}

// nullopt: no glob; the compiler has refused it.
std::optional<Shape> shape_of_glob(std::string_view glob, GlobOptions options) {
  const Result<Glob> read = Glob::compile(glob, options);
  if (!read.ok()) return std::nullopt;
  Shape shape;
  for (const GlobPart& part : read->parts()) {
    ShapeToken& token = shape.emplace_back();
    switch (part.kind) {
      case GlobPart::Kind::kByte:
        token.byte = part.byte;
        break;
      case GlobPart::Kind::kOne:
        token.kind = Kind::kOne;
        break;
      case GlobPart::Kind::kSet:
        token.kind = Kind::kSet;
        token.set = part.set;
        if (options.path) token.set.reset('/');
        break;
      case GlobPart::Kind::kStar:
        token.kind = options.path ? Kind::kStar : Kind::kGap;
        break;
      case GlobPart::Kind::kDoubleStar:
        token.kind = Kind::kGap;
        break;
    }
  }
  return shape;
}

void fold(Shape& shape) {
  for (ShapeToken& token : shape) {
    if (token.kind == Kind::kByte && token.byte >= 'A' && token.byte <= 'Z')
      token.byte = static_cast<unsigned char>(token.byte + 32);
    for (unsigned c = 'A'; token.kind == Kind::kSet && c <= 'Z'; ++c) {
      if (token.set[c]) token.set.set(c + 32);
      token.set.reset(c);
    }
  }
}

bool takes_slash(const ShapeToken& token, TextKind kind) {
  switch (token.kind) {
    case Kind::kByte:
      return token.byte == '/';
    case Kind::kSet:
      return token.set['/'];
    case Kind::kOne:
    case Kind::kStar:
      return kind != TextKind::kPath;
    case Kind::kGap:
      return true;
  }
  return true;
}

// Every byte that `a` takes, `b` takes; both take exactly one.
bool takes_all_of(const ShapeToken& b, const ShapeToken& a, TextKind kind) {
  switch (b.kind) {
    case Kind::kByte:
      return a.kind == Kind::kByte ? a.byte == b.byte : a.kind == Kind::kSet && a.set.count() == 1 && a.set[b.byte];
    case Kind::kOne:
      return !takes_slash(a, kind) || kind != TextKind::kPath;
    case Kind::kSet:
      if (a.kind == Kind::kByte) return b.set[a.byte];
      return a.kind == Kind::kSet && (a.set & ~b.set).none();
    case Kind::kStar:
    case Kind::kGap:
      return false;
  }
  return false;
}

bool fits_in_gap(const ShapeToken& gap_token, const ShapeToken& a, TextKind kind) {
  return gap_token.kind == Kind::kGap || !takes_slash(a, kind);
}

bool is_fixed(const Shape& shape) {
  return std::all_of(shape.begin(), shape.end(), [](const ShapeToken& token) { return token.kind == Kind::kByte; });
}

// Two tokens of one byte each that share none.
bool clash(const ShapeToken& a, const ShapeToken& b) {
  const auto bytes = [](const ShapeToken& token) {
    if (token.kind == Kind::kSet) return token.set;
    std::bitset<256> set;
    if (token.kind == Kind::kByte) {
      set.set(token.byte);
    } else {
      set.set();
    }
    return set;
  };
  return (bytes(a) & bytes(b)).none();
}

// Bytes that both are sure to begin with differ somewhere. The reverse for ends.
template <class It>
bool begins_apart(It a, It a_end, It b, It b_end) {
  for (; a != a_end && b != b_end && !is_gap(*a) && !is_gap(*b); ++a, ++b) {
    if (clash(*a, *b)) return true;
  }
  return false;
}

// A byte that b is sure to have at an end and that a has not, or may not have.
bool differs_at(const ShapeToken& a, const ShapeToken& b) {
  return b.kind == Kind::kByte && (is_gap(a) || a.kind == Kind::kOne || (a.kind == Kind::kByte && a.byte != b.byte));
}

}  // namespace

TextKind text_kind(const Subject& subject) {
  if (subject.field == FieldId::kNone || subject.selector != Selector::kNone) return TextKind::kString;
  const Type type = info(subject.field).type;
  if (type == Type::kPath) return TextKind::kPath;
  return type == Type::kDomain ? TextKind::kDomain : TextKind::kString;
}

std::optional<PlainText> plain_regex(std::string_view pattern) {
  PlainText plain;
  const bool begins = pattern.starts_with('^');
  if (begins) pattern.remove_prefix(1);
  bool ends = false;
  for (size_t i = 0; i < pattern.size(); ++i) {
    const auto c = static_cast<unsigned char>(pattern[i]);
    if (c == '$' && i + 1 == pattern.size()) {
      ends = true;
      break;
    }
    const bool word = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (word || std::string_view(" _/,:;=@%&~\"'<>#!-").find(static_cast<char>(c)) != std::string_view::npos) {
      plain.text += static_cast<char>(c);
    } else if (c == '\\' && i + 1 < pattern.size() && std::ispunct(static_cast<unsigned char>(pattern[i + 1])) != 0) {
      plain.text += pattern[++i];
    } else {
      return std::nullopt;
    }
  }
  plain.op = begins && ends ? Operator::kEquals
             : begins       ? Operator::kStartsWith
             : ends         ? Operator::kEndsWith
                            : Operator::kContains;
  return plain;
}

std::optional<PlainText> plain_glob(std::string_view glob, bool path) {
  const std::optional<Shape> read = shape_of_glob(glob, {path, false});
  if (!read) return std::nullopt;
  const Shape& shape = *read;
  PlainText plain;
  const bool open_front = !shape.empty() && shape.front().kind == Kind::kGap;
  const bool open_back = shape.size() > (open_front ? 1u : 0u) && shape.back().kind == Kind::kGap;
  for (size_t i = open_front ? 1 : 0; i < shape.size() - (open_back ? 1 : 0); ++i) {
    if (shape[i].kind != Kind::kByte) return std::nullopt;
    plain.text += static_cast<char>(shape[i].byte);
  }
  plain.op = open_front && open_back ? Operator::kContains
             : open_front            ? Operator::kEndsWith
             : open_back             ? Operator::kStartsWith
                                     : Operator::kEquals;
  return plain;
}

std::optional<std::vector<Shape>> shapes_of(const Test& test, std::string_view literal, bool folded) {
  const TextKind kind = text_kind(test.subject);
  PlainText plain{test.op, std::string(literal)};
  std::vector<Shape> shapes(1);
  if (test.op == Operator::kMatches) {
    const std::optional<PlainText> read = plain_regex(literal);
    if (!read) return std::nullopt;
    plain = *read;
  }
  switch (plain.op) {
    case Operator::kEquals:
      add_bytes(shapes[0], plain.text);
      break;
    case Operator::kStartsWith:
      add_bytes(shapes[0], plain.text);
      shapes[0].push_back(gap());
      break;
    case Operator::kContains:
    case Operator::kEndsWith:
      shapes[0].push_back(gap());
      add_bytes(shapes[0], plain.text);
      if (plain.op == Operator::kContains) shapes[0].push_back(gap());
      break;
    case Operator::kLike: {
      std::optional<Shape> read = shape_of_glob(literal, {kind == TextKind::kPath, test.nocase});
      if (!read) return std::nullopt;
      shapes[0] = std::move(*read);
      break;
    }
    case Operator::kUnder:
      if (kind != TextKind::kDomain) {
        while (plain.text.ends_with('/')) plain.text.pop_back();
      }
      add_bytes(shapes[0], plain.text);
      shapes.emplace_back();
      if (kind == TextKind::kDomain) shapes[1].push_back(gap());
      if (kind == TextKind::kDomain) add_bytes(shapes[1], ".");
      add_bytes(shapes[1], plain.text);
      if (kind != TextKind::kDomain) add_bytes(shapes[1], "/");
      if (kind != TextKind::kDomain) shapes[1].push_back(gap());
      break;
    case Operator::kLess:
    case Operator::kLessEqual:
    case Operator::kGreater:
    case Operator::kGreaterEqual:
    case Operator::kMatches:
    case Operator::kExists:
    case Operator::kHasFlag:
    case Operator::kHasOption:
    case Operator::kHas:
      return std::nullopt;
  }
  for (Shape& shape : shapes) {
    if (folded) fold(shape);
  }
  return shapes;
}

bool is_within(const Shape& a, const Shape& b, TextKind kind) {
  if (!a.empty() && !b.empty() && (differs_at(a.front(), b.front()) || differs_at(a.back(), b.back()))) return false;
  const size_t width = b.size() + 1;
  if ((a.size() + 1) * width > kMostCells) return false;
  if (is_fixed(a) && is_fixed(b)) {
    return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](const ShapeToken& one, const ShapeToken& two) {
             return one.byte == two.byte;
           });
  }
  std::vector<bool> within((a.size() + 1) * width);  // [i][j]: the rest of a from i fits the rest of b from j
  for (size_t i = a.size() + 1; i-- > 0;) {
    for (size_t j = b.size() + 1; j-- > 0;) {
      bool fits = false;
      if (j == b.size()) {
        fits = i == a.size();
      } else if (is_gap(b[j])) {
        fits = within[i * width + j + 1] || (i < a.size() && fits_in_gap(b[j], a[i], kind) && within[(i + 1) * width + j]);
      } else {
        fits = i < a.size() && !is_gap(a[i]) && takes_all_of(b[j], a[i], kind) && within[(i + 1) * width + j + 1];
      }
      within[i * width + j] = fits;
    }
  }
  return within[0];
}

bool is_apart(const Shape& a, const Shape& b, TextKind kind) {
  // Of a single text the question above is exact.
  if (is_fixed(a) && (a.size() + 1) * (b.size() + 1) <= kMostCells) return !is_within(a, b, kind);
  if (is_fixed(b) && (a.size() + 1) * (b.size() + 1) <= kMostCells) return !is_within(b, a, kind);
  return begins_apart(a.begin(), a.end(), b.begin(), b.end()) || begins_apart(a.rbegin(), a.rend(), b.rbegin(), b.rend());
}

std::string sample(const Shape& shape) {
  std::string text;
  for (const ShapeToken& token : shape) {
    if (token.kind == Kind::kByte) text += static_cast<char>(token.byte);
    if (token.kind == Kind::kOne) text += 'x';
    if (token.kind != Kind::kSet) continue;
    for (const std::string_view bytes : {"abcdefghijklmnopqrstuvwxyz", "0123456789", "-_.ABCDEFGHIJKLMNOPQRSTUVWXYZ"}) {
      const auto found =
          std::find_if(bytes.begin(), bytes.end(), [&](char c) { return token.set[static_cast<unsigned char>(c)]; });
      if (found == bytes.end()) continue;
      text += *found;
      break;
    }
  }
  return text;
}

std::string sample_regex(std::string_view pattern) {
  std::string out;
  for (size_t i = 0; i < pattern.size(); ++i) {
    const char c = pattern[i];
    if (c == '^' || c == '$' || c == '(' || c == ')') {
      if (pattern.substr(i, 3) == "(?:") i += 2;
      continue;
    }
    if (c == '|') {
      // The rest of the group, or of the pattern, is another alternative.
      int depth = 0;
      for (++i; i < pattern.size() && (depth > 0 || pattern[i] != ')'); ++i) {
        if (pattern[i] == '\\')
          ++i;
        else if (pattern[i] == '(')
          ++depth;
        else if (pattern[i] == ')')
          --depth;
      }
      continue;
    }
    if (c == '*' || c == '+' || c == '?') continue;
    if (c == '{') {
      i = std::min(pattern.find('}', i), pattern.size());
      continue;
    }
    if (c == '[') {
      const bool negated = i + 1 < pattern.size() && pattern[i + 1] == '^';
      const size_t first = i + (negated ? 2 : 1);
      size_t close = pattern.find(']', first + 1);
      if (close == std::string_view::npos) return out;
      out += negated                                       ? 'x'
             : pattern[first] == '\\' && first + 1 < close ? (pattern[first + 1] == 'd' ? '1' : 'w')
                                                           : pattern[first];
      i = close;
      continue;
    }
    if (c == '\\' && i + 1 < pattern.size()) {
      const char e = pattern[++i];
      if (e == 'd')
        out += '1';
      else if (e == 's')
        out += ' ';
      else if (e == 'S' || e == 'w')
        out += 'x';
      else if (e == 'n')
        out += '\n';
      else if (e != 'b' && e != 'B')
        out += e;
      continue;
    }
    out += c == '.' ? 'x' : c;
  }
  return out;
}

}  // namespace recipe::prove
