// SPDX-License-Identifier: Apache-2.0
// What is proposed for a name that is not known here.
#include "compiler/check/suggest.h"

#include <catch2/catch.hpp>

namespace recipe {

TEST_CASE("an import is proposed by the words that find the file, whatever path it was given by") {
  CHECK(import_path("rules/execution/a.recipe", "rules/lib/shells.recipe") == "lib/shells.recipe");
  CHECK(import_path("/x/rules/execution/a.recipe", "/x/rules/lib/domains/b.recipe") == "lib/domains/b.recipe");
  CHECK(import_path("/x/rules/lib/a.recipe", "/x/rules/lib/b.recipe") == "b.recipe");
  CHECK(import_path("/x/a.recipe", "/x/b.recipe") == "b.recipe");
  CHECK(import_path("/x/one/a.recipe", "/x/two/b.recipe") == "../two/b.recipe");
  CHECK(import_path("a.recipe", "./two/../b.recipe") == "b.recipe");
}

}  // namespace recipe
