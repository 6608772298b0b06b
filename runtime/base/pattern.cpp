// SPDX-License-Identifier: Apache-2.0
// Globs by our own matcher, regexes by RE2.
//
// In: a pattern's text. Out: a compiled pattern that answers for any bytes. Limits: a glob costs value × pattern at worst, a
// regex is linear in the value and its automaton is bounded by kRegexMemory.
#include "runtime/base/pattern.h"

#include <re2/re2.h>

#include <utility>

namespace recipe {
namespace {

constexpr unsigned char fold(unsigned char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<unsigned char>(c + 32) : c;
}

// RE2 splits this between a program and the states of its automaton; what needs more program than fits is refused, what needs
// more states runs slower. One regex must not eat the daemon's 50 MiB.
constexpr int64_t kRegexMemory = int64_t{1} << 20;

}  // namespace

struct Glob::Token {
  enum Kind : uint8_t { kByte, kOne, kSet, kStar, kDoubleStar } kind = kByte;
  unsigned char byte = 0;  // kByte
  uint32_t set = 0;        // kSet: index into sets
};

struct Glob::State {
  std::vector<Token> tokens;
  std::vector<std::bitset<256>> sets;
  std::string prefix, suffix;  // folded where nocase
  size_t fixed = 0;            // tokens that take one byte: the least length of a match
  bool path = false, nocase = false, stars = false, mixed = false, literal = false;

  [[nodiscard]] bool takes(const Token& token, unsigned char c) const {
    switch (token.kind) {
      case Token::kByte:
        return c == token.byte;
      case Token::kOne:
        return !path || c != '/';
      case Token::kSet:
        return sets[token.set][c] && (!path || c != '/');
      case Token::kStar:
      case Token::kDoubleStar:
        return false;
    }
    return false;
  }
  [[nodiscard]] unsigned char at(std::string_view value, size_t i) const {
    const auto c = static_cast<unsigned char>(value[i]);
    return nocase ? fold(c) : c;
  }
  [[nodiscard]] bool crosses(const Token& star) const { return !path || star.kind == Token::kDoubleStar; }
  [[nodiscard]] bool equals(std::string_view part, std::string_view folded) const {
    if (!nocase) return part == folded;
    for (size_t i = 0; i < part.size(); ++i) {
      if (fold(static_cast<unsigned char>(part[i])) != static_cast<unsigned char>(folded[i])) return false;
    }
    return true;
  }
  [[nodiscard]] bool by_last_star(std::string_view value) const;
  [[nodiscard]] bool by_position_set(std::string_view value) const;
};

namespace {

// One set, `i` behind its '['. False: it is not closed. nocase: a member is a letter in both cases, also of what is negated:
// `[!a]` takes neither a nor A.
bool read_set(std::string_view glob, size_t& i, bool nocase, std::bitset<256>& set) {
  bool negated = false;
  if (i < glob.size() && (glob[i] == '!' || glob[i] == '^')) {
    negated = true;
    ++i;
  }
  const auto member = [&](unsigned char& out) {
    if (i < glob.size() && glob[i] == '\\') ++i;
    if (i >= glob.size()) return false;
    out = static_cast<unsigned char>(glob[i++]);
    return true;
  };
  for (bool first = true;; first = false) {
    if (i >= glob.size()) return false;
    if (glob[i] == ']' && !first) break;  // a ']' in the first place is a member, as in fnmatch(3)
    unsigned char low = 0;
    if (!member(low)) return false;
    unsigned char high = low;
    if (i + 1 < glob.size() && glob[i] == '-' && glob[i + 1] != ']') {
      ++i;
      if (!member(high)) return false;
    }
    for (unsigned c = low; c <= high; ++c) set.set(c);
  }
  ++i;
  for (unsigned upper = 'A'; nocase && upper <= 'Z'; ++upper) {
    if (set[upper] || set[upper + 32]) set.set(upper).set(upper + 32);
  }
  if (negated) set.flip();
  return true;
}

}  // namespace

Result<Glob> Glob::compile(std::string_view glob, GlobOptions options) {
  auto state = std::make_unique<State>();
  state->path = options.path;
  state->nocase = options.nocase;
  for (size_t i = 0; i < glob.size();) {
    Token token;
    const auto c = static_cast<unsigned char>(glob[i++]);
    if (c == '*') {
      token.kind = Token::kStar;
      while (i < glob.size() && glob[i] == '*') {
        token.kind = Token::kDoubleStar;
        ++i;
      }
    } else if (c == '?') {
      token.kind = Token::kOne;
    } else if (c == '[') {
      std::bitset<256> set;
      if (!read_set(glob, i, options.nocase, set))
        return Error{"the glob `" + std::string(glob) + "` has a `[` without its `]`; write `\\[` for the byte"};
      token.kind = Token::kSet;
      token.set = static_cast<uint32_t>(state->sets.size());
      state->sets.push_back(set);
    } else {
      token.byte = c;
      if (c == '\\') {
        if (i == glob.size())
          return Error{"the glob `" + std::string(glob) + "` ends in a backslash; write `\\\\` for the byte"};
        token.byte = static_cast<unsigned char>(glob[i++]);
      }
      if (options.nocase) token.byte = fold(token.byte);
    }
    state->tokens.push_back(token);
  }

  bool one = false, two = false;
  for (const Token& token : state->tokens) {
    one |= token.kind == Token::kStar;
    two |= token.kind == Token::kDoubleStar;
    if (token.kind != Token::kStar && token.kind != Token::kDoubleStar) ++state->fixed;
  }
  state->stars = one || two;
  state->mixed = options.path && one && two;
  const auto& tokens = state->tokens;
  size_t begin = 0, end = tokens.size();
  while (begin < tokens.size() && tokens[begin].kind == Token::kByte)
    state->prefix.push_back(static_cast<char>(tokens[begin++].byte));
  while (end > 0 && tokens[end - 1].kind == Token::kByte)
    state->suffix.insert(state->suffix.begin(), static_cast<char>(tokens[--end].byte));
  state->literal = begin == tokens.size();
  return Glob(std::move(state));
}

// The position after the last star that was passed is the only one to come back to: an earlier star that took more would
// leave the later ones no more choice. Holds while all stars of the glob cross the same bytes.
bool Glob::State::by_last_star(std::string_view value) const {
  size_t v = 0, t = 0, star_token = tokens.size(), star_value = 0;
  while (v < value.size() || t < tokens.size()) {
    if (t < tokens.size() && (tokens[t].kind == Token::kStar || tokens[t].kind == Token::kDoubleStar)) {
      star_token = t++;
      star_value = v;
      if (t == tokens.size()) {
        return crosses(tokens[star_token]) || value.find('/', v) == std::string_view::npos;
      }
      continue;
    }
    if (t < tokens.size() && v < value.size() && takes(tokens[t], at(value, v))) {
      ++t;
      ++v;
      continue;
    }
    if (star_token == tokens.size() || star_value >= value.size()) return false;
    if (!crosses(tokens[star_token]) && value[star_value] == '/') return false;
    v = ++star_value;
    t = star_token + 1;
  }
  return true;
}

// All positions of the glob that the bytes so far can have led to, in rising order; a star is a position that keeps itself.
bool Glob::State::by_position_set(std::string_view value) const {
  std::vector<uint32_t> now, next;
  const auto enter = [&](std::vector<uint32_t>& set, uint32_t t) {
    // A star may take nothing: what follows it is entered with it. Two stars never stand side by side.
    if (set.empty() || set.back() < t) set.push_back(t);
    if (t < tokens.size() && (tokens[t].kind == Token::kStar || tokens[t].kind == Token::kDoubleStar) && set.back() < t + 1) {
      set.push_back(t + 1);
    }
  };
  enter(now, 0);
  for (size_t v = 0; v < value.size() && !now.empty(); ++v) {
    next.clear();
    const unsigned char c = at(value, v);
    for (const uint32_t t : now) {
      if (t == tokens.size()) continue;
      const Token& token = tokens[t];
      if (token.kind == Token::kStar || token.kind == Token::kDoubleStar) {
        if (crosses(token) || c != '/') enter(next, t);
      } else if (takes(token, c)) {
        enter(next, t + 1);
      }
    }
    now.swap(next);
  }
  return !now.empty() && now.back() == tokens.size();
}

bool Glob::matches(std::string_view value) const {
  const State& s = *state_;
  if (value.size() < s.fixed || (!s.stars && value.size() != s.fixed)) return false;
  if (!s.equals(value.substr(0, s.prefix.size()), s.prefix)) return false;
  if (s.literal) return true;
  if (!s.equals(value.substr(value.size() - s.suffix.size()), s.suffix)) return false;
  return s.mixed ? s.by_position_set(value) : s.by_last_star(value);
}

const std::string& Glob::prefix() const {
  return state_->prefix;
}
const std::string& Glob::suffix() const {
  return state_->suffix;
}

std::vector<GlobPart> Glob::parts() const {
  std::vector<GlobPart> parts;
  for (const Token& token : state_->tokens) {
    GlobPart& part = parts.emplace_back();
    switch (token.kind) {
      case Token::kByte:
        part.byte = token.byte;
        break;
      case Token::kOne:
        part.kind = GlobPart::Kind::kOne;
        break;
      case Token::kSet:
        part.kind = GlobPart::Kind::kSet;
        part.set = state_->sets[token.set];
        break;
      case Token::kStar:
        part.kind = GlobPart::Kind::kStar;
        break;
      case Token::kDoubleStar:
        part.kind = GlobPart::Kind::kDoubleStar;
        break;
    }
  }
  return parts;
}

Glob::Glob(std::unique_ptr<State> state) : state_(std::move(state)) {}
Glob::Glob(Glob&&) noexcept = default;
Glob& Glob::operator=(Glob&&) noexcept = default;
Glob::~Glob() = default;

Status check_glob(std::string_view glob) {
  auto compiled = Glob::compile(glob, {});
  if (!compiled) return compiled.error();
  return Done{};
}

bool glob_matches(std::string_view glob, std::string_view value, GlobOptions options) {
  const auto compiled = Glob::compile(glob, options);
  return compiled.ok() && compiled->matches(value);
}

std::string glob_prefix(std::string_view glob) {
  const auto compiled = Glob::compile(glob, {});
  return compiled.ok() ? compiled->prefix() : std::string();
}

std::string glob_suffix(std::string_view glob) {
  const auto compiled = Glob::compile(glob, {});
  return compiled.ok() ? compiled->suffix() : std::string();
}

struct Regex::State {
  State(std::string_view pattern, const RE2::Options& options)
      : re(re2::StringPiece(pattern.data(), pattern.size()), options) {}
  RE2 re;
};

Result<Regex> Regex::compile(std::string_view pattern, bool nocase) {
  RE2::Options options;
  options.set_encoding(RE2::Options::EncodingLatin1);
  options.set_case_sensitive(!nocase);
  options.set_log_errors(false);
  options.set_max_mem(kRegexMemory);
  auto state = std::make_unique<State>(pattern, options);
  if (!state->re.ok()) return Error{"the pattern `" + std::string(pattern) + "` is no RE2: " + state->re.error()};
  return Regex(std::move(state));
}

bool Regex::found_in(std::string_view value) const {
  return RE2::PartialMatch(re2::StringPiece(value.data(), value.size()), state_->re);
}

std::optional<Regex::Found> Regex::find(std::string_view value, size_t from) const {
  constexpr int kParts = 8;
  re2::StringPiece parts[kParts];
  const int count = std::min(kParts, state_->re.NumberOfCapturingGroups() + 1);
  const re2::StringPiece text(value.data(), value.size());
  if (from > value.size() || !state_->re.Match(text, from, text.size(), RE2::UNANCHORED, parts, count)) return std::nullopt;
  Found found;
  found.begin = static_cast<size_t>(parts[0].data() - value.data());
  found.end = found.begin + parts[0].size();
  int group = 1;
  while (group < count && parts[group].data() == nullptr) ++group;
  const re2::StringPiece& shown = group < count ? parts[group] : parts[0];
  found.group = value.substr(static_cast<size_t>(shown.data() - value.data()), shown.size());
  return found;
}

Regex::Regex(std::unique_ptr<State> state) : state_(std::move(state)) {}
Regex::Regex(Regex&&) noexcept = default;
Regex& Regex::operator=(Regex&&) noexcept = default;
Regex::~Regex() = default;

}  // namespace recipe
