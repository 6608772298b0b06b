// SPDX-License-Identifier: Apache-2.0
// A workspace as an editor has it open: what tests of the language server begin with.
#pragma once
#include <catch2/catch.hpp>
#include <filesystem>
#include <string>

#include "tests/support/editor.h"
#include "tests/unit/tools/recipec/recipec.h"

namespace recipe {

using Json = Editor::Json;

inline constexpr const char* kLibrary =
    "list pythons = [python, python3]\nlist unused_here = [a]\n\nmacro writes_tmp(where) = argv option \"-o\" under where\n"
    "program python3 { getopt \"o:\" posix }\n";
inline constexpr const char* kUser =
    "import \"lib/programs.recipe\"\n"                                   // 0
    "\n"                                                                 // 1
    "# ä𝒳 an import, a list, a macro\n"                                  // 2
    "recipe snake {\n"                                                   // 3
    "  title      \"Snake\"\n"                                           // 4
    "  importance high\n"                                                // 5
    "  attack     [T1059.006]\n"                                         // 6
    "  on exec when process.name in pythons and writes_tmp(\"/tmp\")\n"  // 7
    "    and any p in process.ancestors: p.name == bash\n"               // 8
    "  mark process.tree snaked for 10m\n"                               // 9
    "  test \"a snake\" match exec { process.name: python3, argv: [python3, \"-o\", \"/tmp/x\"], process.ancestors: [{name: "
    "bash}] }\n"
    "  test \"no snake\" match exec { process.name: perl, argv: [perl] }\n"  // 11
    "}\n";

// A folder with a library and a file that uses it; the server has read both.
struct Desk {
  ScratchFolder folder;
  std::string library, user;
  Editor editor{kRecipec};
  Json capabilities;

  explicit Desk(const Json& client = Json::object(), const Json& options = Json::object()) {
    REQUIRE(std::filesystem::create_directory(folder.path("lib")));
    library = folder.write("lib/programs.recipe", kLibrary);
    user = folder.write("snake.recipe", kUser);
    capabilities = editor.start(folder.path(), client, options).at("capabilities");
    editor.open(user, kUser);
  }
};

}  // namespace recipe
