// SPDX-License-Identifier: Apache-2.0
// `recipec lsp` and an editor that sends anything: an error answer, in bounded time and memory, and the next request is
// answered.
#include <catch2/catch.hpp>

#include "tests/support/editor.h"
#include "tests/unit/tools/recipec/recipec.h"

namespace recipe {
namespace {

using Json = Editor::Json;

Json fault(Editor& editor) {
  return editor.wait([](const Json& message) { return message.contains("error") && message.at("id").is_null(); }).at("error");
}
bool answers(Editor& editor) {
  return editor.request("workspace/symbol", {{"query", ""}}).is_array();
}
std::string framed(const std::string& body) {
  return "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

}  // namespace

// A sanitizer keeps what is freed for a while, and the redzones around what is not.
#ifdef __SANITIZE_ADDRESS__
constexpr size_t kMostResident = 400u << 10;  // KiB
#else
constexpr size_t kMostResident = 100u << 10;
#endif

TEST_CASE("bytes that are no message get an error, and the server goes on") {
  const ScratchFolder folder;
  Editor editor(kRecipec);
  editor.start(folder.path());
  editor.send_bytes(framed("{not json"));
  CHECK(fault(editor).at("code") == -32700);
  editor.send_bytes(framed("[]"));
  CHECK(fault(editor).at("code") == -32600);
  editor.send_bytes(framed("{\"jsonrpc\":\"2.0\",\"id\":{},\"method\":\"x\"}"));
  CHECK(fault(editor).at("code") == -32600);
  editor.send_bytes(framed("{\"id\":1,\"method\":\"\xff\"}"));
  CHECK(fault(editor).at("code") == -32700);
  editor.send_bytes(framed(std::string(100000, '[')));
  CHECK(fault(editor).at("code") == -32600);
  editor.send_bytes("GET / HTTP/1.1\r\n\r\n");
  CHECK(fault(editor).at("code") == -32700);
  CHECK(answers(editor));
}

TEST_CASE("parameters of any shape get an error, and notifications of any shape are passed over") {
  const ScratchFolder folder;
  const std::string path = folder.write("a.recipe", kGood);
  Editor editor(kRecipec);
  CHECK(editor.request("textDocument/hover", nullptr).at("error").at("code") == -32002);
  editor.start(folder.path());
  editor.open(path, kGood);
  const Json shapes[] = {
      nullptr,
      1,
      "x",
      Json::array({1}),
      Json{{"textDocument", 1}},
      Json{{"textDocument", {{"uri", "file:///none"}}}},
      Json{{"textDocument", {{"uri", Editor::uri(path)}}}, {"position", "x"}},
      Json{{"textDocument", {{"uri", Editor::uri(path)}}}, {"position", {{"line", -1}, {"character", 1e300}}}},
      Json{{"textDocument", {{"uri", Editor::uri(path)}}}, {"contentChanges", {{{"range", 7}}}}}};
  for (const char* method :
       {"textDocument/hover", "textDocument/completion", "textDocument/definition", "textDocument/references",
        "textDocument/rename", "textDocument/prepareRename", "textDocument/documentSymbol", "textDocument/formatting",
        "textDocument/codeAction", "textDocument/codeLens", "textDocument/inlayHint", "textDocument/foldingRange",
        "workspace/symbol", "workspace/executeCommand", "no/such"}) {
    for (const Json& shape : shapes) {
      const bool names_a_document = shape.is_object() && shape.at("textDocument").is_object();
      const Json answer = editor.request(method, shape);
      INFO(method << " " << shape.dump());
      CHECK((names_a_document || std::string_view(method).starts_with("workspace/symbol") || answer.contains("error")));
    }
  }
  for (const char* method : {"textDocument/didOpen", "textDocument/didChange", "textDocument/didClose", "textDocument/didSave",
                             "workspace/didChangeWatchedFiles", "$/cancelRequest", "no/such"}) {
    for (const Json& shape : shapes) editor.notify(method, shape);
  }
  CHECK(answers(editor));
}

TEST_CASE("a document of 50 MiB is refused with an error, in little memory") {
  const ScratchFolder folder;
  const std::string path = folder.write("a.recipe", kGood);
  Editor editor(kRecipec);
  editor.start(folder.path());
  editor.open(path, std::string(50u << 20, 'x'));
  CHECK_THAT(fault(editor).at("message").get<std::string>(), Contains("is longer than"));
  CHECK(answers(editor));
  CHECK(editor.resident_kib() < kMostResident);
}

TEST_CASE("a document past 4 MiB is not looked into, and says so") {
  const ScratchFolder folder;
  const std::string path = folder.write("a.recipe", kGood);
  Editor editor(kRecipec);
  editor.start(folder.path());
  editor.open(path, "# " + std::string(5u << 20, 'x'));
  const Json all = editor.diagnostics(path, [](const Json& each) { return !each.empty() && each[0].at("code") == "E0007"; });
  CHECK(all.size() == 1);
  CHECK(answers(editor));
  editor.change(path, "recipe a {\n  on exec when nonsense.here == 1\n}\n");
  CHECK(editor.diagnostics(path, [](const Json& each) { return !each.empty() && each[0].at("code") == "E0107"; }).size() >= 1);
}

TEST_CASE("a length that no message has is passed over without being kept") {
  const ScratchFolder folder;
  Editor editor(kRecipec);
  editor.start(folder.path());
  editor.send_bytes("Content-Length: 99999999999999999999\r\n\r\n");
  CHECK(fault(editor).at("code") == -32700);
  CHECK(answers(editor));
  CHECK(editor.leave() == 1);
}

TEST_CASE("recipes that are wrong in every way leave the server alive") {
  const ScratchFolder folder;
  const std::string path = folder.path("a.recipe");
  Editor editor(kRecipec);
  editor.start(folder.path());
  for (const std::string& text :
       {std::string(), std::string("recipe"), std::string("recipe a {"), std::string("a\x00\xc2\x80", 4),
        std::string("import \"a.recipe\"\n"), std::string("macro m = m\n"),
        std::string("macro m(x) = any p in x: p.name == x\n"), std::string("list a = [...a]\n"),
        std::string("recipe a { on exec when ") + std::string(5000, '(') + "}\n",
        std::string("recipe a {\n  on exec when \"\"\"\n"), std::string("tune a, b where {\n"), std::string(20000, '\r')}) {
    editor.open(path, text);
    for (const unsigned line : {0U, 1U, 5U}) {
      for (const char* method : {"textDocument/hover", "textDocument/completion", "textDocument/definition",
                                 "textDocument/references", "textDocument/documentHighlight"})
        CHECK_NOTHROW(editor.request(method, Editor::at(path, line, 8)));
    }
    const Json document = {{"textDocument", {{"uri", Editor::uri(path)}}},
                           {"range", {{"start", {{"line", 0}, {"character", 0}}}, {"end", {{"line", 9}, {"character", 0}}}}}};
    for (const char* method : {"textDocument/documentSymbol", "textDocument/formatting", "textDocument/codeAction",
                               "textDocument/codeLens", "textDocument/inlayHint", "textDocument/foldingRange"})
      CHECK_NOTHROW(editor.request(method, document));
  }
}

}  // namespace recipe
