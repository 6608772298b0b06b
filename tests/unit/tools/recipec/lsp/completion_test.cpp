// SPDX-License-Identifier: Apache-2.0
// What the language server offers where somebody types.
#include <algorithm>
#include <catch2/catch.hpp>
#include <set>

#include "tests/unit/tools/recipec/lsp/desk.h"

namespace recipe {
namespace {

std::set<std::string> labels(const Json& completion) {
  std::set<std::string> out;
  for (const Json& item : completion.at("items")) out.insert(item.at("label"));
  return out;
}

// What completion offers at the end of `text`, as a file of its own beside the library.
std::set<std::string> offered(Desk& desk, const std::string& text) {
  const std::string path = desk.folder.path("typed.recipe");
  desk.editor.open(path, text);
  const auto line = static_cast<unsigned>(std::count(text.begin(), text.end(), '\n'));
  const auto column = static_cast<unsigned>(text.size() - (text.rfind('\n') + 1));
  return labels(desk.editor.request("textDocument/completion", Editor::at(path, line, column)));
}

}  // namespace

TEST_CASE("completion offers the fields that the event has, and the macros and loops in scope") {
  Desk desk;
  const std::string head = "import \"lib/programs.recipe\"\nrecipe typed {\n  on ";
  std::set<std::string> words = offered(desk, head + "exec when ");
  CHECK(words.contains("process.name"));
  CHECK(words.contains("argv"));
  CHECK(words.contains("writes_tmp"));
  CHECK_FALSE(words.contains("net.protocol"));
  CHECK(offered(desk, head + "connect when ").contains("net.protocol"));
  CHECK(offered(desk, head + "exec when any p in process.ancestors: p.").contains("p.name"));
  CHECK_FALSE(offered(desk, "recipe typed {\n  on exec when ").contains("writes_tmp"));
}

TEST_CASE("completion offers the operators that a field's type has") {
  Desk desk;
  const std::string head = "recipe typed {\n  on open when ";
  std::set<std::string> words = offered(desk, head + "process.name ");
  CHECK(words.contains("startswith"));
  CHECK(words.contains("not in"));
  CHECK_FALSE(words.contains("has flag"));
  CHECK_FALSE(words.contains(">"));
  CHECK(offered(desk, head + "process.uid ").contains(">"));
  CHECK(offered(desk, head + "file.access ").contains("has"));
  CHECK(offered(desk, "recipe typed {\n  on exec when argv ").contains("has flag"));
}

TEST_CASE("completion offers the values that are known: flags, names of numbers, lists, keys, levels, techniques, events") {
  Desk desk;
  const std::string head = "import \"lib/programs.recipe\"\nrecipe typed {\n  ";
  CHECK(offered(desk, head + "on open when file.access has ").contains("write"));
  CHECK(offered(desk, head + "on connect when net.protocol == ").contains("udp"));
  CHECK(offered(desk, head + "on exec when process.name in ").contains("pythons"));
  CHECK(offered(desk, head).contains("throttle"));
  CHECK(offered(desk, head + "importance ") == std::set<std::string>{"none", "low", "medium", "high", "critical"});
  CHECK(offered(desk, head + "category ").contains("execution"));
  CHECK(offered(desk, head + "attack [").contains("T1059.004"));
  CHECK(offered(desk, head + "on ").contains("unlink"));
  CHECK(offered(desk, head + "on any ").contains("file write"));
  CHECK(offered(desk, head + "on exec when process.marked ").contains("snaked"));
  CHECK(offered(desk, head + "test \"t\" match exec { ").contains("argv"));
  CHECK(offered(desk, head + "# allow(").contains("no_kernel_filter"));
  CHECK(offered(desk, "import \"").contains("lib/programs.recipe"));
}

TEST_CASE("completion knows the members of a tune, what it may choose by, and shared exceptions") {
  Desk desk;
  CHECK(offered(desk, "tune ").contains("snake"));
  CHECK(offered(desk, "tune snake, ").contains("where"));
  CHECK(offered(desk, "tune where ").contains("category"));
  CHECK(offered(desk, "tune where category ").contains("=="));
  CHECK(offered(desk, "tune where category == execution and importance <= ").contains("low"));
  CHECK(offered(desk, "tune where name in [").contains("snake"));
  const std::string head = "tune snake {\n  ";
  CHECK(offered(desk, head) ==
        std::set<std::string>{"except", "also", "importance", "status", "enabled", "tags", "false_positives"});
  CHECK(offered(desk, head + "importance ").contains("critical"));
  CHECK(offered(desk, head + "enabled false\n  ").contains("also"));
  CHECK(offered(desk, head + "except \"x\" until 2199-01-01 when ").contains("process.name"));
  CHECK(offered(desk, head + "also when process.name ").contains("startswith"));
  CHECK(offered(desk, head + "also when process.name == sh\n  ").contains("and"));
  CHECK(offered(desk, head + "enabled false\n}\n").contains("recipe"));

  CHECK(offered(desk, "exception \"x").empty());
  CHECK(offered(desk, "exception ours when ").contains("process.name"));
  CHECK(offered(desk, "exception ours when process.uid ").contains(">"));
  CHECK(offered(desk, "exception ours when process.uid > 3\n").contains("recipe"));
  CHECK(offered(desk, "exception ours when process.uid > 3\nrecipe typed {\n  except ").contains("ours"));
}

TEST_CASE("completion knows the steps of a sequence, counts, and the words of a test") {
  Desk desk;
  const std::string head = "recipe typed {\n  ";
  const std::string steps = head + "sequence by process.tree within 30s {\n    one: ";
  CHECK(offered(desk, head + "sequence by ").contains("process.tree"));
  CHECK(offered(desk, steps).contains("exec"));
  CHECK(offered(desk, steps + "any ").contains("file write"));
  CHECK(offered(desk, steps + "connect when ").contains("net.protocol"));
  CHECK_FALSE(offered(desk, steps + "exec when ").contains("net.protocol"));
  const std::set<std::string> next = offered(desk, steps + "exec when process.uid > 3\n    ");
  CHECK(next == std::set<std::string>{"and", "or", "not"});
  const std::string second = steps + "exec when any p in process.ancestors: p.name == sh\n    not two: ";
  CHECK(offered(desk, second).contains("connect"));
  CHECK(offered(desk, second + "connect when net.protocol == ").contains("udp"));
  CHECK(offered(desk, second + "connect when net.protocol == udp\n  }\n  ").contains("throttle"));

  CHECK(offered(desk, head + "on exec when count(argv) ").contains(">"));
  CHECK_FALSE(offered(desk, head + "on exec when count(argv) ").contains("startswith"));
  CHECK(offered(desk, head + "on exec when count(argv) > 3 ").contains("and"));
  CHECK(offered(desk, head + "on exec when process.uid == 0 and count > 3 within 5s by ").contains("process.parent"));
  CHECK(offered(desk, head + "count > 3 within 5s by ").contains("process.parent"));
  CHECK(offered(desk, head + "unless seen [").contains("process.exe"));

  CHECK(offered(desk, head + "test \"t\" ") == std::set<std::string>{"match", "nothing", "mark", "todo"});
  CHECK(offered(desk, head + "test \"t\" todo ") == std::set<std::string>{"match", "nothing", "mark"});
  CHECK(offered(desk, head + "test \"t\" todo match ").contains("exec"));
  CHECK(offered(desk, head + "test \"t\" match each x in [a, b] ").contains("exec"));
  CHECK(offered(desk, head + "test \"t\" match exec ").contains("under"));
  CHECK(offered(desk, head + "test \"t\" match exec importance ").contains("high"));
  CHECK(offered(desk, head + "test \"t\" match exec { process.name: sh } then ").contains("wait"));
  CHECK(offered(desk, head + "# allow(").contains("untested_term"));
}

TEST_CASE("a whole recipe is offered as a snippet to editors that expand them") {
  Desk desk(Json{{"textDocument", {{"completion", {{"completionItem", {{"snippetSupport", true}}}}}}}});
  const std::string path = desk.folder.path("typed.recipe");
  desk.editor.open(path, "re");
  const Json items = desk.editor.request("textDocument/completion", Editor::at(path, 0, 2)).at("items");
  const auto recipe = std::find_if(items.begin(), items.end(), [](const Json& each) { return each.at("label") == "recipe"; });
  REQUIRE(recipe != items.end());
  CHECK(recipe->at("insertTextFormat") == 2);
  CHECK_THAT(recipe->at("textEdit").at("newText").get<std::string>(), Contains("${1:name}"));
}

}  // namespace recipe
