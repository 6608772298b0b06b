// SPDX-License-Identifier: Apache-2.0
// Each row searches the whole text; what a row with a context finds and a row of shapes knows as well is left to the latter,
// because its prefix says the kind. Time is linear in the text for each row.
#include "runtime/report/find_secrets.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <optional>

#include "runtime/base/pattern.h"
#include "runtime/report/redact.h"

namespace recipe {
namespace {

enum class Reach : uint8_t { kShape, kValue, kOption, kRandom };

struct Row {
  std::string_view id;
  Reach reach;
  Regex pattern;
};

#define ARGUMENT R"re((?:\\*"([^"]+)|\\*'([^']+)|([^\s-]\S*)))re"
#define USER_PASSWORD R"re((?:\\*"[^"\s:]+:([^"]+)|\\*'[^'\s:]+:([^']+)|[^\s"':]+:(\S+)))re"
#define WORD R"re((?:\\*"([^"\s;&|)][^"]*)|\\*'([^'\s;&|)][^']*)|([^\s"';&|<>()](?:[^\s;&|<>()]*[^\s"'\\;&|<>()])?)))re"

Regex must_compile(std::string_view pattern) {
  Result<Regex> regex = Regex::compile(pattern, false);
  assert(regex.ok());  // a table of ours
  return std::move(*regex);
}

const std::vector<Row>& rows() {
  static const std::vector<Row> kRows = [] {
    std::vector<Row> all;
#define SECRET(id, reach, pattern, doc) all.push_back({#id, Reach::reach, must_compile(pattern)});
#include "runtime/report/secrets.def"
    return all;
  }();
  return kRows;
}

// What stands in the place of a secret and is none: a variable, a command that will print it, a file or variable that holds it,
// stars of someone who masked before us.
bool is_reference(std::string_view value) {
  static const Regex kReference = must_compile(
      R"re(^(?:\$[A-Z_][A-Z0-9_]*|\$\{.*|\$\(.*|\$|`.*|%[A-Z_]+%|\{\{.*|<[a-z_-]+>|(?:env|file|fd):.*|(?:id|type|src|env)=.*|\*+|[\\"']+)$)re");
  return value.empty() || kReference.found_in(value);
}

// --ask-password, --no-token: options that have no value, or a number.
bool asks_only(std::string_view before) {
  static const Regex kQuestion =
      must_compile(R"re((?i)--?(?:no|ask|prompt|use|show|require|with|without|disable|enable|skip|max|min|new|num)-)re");
  return kQuestion.found_in(before);
}

// At least 16 bytes, letters and digits, and as many different ones as chance brings. Paths and addresses are none.
bool looks_random(std::string_view value) {
  constexpr size_t kLeastBytes = 16;
  constexpr double kLeastBits = 3.2;  // a byte; hexadecimal digits have 3.3 to 4, words below 3.2 or no digit
  if (value.size() < kLeastBytes || value.find("://") != std::string_view::npos) return false;
  if (value.front() == '/' || value.front() == '.' || value.front() == '~') return false;
  std::array<size_t, 256> seen{};
  bool digit = false, letter = false;
  for (const char c : value) {
    ++seen[static_cast<unsigned char>(c)];
    digit = digit || (c >= '0' && c <= '9');
    letter = letter || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
  }
  double bits = 0;
  for (const size_t count : seen) {
    if (count == 0) continue;
    const double share = static_cast<double>(count) / static_cast<double>(value.size());
    bits -= share * std::log2(share);
  }
  return digit && letter && bits >= kLeastBits;
}

struct Hit {
  const Row* row = nullptr;
  size_t match = 0;  // where the row's match begins
  SecretSpan span;
};

bool is_secret(const Hit& hit, std::string_view text) {
  const std::string_view value = text.substr(hit.span.begin, hit.span.end - hit.span.begin);
  switch (hit.row->reach) {
    case Reach::kShape:
      return !value.empty();
    case Reach::kValue:
      return !is_reference(value);
    case Reach::kOption:
      return !is_reference(value) && !asks_only(text.substr(hit.match, hit.span.begin - hit.match));
    case Reach::kRandom:
      return !is_reference(value) && looks_random(value);
  }
  return false;
}

// widen: sets how far a hit of a text reaches that has more structure than the patterns know; false drops it.
template <class Widen>
std::vector<Hit> find_hits(std::string_view text, const Widen& widen) {
  std::vector<Hit> hits;
  for (const Row& row : rows()) {
    for (size_t from = 0; from < text.size();) {
      const auto found = row.pattern.find(text, from);
      if (!found) break;
      const auto begin = static_cast<size_t>(found->group.data() - text.data());
      Hit hit{&row, found->begin, {begin, begin + found->group.size()}};
      from = std::max(hit.span.end, found->begin + 1);
      if (widen(hit) && is_secret(hit, text)) hits.push_back(hit);
    }
  }
  // `Bearer ghp_0123`: the shape's prefix may stay where both end together.
  const auto known = [&](const Hit& hit) {
    return hit.row->reach != Reach::kShape && std::any_of(hits.begin(), hits.end(), [&](const Hit& shape) {
             return shape.row->reach == Reach::kShape && shape.match == hit.span.begin && shape.span.end == hit.span.end;
           });
  };
  std::vector<Hit> kept;
  for (const Hit& hit : hits) {
    if (!known(hit)) kept.push_back(hit);
  }
  return kept;
}

// -c, -lc, -ec: the next argument is a text for a shell.
bool takes_script(std::string_view option) {
  return option.size() > 1 && option[0] == '-' && option.back() == 'c' &&
         std::all_of(option.begin() + 1, option.end(), [](char c) { return c >= 'a' && c <= 'z'; });
}

}  // namespace

std::span<const SecretInfo> all_secrets() {
  static constexpr SecretInfo kInfos[] = {
#define SECRET(id, reach, pattern, doc) {#id, doc},
#include "runtime/report/secrets.def"
  };
  return kInfos;
}

void tidy(SecretSpans& spans) {
  std::erase_if(spans, [](const SecretSpan& span) { return span.begin >= span.end; });
  std::sort(spans.begin(), spans.end(), [](const SecretSpan& a, const SecretSpan& b) { return a.begin < b.begin; });
  SecretSpans joined;
  for (const SecretSpan& span : spans) {
    if (!joined.empty() && span.begin <= joined.back().end) {
      joined.back().end = std::max(joined.back().end, span.end);
    } else {
      joined.push_back(span);
    }
  }
  spans = std::move(joined);
}

SecretSpans find_secrets(std::string_view text) {
  SecretSpans spans;
  for (const Hit& hit : find_hits(text, [](Hit&) { return true; })) spans.push_back(hit.span);
  tidy(spans);
  return spans;
}

std::vector<SecretSpans> find_secrets(const std::vector<std::string>& arguments) {
  std::vector<SecretSpans> spans(arguments.size());
  // Each by itself: `sh -c 'TOKEN=x make'` holds a text, `--password=a b` a value with all its spaces.
  for (size_t i = 0; i < arguments.size(); ++i) {
    const std::string& argument = arguments[i];
    // Behind `sh -c` a `;` ends the value, else it is part of it.
    const bool one_word = argument.find_first_of(" \t\n") == std::string::npos && (i == 0 || !takes_script(arguments[i - 1]));
    const auto widen = [&](Hit& hit) {
      const bool whole = hit.row->reach == Reach::kOption || (hit.row->reach == Reach::kValue && one_word);
      if (whole && hit.match == 0) hit.span.end = argument.size();
      return true;
    };
    for (const Hit& hit : find_hits(argument, widen)) spans[i].push_back(hit.span);
  }
  // Together, for values that stand in another element than their option: such a value ends where its element does.
  std::string joined;
  std::vector<size_t> begins;
  for (const std::string& argument : arguments) {
    if (!begins.empty()) joined += ' ';
    begins.push_back(joined.size());
    joined += argument;
  }
  const auto element_at = [&](size_t at) {
    return static_cast<size_t>(std::upper_bound(begins.begin(), begins.end(), at) - begins.begin()) - 1;
  };
  const auto widen = [&](Hit& hit) {
    if (hit.row->reach == Reach::kShape) return false;
    const size_t element = element_at(hit.span.begin);
    // A match may begin with the space between two elements.
    if (element_at(hit.match) == element || element_at(std::min(hit.match + 1, joined.size() - 1)) == element) return false;
    const size_t begin = begins[element];
    if (joined.find_first_not_of("\\\"' \t\n\v\f\r", begin) == hit.span.begin)
      hit.span.begin = begin;  // they belong to the value
    hit.span.end = begin + arguments[element].size();
    return true;
  };
  for (const Hit& hit : find_hits(joined, widen)) {
    const size_t element = element_at(hit.span.begin);
    spans[element].push_back({hit.span.begin - begins[element], hit.span.end - begins[element]});
  }
  for (SecretSpans& each : spans) tidy(each);
  return spans;
}

}  // namespace recipe
