// SPDX-License-Identifier: Apache-2.0
// From text to filter, of what spans a whole set: marks, which one recipe sets and another asks for.
#include "compiler/compile.h"

#include <fmt/format.h>

#include <bit>
#include <catch2/catch.hpp>

#include "bpf/abi/filter_image.h"
#include "runtime/artefact/encode.h"
#include "runtime/artefact/lay_out.h"
#include "runtime/artefact/merge.h"

namespace recipe {
namespace {

Artefact compiled(const std::string& text) {
  Compilation compilation;
  compile_text(compilation, "m.recipe", text, {});
  for (const Diagnostic& each : compilation.diagnostics.all()) UNSCOPED_INFO(each.message);
  REQUIRE(compilation.ok);
  return std::move(compilation.artefact);
}

// Of the events' slots: the tags that they mark with, and how many of the terms on marks are decided in the kernel.
uint32_t marking(const Artefact& artefact) {
  uint32_t tags = 0;
  for (const FilterBlock& block : artefact.filter.blocks) {
    for (const FilterSlot& slot : block.slots) tags |= slot.marks;
  }
  return tags;
}

size_t decided(const Artefact& artefact) {
  size_t terms = 0;
  for (const FilterBlock& block : artefact.filter.blocks) {
    for (const FilterSlot& slot : block.slots) {
      for (const FilterTerm& term : slot.terms) terms += term.lane == LANE_MARKS ? 1 : 0;
    }
  }
  return terms;
}

}  // namespace

TEST_CASE("more marks than bits are left to userspace, and none is refused") {
  std::string text;
  for (int i = 0; i < 40; ++i) {
    text += fmt::format(
        "recipe set_{0} {{ on exec when process.name == s{0} {{ mark process.tree m{0} for 1m }} }}\n"
        "recipe ask_{0} {{ on unlink when process.marked m{0} and process.uid == {0} }}\n",
        i);
  }
  const Artefact artefact = compiled(text);
  CHECK(artefact.filter.tags.size() == RECIPE_TAGS);
  CHECK(decided(artefact) == RECIPE_TAGS);
  CHECK(std::popcount(marking(artefact)) == RECIPE_TAGS);
  CHECK(lay_out(artefact.filter, 1, 1).ok());
}

TEST_CASE("a mark that no condition asks for positively takes no bit") {
  const Artefact artefact = compiled(
      "recipe a { on exec when process.name == x { mark process.tree seen for 1m mark file got for 1m } }\n"
      "recipe b { on unlink when not process.marked seen and file.marked got }");
  CHECK(artefact.filter.tags.empty());
  CHECK(marking(artefact) == 0);
}

TEST_CASE("parts that are joined share their marks: one sets what the other asks for") {
  const std::string asks = "recipe ask { on unlink when process.marked seen }\n";
  const std::string sets = "recipe set { on exec when process.name == x { mark process.tree seen for 1m } }\n";
  std::vector<Artefact> parts;
  // A part knows its own marks only: here each is asked for where it is set.
  parts.push_back(compiled(
      "recipe other { on exec when process.name == y { mark process.tree seen for 1m mark process.tree more for 1m } }\n"
      "recipe last { on unlink when process.marked more }\n"));
  parts.push_back(compiled(sets + asks));
  CHECK(std::popcount(marking(parts[0])) == 1);
  const Result<Artefact> whole = merge(std::move(parts));
  REQUIRE(whole.ok());
  REQUIRE(verify(*whole).ok());
  REQUIRE(whole->filter.tags.size() == 2);
  // `other` now gives both bits, `set` one of them.
  CHECK(std::popcount(marking(*whole)) == 2);
  for (const FilterBlock& block : whole->filter.blocks) {
    for (const FilterSlot& slot : block.slots) {
      if (block.names == std::vector<std::string>{"y"}) CHECK(std::popcount(slot.marks) == 2);
      if (block.names == std::vector<std::string>{"x"}) CHECK(std::popcount(slot.marks) == 1);
    }
  }
}

}  // namespace recipe
