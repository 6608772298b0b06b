// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/pattern.h"

#include <catch2/catch.hpp>
#include <chrono>
#include <vector>

using namespace recipe;

namespace {

// The definition, by recursion, for globs without sets and quotes.
bool slow(std::string_view glob, std::string_view value, bool path) {
  if (glob.empty()) return value.empty();
  if (glob[0] == '*') {
    size_t stars = 0;
    while (stars < glob.size() && glob[stars] == '*') ++stars;
    for (size_t n = 0; n <= value.size(); ++n) {
      if (slow(glob.substr(stars), value.substr(n), path)) return true;
      if (n < value.size() && path && stars == 1 && value[n] == '/') return false;
    }
    return false;
  }
  if (value.empty()) return false;
  const bool fits = glob[0] == '?' ? !(path && value[0] == '/') : glob[0] == value[0];
  return fits && slow(glob.substr(1), value.substr(1), path);
}

std::vector<std::string> words(std::string_view alphabet, size_t longest) {
  std::vector<std::string> all = {""};
  for (size_t begin = 0, length = 1; length <= longest; ++length) {
    const size_t end = all.size();
    for (; begin < end; ++begin) {
      for (const char c : alphabet) all.push_back(all[begin] + c);
    }
  }
  return all;
}

}  // namespace

TEST_CASE("every small glob agrees with the definition on every small value, and its prefix and suffix are sound") {
  const auto values = words("ab/", 5);
  size_t matched = 0;
  for (const std::string& glob : words("a/?*", 5)) {
    const std::string prefix = glob_prefix(glob), suffix = glob_suffix(glob);
    for (const bool path : {false, true}) {
      const auto compiled = Glob::compile(glob, {path, false});
      REQUIRE(compiled.ok());
      for (const std::string& value : values) {
        const bool fits = compiled->matches(value);
        if (fits != slow(glob, value, path)) FAIL(glob << " on " << value << (path ? ", a path" : ""));
        if (!fits) continue;
        ++matched;
        if (value.compare(0, prefix.size(), prefix) != 0 || value.size() < suffix.size() ||
            value.compare(value.size() - suffix.size(), suffix.size(), suffix) != 0) {
          FAIL(glob << " promises " << prefix << " and " << suffix << " and matches " << value);
        }
      }
    }
  }
  CHECK(matched > 1000);
}

TEST_CASE("a star stays within a component of a path and two stars cross") {
  CHECK(glob_matches("/tmp/*", "/tmp/x", {true, false}));
  CHECK_FALSE(glob_matches("/tmp/*", "/tmp/x/y", {true, false}));
  CHECK(glob_matches("/tmp/*", "/tmp/x/y", {false, false}));
  CHECK(glob_matches("/tmp/**", "/tmp/x/y", {true, false}));
  CHECK(glob_matches("/home/*/.ssh/**", "/home/me/.ssh/keys/id", {true, false}));
  CHECK_FALSE(glob_matches("/home/*/.ssh/**", "/home/me/a/.ssh/id", {true, false}));
  CHECK(glob_matches("**/b*b/c", "/b/bab/c", {true, false}));
}

TEST_CASE("sets hold ranges, a leading bracket, and negation, and do not match a slash on a path") {
  CHECK(glob_matches("python[23].[0-9]", "python3.9", {}));
  CHECK_FALSE(glob_matches("python[23].[0-9]", "python4.9", {}));
  CHECK(glob_matches("[!a-c]x", "dx", {}));
  CHECK_FALSE(glob_matches("[!a-c]x", "bx", {}));
  CHECK(glob_matches("[]x]", "]", {}));
  CHECK(glob_matches("[a-]", "-", {}));
  CHECK(glob_matches("[\\]]", "]", {}));
  CHECK(glob_matches("a[!b]c", "a/c", {}));
  CHECK_FALSE(glob_matches("a[!b]c", "a/c", {true, false}));
  CHECK_FALSE(glob_matches("a[/]c", "a/c", {true, false}));
}

TEST_CASE("a backslash takes the meaning from the next byte") {
  CHECK(glob_matches("\\*", "*", {}));
  CHECK_FALSE(glob_matches("\\*", "x", {}));
  CHECK(glob_prefix("a\\*b*") == "a*b");
  CHECK(glob_suffix("*a\\?b") == "a?b");
}

TEST_CASE("a negated set that ignores case takes its letters in neither case") {
  for (const char* glob : {"[!a]", "[!A]", "[^aA]"}) {
    INFO(glob);
    CHECK_FALSE(glob_matches(glob, "a", {.path = false, .nocase = true}));
    CHECK_FALSE(glob_matches(glob, "A", {.path = false, .nocase = true}));
    CHECK(glob_matches(glob, "B", {.path = false, .nocase = true}));
  }
  CHECK(glob_matches("[!a]", "A", {}));
}

TEST_CASE("the parts of a glob are what it is matched by") {
  const auto glob = Glob::compile("a?[!b-c]*\\***", {.path = true, .nocase = false});
  REQUIRE(glob.ok());
  const std::vector<GlobPart> parts = glob->parts();
  REQUIRE(parts.size() == 6);
  using Kind = GlobPart::Kind;
  const std::vector<Kind> kinds = {Kind::kByte, Kind::kOne, Kind::kSet, Kind::kStar, Kind::kByte, Kind::kDoubleStar};
  for (size_t i = 0; i < kinds.size(); ++i) CHECK(parts[i].kind == kinds[i]);
  CHECK(parts[0].byte == 'a');
  CHECK(parts[4].byte == '*');
  CHECK(parts[2].set['a']);
  CHECK_FALSE(parts[2].set['b']);
}

TEST_CASE("nocase folds ASCII letters in bytes, sets and values, and nothing else") {
  CHECK(glob_matches("PyThOn*", "pYTHON3", {false, true}));
  CHECK(glob_matches("[A-C]x", "bX", {false, true}));
  CHECK_FALSE(glob_matches("\xc4", "\xe4", {false, true}));
  CHECK_FALSE(glob_matches("PyThOn*", "python3", {}));
}

TEST_CASE("a glob that is not whole is refused with what to write instead, and matches nothing") {
  for (const char* glob : {"[a", "x[", "[!", "[]", "a\\", "[a\\", "[a-"}) {
    CAPTURE(glob);
    REQUIRE_FALSE(check_glob(glob).ok());
    CHECK(check_glob(glob).error().message().find('`') != std::string::npos);
    CHECK_FALSE(glob_matches(glob, glob, {}));
  }
  CHECK(check_glob("").ok());
  CHECK(glob_matches("", "", {}));
  CHECK_FALSE(glob_matches("", "a", {}));
}

TEST_CASE("globs made to backtrack end in bounded time") {
  std::string glob, value(4096, 'a');
  for (int i = 0; i < 60; ++i) glob += i % 2 ? "a*" : "**";
  const auto begin = std::chrono::steady_clock::now();
  CHECK_FALSE(glob_matches(glob + "b", value, {true, false}));
  CHECK_FALSE(glob_matches("**a*a*a*a*b*c", value, {true, false}));
  CHECK_FALSE(glob_matches("*a*a*a*a*a*a*a*a*b", value, {false, false}));
  // 60 positions × 4096 bytes are some 250,000 steps; a matcher that backtracks would not end today.
  CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(10));
}

TEST_CASE("a regex searches bytes, whatever they are") {
  const auto found = Regex::compile("b+$", false);
  REQUIRE(found.ok());
  CHECK(found->found_in("abb"));
  CHECK_FALSE(found->found_in("abba"));
  const auto high = Regex::compile("^\\xff.\\x00$", false);
  REQUIRE(high.ok());
  CHECK(high->found_in(std::string_view("\xff\xfe\0", 3)));
  CHECK(Regex::compile("CURL", true)->found_in("/usr/bin/curl"));
  CHECK_FALSE(Regex::compile("CURL", false)->found_in("/usr/bin/curl"));
}

TEST_CASE("a regex that RE2 refuses, or that needs too much memory, is an error with the pattern") {
  for (const char* pattern : {"(", "(?=x)", "a{1001}", "((a{100}){100}){100}"}) {
    CAPTURE(pattern);
    const auto refused = Regex::compile(pattern, false);
    REQUIRE_FALSE(refused.ok());
    CHECK(refused.error().message().find(pattern) != std::string::npos);
  }
}
