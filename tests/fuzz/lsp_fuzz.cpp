// SPDX-License-Identifier: Apache-2.0
// What an editor may send: bytes of the stream as they come (`F` in front), or a document in which every feature is asked at
// some places. Every request has one answer, and every answer is JSON.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "tools/recipec/lsp/server.h"

using namespace recipe::lsp;

namespace {

constexpr const char* kUri = "file:///fuzz/a.recipe";
constexpr const char* kAtAPlace[] = {"textDocument/hover",      "textDocument/completion",        "textDocument/definition",
                                     "textDocument/references", "textDocument/documentHighlight", "textDocument/prepareRename",
                                     "textDocument/rename"};
constexpr const char* kOfAll[] = {"textDocument/documentSymbol", "textDocument/formatting",   "textDocument/codeAction",
                                  "textDocument/codeLens",       "textDocument/foldingRange", "textDocument/inlayHint"};

void send(Server& server, const Json& message) {
  server.receive({Frame::Kind::kMessage, message.dump(-1, ' ', false, Json::error_handler_t::replace)});
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view bytes(reinterpret_cast<const char*>(data), size);
  size_t answers = 0;
  ServerOptions options;
  options.jobs = false;
  options.send = [&](const std::string& message) {
    const Json json = Json::parse(message, nullptr, false);
    if (!json.is_object()) std::abort();
    if (json.contains("id") && !json.contains("method")) ++answers;
  };
  Server server(std::move(options));
  send(server, {{"id", 1}, {"method", "initialize"}, {"params", {{"capabilities", Json::object()}}}});
  if (bytes.starts_with('F')) {
    FrameReader reader;
    bytes.remove_prefix(1);
    reader.feed(bytes.substr(0, bytes.size() / 2));
    Frame frame;
    while (reader.next(frame)) server.receive(frame);
    reader.feed(bytes.substr(bytes.size() / 2));
    while (reader.next(frame)) server.receive(frame);
    (void)server.work(Clock::now() + std::chrono::seconds(9));
    return 0;
  }
  send(server, {{"method", "textDocument/didOpen"},
                {"params", {{"textDocument", {{"uri", kUri}, {"version", 1}, {"text", std::string(bytes)}}}}}});
  (void)server.work(Clock::now() + std::chrono::seconds(9));
  size_t asked = 1;
  const Json whole = {{"start", {{"line", 0}, {"character", 0}}}, {"end", {{"line", 1000}, {"character", 0}}}};
  for (const char* method : kOfAll)
    send(server, {{"id", ++asked}, {"method", method}, {"params", {{"textDocument", {{"uri", kUri}}}, {"range", whole}}}});
  for (unsigned place = 0; place < 6; ++place) {
    const Json position = {{"line", place}, {"character", 7 * place % 23}};
    for (const char* method : kAtAPlace) {
      send(server, {{"id", ++asked},
                    {"method", method},
                    {"params", {{"textDocument", {{"uri", kUri}}}, {"position", position}, {"newName", "other"}}}});
    }
  }
  if (answers != asked) std::abort();
  return 0;
}
