// SPDX-License-Identifier: Apache-2.0
// `recipec lsp` as editors use it: a real server over pipes, one feature a sentence.
#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <set>

#include "tests/unit/tools/recipec/lsp/desk.h"

namespace recipe {
namespace {

std::string hovered(Desk& desk, unsigned line, unsigned character) {
  const Json answer = desk.editor.request("textDocument/hover", Editor::at(desk.user, line, character));
  return answer.is_null() ? "" : answer.at("contents").at("value").get<std::string>();
}

bool has_code(const Json& all, const std::string& code) {
  return std::any_of(all.begin(), all.end(), [&](const Json& each) { return each.value("code", "") == code; });
}

}  // namespace

TEST_CASE("a server says what it can, and leaves with 0 after shutdown and exit, with 1 without") {
  Desk desk;
  for (const char* provider : {"hoverProvider", "completionProvider", "definitionProvider", "referencesProvider",
                               "renameProvider", "documentFormattingProvider", "codeLensProvider", "inlayHintProvider"})
    CHECK(desk.capabilities.contains(provider));
  CHECK(desk.capabilities.at("positionEncoding") == "utf-16");
  CHECK(desk.editor.request("shutdown", nullptr).is_null());
  CHECK(desk.editor.request("textDocument/hover", Editor::at(desk.user, 0, 0)).at("error").at("code") == -32600);
  desk.editor.notify("exit", nullptr);
  CHECK(desk.editor.leave() == 0);
  Desk other;
  CHECK(other.editor.leave() == 1);
}

TEST_CASE("what is wrong appears while it is typed, with code, place and version, and goes when it is mended") {
  Desk desk;
  std::string text = kUser;
  text.replace(text.find("process.name in"), 12, "proces.namee");
  desk.editor.change(desk.user, text);
  const Json all = desk.editor.diagnostics(desk.user, [](const Json& each) { return has_code(each, "E0107"); });
  REQUIRE(all.size() >= 1);
  CHECK(all[0].at("severity") == 1);
  CHECK(all[0].at("range").at("start") == Json{{"line", 7}, {"character", 15}});
  CHECK(all[0].at("range").at("end") == Json{{"line", 7}, {"character", 27}});
  CHECK_THAT(all[0].at("message").get<std::string>(), Contains("unknown field `proces.namee`") && Contains("process.name"));
  desk.editor.change(desk.user, kUser);
  CHECK_NOTHROW(desk.editor.diagnostics(desk.user, [](const Json& each) { return !has_code(each, "E0107"); }));
}

TEST_CASE("characters are counted in UTF-16, or in UTF-8 where the editor offers it") {
  const std::string text = "# ä𝒳\nrecipe a { on exec when process.name == \"ä𝒳\" and nothing.here == 1 }\n";
  for (const bool utf8 : {false, true}) {
    Desk desk(utf8 ? Json{{"general", {{"positionEncodings", {"utf-8", "utf-16"}}}}} : Json::object());
    CHECK(desk.capabilities.at("positionEncoding") == (utf8 ? "utf-8" : "utf-16"));
    const std::string path = desk.folder.path("typed.recipe");
    desk.editor.open(path, text);
    const Json all = desk.editor.diagnostics(path, [](const Json& each) { return has_code(each, "E0107"); });
    CHECK(all[0].at("range").at("start").at("character") == (utf8 ? 53 : 50));
  }
}

TEST_CASE("changes of a part of the text are made where the editor made them") {
  Desk desk;
  // `snake` in the recipe's head becomes `snakes`; the line before holds characters of two and four bytes.
  const Json insert = {{"range", {{"start", {{"line", 3}, {"character", 12}}}, {"end", {{"line", 3}, {"character", 12}}}}},
                       {"text", "s"}};
  const Json cut = {{"range", {{"start", {{"line", 2}, {"character", 2}}}, {"end", {{"line", 2}, {"character", 6}}}}},
                    {"text", ""}};
  desk.editor.notify("textDocument/didChange",
                     {{"textDocument", {{"uri", Editor::uri(desk.user)}, {"version", 5}}}, {"contentChanges", {insert, cut}}});
  const Json symbols =
      desk.editor.request("textDocument/documentSymbol", {{"textDocument", {{"uri", Editor::uri(desk.user)}}}});
  REQUIRE(symbols.size() == 1);
  CHECK(symbols[0].at("name") == "snakes");
  CHECK(symbols[0].at("detail") == "Snake");
  CHECK(symbols[0].at("children").size() == 3);
}

TEST_CASE("lints of a file and of the whole set appear, and a name that another file has taken") {
  Desk desk;
  const Json own = desk.editor.diagnostics(desk.user, [](const Json& all) { return has_code(all, "L0108"); });
  CHECK(own.size() >= 1);
  const Json set = desk.editor.diagnostics(desk.library, [](const Json& all) { return has_code(all, "L0110"); });
  CHECK(set[0].at("tags") == Json{1});
  const std::string other = desk.folder.path("other.recipe");
  desk.editor.open(other, "recipe snake {\n  on exec when process.name == perl\n}\n");
  const Json taken = desk.editor.diagnostics(other, [](const Json& all) { return has_code(all, "E0104"); });
  const auto found =
      std::find_if(taken.begin(), taken.end(), [](const Json& each) { return each.value("code", "") == "E0104"; });
  CHECK(found->at("relatedInformation")[0].at("location").at("uri") == Editor::uri(desk.user));
}

TEST_CASE("hover tells a field's type, events, who decides it and an example") {
  Desk desk;
  CHECK_THAT(hovered(desk, 7, 18), Contains("**process.name**: string") && Contains("events: every event") &&
                                       Contains("the kernel can decide") && Contains("example:"));
  CHECK_THAT(hovered(desk, 8, 39), Contains("process.ancestors[].name"));
}

TEST_CASE("hover shows the definition of lists and macros, and the names of techniques, events and operators") {
  Desk desk;
  CHECK_THAT(hovered(desk, 7, 33), Contains("list pythons = [python, python3]"));
  CHECK_THAT(hovered(desk, 7, 46), Contains("macro writes_tmp(where)"));
  CHECK_THAT(hovered(desk, 6, 15), Contains("T1059.006") && Contains("Python"));
  CHECK_THAT(hovered(desk, 7, 6), Contains("exec") && Contains("event"));
  CHECK_THAT(hovered(desk, 7, 29), Contains("one of a list"));
  CHECK_THAT(hovered(desk, 5, 4), Contains("how much it matters"));
  CHECK_THAT(hovered(desk, 9, 22), Contains("mark") && Contains("set by `snake`"));
}

TEST_CASE("hover on what is wrong shows the page of its code") {
  Desk desk;
  std::string text = kUser;
  text.replace(text.find("process.name in"), 12, "proces.namee");
  desk.editor.change(desk.user, text);
  desk.editor.diagnostics(desk.user, [](const Json& all) { return has_code(all, "E0107"); });
  CHECK_THAT(hovered(desk, 7, 18), Contains("# E0107: unknown field"));
}

TEST_CASE("go to definition leads to lists, macros, variables, marks and imported files") {
  Desk desk;
  const auto leads_to = [&](unsigned line, unsigned character) {
    const Json answer = desk.editor.request("textDocument/definition", Editor::at(desk.user, line, character));
    return answer.is_array() && !answer.empty() ? answer[0] : Json::object();
  };
  CHECK(leads_to(7, 33).value("uri", "") == Editor::uri(desk.library));
  CHECK(leads_to(7, 33)["range"]["start"] == Json{{"line", 0}, {"character", 5}});
  CHECK(leads_to(7, 46)["range"]["start"] == Json{{"line", 3}, {"character", 6}});
  CHECK(leads_to(8, 36)["range"]["start"] == Json{{"line", 8}, {"character", 12}});
  CHECK(leads_to(0, 10).value("uri", "") == Editor::uri(desk.library));
  CHECK(leads_to(9, 22).value("uri", "") == Editor::uri(desk.user));
  CHECK(leads_to(5, 4).empty());
}

TEST_CASE("references are found in every file of the workspace, of fields too") {
  Desk desk;
  desk.folder.write("third.recipe",
                    "import \"lib/programs.recipe\"\nrecipe third {\n  on exec when process.name in [...pythons, x]\n}\n");
  desk.folder.write("stranger.recipe", "recipe stranger {\n  on exec when process.name == pythons\n}\n");
  Editor editor(kRecipec);
  editor.start(desk.folder.path());
  Json where = Editor::at(desk.user, 7, 33);
  where["context"] = {{"includeDeclaration", true}};
  std::multiset<std::string> files;
  for (const Json& each : editor.request("textDocument/references", where)) files.insert(each.at("uri"));
  CHECK(files == std::multiset<std::string>{Editor::uri(desk.library), Editor::uri(desk.user),
                                            Editor::uri(desk.folder.path("third.recipe"))});
  CHECK(editor.request("textDocument/references", Editor::at(desk.user, 7, 18)).size() >= 5);
}

TEST_CASE("rename changes every file, and refuses what is no name or is taken") {
  Desk desk;
  const auto rename = [&](const std::string& name) {
    Json params = Editor::at(desk.user, 7, 33);
    params["newName"] = name;
    return desk.editor.request("textDocument/rename", params);
  };
  const Json changes = rename("serpents").at("changes");
  CHECK(changes.size() == 2);
  CHECK(changes.at(Editor::uri(desk.library))[0].at("newText") == "serpents");
  CHECK(changes.at(Editor::uri(desk.user))[0].at("range").at("start") == Json{{"line", 7}, {"character", 31}});
  CHECK_THAT(rename("9 lives").at("error").at("message").get<std::string>(), Contains("is no name"));
  CHECK_THAT(rename("when").at("error").at("message").get<std::string>(), Contains("word of the language"));
  CHECK_THAT(rename("snake").at("error").at("message").get<std::string>(), Contains("is taken"));
  CHECK_THAT(rename("argv").at("error").at("message").get<std::string>(), Contains("hide the field"));
  CHECK(desk.editor.request("textDocument/prepareRename", Editor::at(desk.user, 7, 18)).contains("error"));
  CHECK(desk.editor.request("textDocument/prepareRename", Editor::at(desk.user, 7, 33)).at("placeholder") == "pythons");
}

TEST_CASE("symbols of the workspace are found by the letters of their names") {
  Desk desk;
  const Json found = desk.editor.request("workspace/symbol", {{"query", "wtmp"}});
  REQUIRE(found.size() == 1);
  CHECK(found[0].at("name") == "writes_tmp");
  CHECK(found[0].at("location").at("uri") == Editor::uri(desk.library));
}

TEST_CASE("formatting lays a document out as `recipec fmt` does, and touches no line that stays") {
  Desk desk;
  const std::string path = desk.folder.path("typed.recipe");
  desk.editor.open(path, "list a = [x]\n\nrecipe b{\n on exec when process.name==x\n}\n");
  const Json edits = desk.editor.request("textDocument/formatting", {{"textDocument", {{"uri", Editor::uri(path)}}}});
  REQUIRE(edits.size() == 1);
  CHECK(edits[0].at("newText") == "recipe b {\n  on exec when process.name == ");
  CHECK(edits[0].at("range").at("start") == Json{{"line", 2}, {"character", 0}});
  desk.editor.open(path, "recipe b {\n");
  CHECK(desk.editor.request("textDocument/formatting", {{"textDocument", {{"uri", Editor::uri(path)}}}}).contains("error"));
}

TEST_CASE("a fix is offered where the diagnostic has one, and an import where another file declares the name") {
  Desk desk;
  const std::string path = desk.folder.path("typed.recipe");
  const std::string text = "recipe b {\n  importanc high\n  on exec when process.name in pythons\n}\n";
  desk.editor.open(path, text);
  const auto actions = [&](unsigned line) {
    return desk.editor.request(
        "textDocument/codeAction",
        {{"textDocument", {{"uri", Editor::uri(path)}}},
         {"range", {{"start", {{"line", line}, {"character", 4}}}, {"end", {{"line", line}, {"character", 36}}}}},
         {"context", {{"diagnostics", Json::array()}}}});
  };
  const Json fix = actions(1);
  REQUIRE(fix.size() == 1);
  CHECK(fix[0].at("edit").at("changes").at(Editor::uri(path))[0].at("newText") == "importance");
  const Json import = actions(2);
  REQUIRE(import.size() == 1);
  CHECK(import[0].at("title") == "import \"lib/programs.recipe\"");
}

TEST_CASE("folds, highlights and hints: brackets, the same name, and who decides each term") {
  Desk desk;
  const Json document = {{"textDocument", {{"uri", Editor::uri(desk.user)}}}};
  const Json folds = desk.editor.request("textDocument/foldingRange", document);
  CHECK(std::any_of(folds.begin(), folds.end(),
                    [](const Json& each) { return each.at("startLine") == 3 && each.at("endLine") == 11; }));
  CHECK(desk.editor.request("textDocument/documentHighlight", Editor::at(desk.user, 8, 36)).size() == 2);
  Json part = document;
  part["range"] = {{"start", {{"line", 0}, {"character", 0}}}, {"end", {{"line", 99}, {"character", 0}}}};
  const Json hints = desk.editor.request("textDocument/inlayHint", part);
  const auto hint_at = [&](unsigned line) {
    for (const Json& hint : hints) {
      if (hint.at("position").at("line") == line) return hint.at("label").get<std::string>();
    }
    return std::string();
  };
  CHECK(hint_at(7) == "kernel");
  CHECK(hint_at(8) == "kernel + userspace");
}

TEST_CASE("a lens runs a recipe's tests, and what fails becomes a diagnostic of the test") {
  Desk desk;
  const Json lenses = desk.editor.request("textDocument/codeLens", {{"textDocument", {{"uri", Editor::uri(desk.user)}}}});
  REQUIRE(lenses.size() == 1);
  const Json command = lenses[0].at("command");
  CHECK(command.at("title") == "run 2 tests");
  const Json result = desk.editor.request("workspace/executeCommand",
                                          {{"command", command.at("command")}, {"arguments", command.at("arguments")}});
  CHECK(result.at("passed") == 1);
  CHECK(result.at("failed") == 1);
  CHECK_THAT(result.at("failures")[0].at("reason").get<std::string>(), Contains("must match, and does not"));
  const Json all = desk.editor.diagnostics(desk.user, [](const Json& each) {
    return std::any_of(each.begin(), each.end(), [](const Json& one) { return one.at("source") == "recipe test"; });
  });
  CHECK(all.back().at("range").at("start") == Json{{"line", 11}, {"character", 2}});
  CHECK(desk.editor.request("workspace/executeCommand", {{"command", "rm"}}).contains("error"));
}

TEST_CASE("an unsaved buffer counts for the files that import it, and the disk again once it is closed") {
  Desk desk;
  desk.editor.open(desk.library, "list snakes = [python]\n");
  CHECK_NOTHROW(desk.editor.diagnostics(desk.user, [](const Json& all) { return has_code(all, "E0105"); }));
  desk.editor.notify("textDocument/didClose", {{"textDocument", {{"uri", Editor::uri(desk.library)}}}});
  desk.editor.change(desk.user, kUser);
  CHECK_NOTHROW(desk.editor.diagnostics(desk.user, [](const Json& all) { return !has_code(all, "E0105"); }));
}

TEST_CASE("a file that appears on the disk is known once the editor says so") {
  Desk desk;
  const std::string added = desk.folder.write("added.recipe", "list brand_new = [x]\n");
  desk.editor.notify("workspace/didChangeWatchedFiles", {{"changes", {{{"uri", Editor::uri(added)}, {"type", 1}}}}});
  CHECK(desk.editor.request("workspace/symbol", {{"query", "brand_new"}}).size() == 1);
  std::filesystem::remove(added);
  desk.editor.notify("workspace/didChangeWatchedFiles", {{"changes", {{{"uri", Editor::uri(added)}, {"type", 3}}}}});
  CHECK(desk.editor.request("workspace/symbol", {{"query", "brand_new"}}).empty());
}

TEST_CASE("a lint that proves something shows the editor an event of it") {
  Desk desk;
  const std::string path = desk.folder.path("typed.recipe");
  desk.editor.open(
      path, "recipe typed {\n  on exec when process.name == perl\n    or process.name == perl and process.uid == 0\n}\n");
  const Json all = desk.editor.diagnostics(path, [](const Json& each) { return has_code(each, "L0114"); });
  const auto subsumed =
      std::find_if(all.begin(), all.end(), [](const Json& each) { return each.value("code", "") == "L0114"; });
  REQUIRE(subsumed != all.end());
  CHECK_THAT(subsumed->at("message").get<std::string>(), Contains("note: ") && Contains("exec { "));
}

TEST_CASE("a file that appears in a folder that is not entered stays unknown") {
  Desk desk;
  std::filesystem::create_directories(desk.folder.path("node_modules/x"));
  const std::string added = desk.folder.write("node_modules/x/added.recipe", "list brand_new = [x]\n");
  desk.editor.notify("workspace/didChangeWatchedFiles", {{"changes", {{{"uri", Editor::uri(added)}, {"type", 1}}}}});
  CHECK(desk.editor.request("workspace/symbol", {{"query", "brand_new"}}).empty());
}

TEST_CASE("a shared exception is found and renamed where it is used, in tunes too") {
  Desk desk;
  const std::string shared = desk.folder.path("shared.recipe"), user = desk.folder.path("typed.recipe");
  desk.editor.open(shared, "exception ours when process.uid == 7\n");
  desk.editor.open(user,
                   "import \"shared.recipe\"\n"
                   "recipe b {\n  on exec when process.name == perl\n  except ours\n}\n"
                   "tune b { except ours }\n");
  const Json found = desk.editor.request("textDocument/definition", Editor::at(user, 3, 10));
  REQUIRE(found.size() == 1);
  CHECK(found[0].at("uri") == Editor::uri(shared));
  Json rename = Editor::at(user, 3, 10);
  rename["newName"] = "theirs";
  const Json changes = desk.editor.request("textDocument/rename", rename).at("changes");
  CHECK(changes.at(Editor::uri(shared)).size() == 1);
  CHECK(changes.at(Editor::uri(user)).size() == 2);
}

TEST_CASE("fields behind `by` and in a memory are references too") {
  Desk desk;
  const std::string path = desk.folder.path("typed.recipe");
  desk.editor.open(path,
                   "recipe b {\n  on exec when process.name == nc and count > 2 within 10s by process.exe\n"
                   "  unless seen [process.exe] in 5d\n  throttle 1 per 1h by process.exe\n}\n");
  CHECK(desk.editor.request("textDocument/documentHighlight", Editor::at(path, 2, 18)).size() == 3);
}

TEST_CASE("a tune is checked with the recipes that it names, wherever they are") {
  Desk desk;
  const std::string path = desk.folder.path("site.recipe");
  desk.editor.open(path, "tune snake { importance low }\n");
  CHECK_NOTHROW(desk.editor.diagnostics(path, [](const Json& all) { return !has_code(all, "E0210"); }));
  desk.editor.change(path, "tune snail { importance low }\n");
  CHECK_NOTHROW(desk.editor.diagnostics(path, [](const Json& all) { return has_code(all, "E0210"); }));
}

TEST_CASE("recipes.toml has its say in the editor, and a fault in it is shown") {
  Desk desk;
  desk.folder.write("recipes.toml", "[lints]\nmissing_documentation = \"error\"\n");
  desk.editor.change(desk.user, std::string(kUser) + "\n");
  const Json all = desk.editor.diagnostics(desk.user, [](const Json& each) {
    return std::any_of(each.begin(), each.end(),
                       [](const Json& one) { return one.value("code", "") == "L0108" && one.at("severity") == 1; });
  });
  CHECK(all.size() >= 1);
  desk.folder.write("recipes.toml", "[lints]\nmissing_documentation = \"loud\"\n");
  desk.editor.change(desk.user, std::string(kUser) + "\n\n");
  CHECK_NOTHROW(desk.editor.diagnostics(desk.user, [](const Json& each) { return has_code(each, "recipes.toml"); }));
}

}  // namespace recipe
