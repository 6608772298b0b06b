// SPDX-License-Identifier: Apache-2.0
// A baseline of anything: it reads as it prints, learning twice is learning once, and what was known stays known.
#include "runtime/baseline/baseline.h"

#include <rapidcheck.h>

#include <catch2/catch.hpp>

#include "runtime/baseline/generalise.h"

namespace recipe {
namespace {

// Few signs, so that names meet; among them all that mean something.
rc::Gen<std::string> names() {
  return rc::gen::mapcat(rc::gen::inRange<size_t>(1, 7), [](size_t length) {
    return rc::gen::container<std::string>(
        length, rc::gen::element<char>('a', 'b', '1', '*', '{', '\\', '#', ' ', '\n', '\xff', '-', '.'));
  });
}

rc::Gen<std::string> paths() {
  return rc::gen::map(
      rc::gen::pair(rc::gen::element<std::string>("/w", "/t", "/etc", "/usr/lib", "/h"),
                    rc::gen::mapcat(rc::gen::inRange<size_t>(1, 5),
                                    [](size_t depth) { return rc::gen::container<std::vector<std::string>>(depth, names()); })),
      [](const std::pair<std::string, std::vector<std::string>>& parts) {
        std::string path = parts.first;
        for (const std::string& name : parts.second) path += "/" + name;
        return path;
      });
}

const Generaliser& places() {
  static const Generaliser kPlaces({{{"/w", "workspace"}, {"/t", "temp"}, {"/h", "home"}}, {}, {}});
  return kPlaces;
}

rc::Gen<std::vector<Thing>> things() {
  const auto one = rc::gen::map(rc::gen::pair(rc::gen::inRange(0, 4), paths()), [](const std::pair<int, std::string>& drawn) {
    const auto kind = static_cast<ThingKind>(drawn.first);
    switch (kind) {
      case ThingKind::kExec:
        return Thing{kind, places().program(drawn.second)};
      case ThingKind::kWrite:
        return Thing{kind, places().written(drawn.second)};
      case ThingKind::kConnect:
        return Thing{kind, places().peer(places().name(drawn.second), "10.0.0.1", 443, "tcp")};
      case ThingKind::kAsk:
        break;
    }
    return Thing{ThingKind::kAsk, places().name(drawn.second)};
  });
  return rc::gen::mapcat(rc::gen::inRange<size_t>(0, 120),
                         [=](size_t count) { return rc::gen::container<std::vector<Thing>>(count, one); });
}

Baseline learnt(const std::vector<Thing>& seen) {
  Baseline baseline;
  RC_ASSERT(baseline.widen(seen) == 0u);
  return baseline;
}

}  // namespace

TEST_CASE("every thing that is observed is an entry that can be read") {
  CHECK(rc::check([] {
    for (const Thing& thing : *things()) {
      RC_ASSERT(!wrong_in(thing.kind, thing.text));
      RC_ASSERT(covers(thing.kind, thing.text, thing.text));
    }
  }));
}

TEST_CASE("a baseline reads as it prints") {
  CHECK(rc::check([] {
    const std::string text = learnt(*things()).print();
    const Result<Baseline> again = Baseline::parse(text);
    RC_ASSERT(again.ok());
    RC_ASSERT(again->print() == text);
  }));
}

TEST_CASE("what was learnt is known, and to learn it twice changes nothing") {
  CHECK(rc::check([] {
    const std::vector<Thing> seen = *things();
    Baseline baseline = learnt(seen);
    for (const Thing& thing : seen) RC_ASSERT(baseline.knows(thing));
    const std::string before = baseline.print();
    RC_ASSERT(baseline.widen(seen) == 0u);
    RC_ASSERT(baseline.print() == before);
  }));
}

TEST_CASE("to widen forgets nothing") {
  CHECK(rc::check([] {
    const std::vector<Thing> first = *things(), second = *things();
    Baseline baseline = learnt(first);
    const std::vector<Thing> entries = baseline.entries();
    (void)baseline.widen(second);
    for (const Thing& thing : first) RC_ASSERT(baseline.knows(thing));
    for (const Thing& thing : second) RC_ASSERT(baseline.knows(thing));
    for (const Thing& thing : entries) RC_ASSERT(baseline.knows(thing));
  }));
}

TEST_CASE("what an entry covers, whatever covers the entry covers too") {
  CHECK(rc::check([] {
    const Baseline narrow = learnt(*things());
    Baseline wide = narrow;
    (void)wide.widen(*things());
    for (const Thing& thing : *things()) {
      if (narrow.knows(thing)) RC_ASSERT(wide.knows(thing));
    }
  }));
}

}  // namespace recipe
