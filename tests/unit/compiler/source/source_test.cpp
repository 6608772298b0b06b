// SPDX-License-Identifier: Apache-2.0
#include "compiler/source.h"

#include <catch2/catch.hpp>

namespace recipe {
namespace {

TEST_CASE("an offset is told as line and column, both from 1, in bytes") {
  Sources sources;
  const SourceId id = sources.add("x", "ab\n\xc3\xa9z\n");
  CHECK(sources.position(id, 0).line == 1);
  CHECK(sources.position(id, 2).column == 3);
  CHECK(sources.position(id, 3).line == 2);
  CHECK(sources.position(id, 5).column == 3);
  CHECK(sources.position(id, 7).line == 3);
  CHECK(sources.position(id, 4000).line == 3);
}

TEST_CASE("a line's text is without its end, be it LF or CR LF") {
  Sources sources;
  const SourceId id = sources.add("x", "one\r\ntwo\nthree");
  CHECK(sources.line_text(id, 1) == "one");
  CHECK(sources.line_text(id, 2) == "two");
  CHECK(sources.line_text(id, 3) == "three");
  CHECK(sources.line_text(id, 4).empty());
  CHECK(sources.line_text(id, 0).empty());
}

TEST_CASE("a span beyond its text gives what there is of it") {
  Sources sources;
  const SourceId id = sources.add("x", "abc");
  CHECK(sources.text({id, 1, 99}) == "bc");
  CHECK(sources.text({id, 50, 99}).empty());
}

TEST_CASE("a text stays where it is when more sources are added") {
  Sources sources;
  const SourceId first = sources.add("x", "abc");
  const std::string_view text = sources.text({first, 0, 3});
  for (int i = 0; i < 1000; ++i) sources.add("y", "z");
  CHECK(text.data() == sources[first].text.data());
}

TEST_CASE("what cannot be read is an error that names the path and the reason") {
  Sources sources;
  CHECK(sources.load("/nowhere/at/all.recipe").error().message() ==
        "cannot open `/nowhere/at/all.recipe`: No such file or directory");
  CHECK(sources.load("/tmp").error().code == EISDIR);
  CHECK(sources.load("/dev/zero").error().message() == "cannot read `/dev/zero`: it is larger than 64 MiB");
}

}  // namespace
}  // namespace recipe
