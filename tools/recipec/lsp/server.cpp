// SPDX-License-Identifier: Apache-2.0
// See server.h. This file is about messages; what is done between them stands in server_work.cpp.
#include "tools/recipec/lsp/server.h"

#include <algorithm>
#include <filesystem>
#include <utility>

namespace recipe::lsp {
namespace {

struct Request {
  std::string_view method;
  Json (*answer)(Session& session, const Json& params);
};
constexpr Request kRequests[] = {
#define REQUEST(method, function) {method, function},
#include "tools/recipec/lsp/methods.def"
};

struct Capability {
  const char* name;
  std::string_view value;
};
constexpr Capability kCapabilities[] = {
#define CAPABILITY(name, value) {name, value},
#include "tools/recipec/lsp/methods.def"
};

bool is_id(const Json& id) {
  return id.is_string() || id.is_number_integer();
}

bool offers(const Json& list, std::string_view word) {
  return list.is_array() && std::any_of(list.begin(), list.end(), [&](const Json& each) { return each == word; });
}

std::vector<std::filesystem::path> folders_of(const Json& params) {
  std::vector<std::filesystem::path> folders;
  const Json& many = member(params, "workspaceFolders");
  if (many.is_array()) {
    for (const Json& each : many) folders.emplace_back(path_of(text_of(each, "uri")));
  }
  if (folders.empty() && !text_of(params, "rootUri").empty()) folders.emplace_back(path_of(text_of(params, "rootUri")));
  if (folders.empty() && !text_of(params, "rootPath").empty()) folders.emplace_back(text_of(params, "rootPath"));
  // A part of them, where the editor's settings say so.
  const Json& wanted = member(member(params, "initializationOptions"), "folders");
  if (!wanted.is_array() || wanted.empty()) return folders;
  std::vector<std::filesystem::path> parts;
  for (const std::filesystem::path& folder : folders) {
    for (const Json& part : wanted) {
      if (part.is_string()) parts.push_back((folder / part.get<std::string>()).lexically_normal());
    }
  }
  return parts;
}

}  // namespace

Server::Server(ServerOptions options) : options_(std::move(options)) {}

void Server::receive(const Frame& frame) {
  switch (frame.kind) {
    case Frame::Kind::kTooLong:
      refuse(nullptr, {kInvalidRequest, "a message of " + frame.text + " bytes is longer than the " +
                                            std::to_string(kMaxMessageBytes) + " that are read: it was passed over"});
      return;
    case Frame::Kind::kNoHeader:
      refuse(nullptr, {kParseError, "expected `Content-Length: N`, found `" + frame.text + "`"});
      return;
    case Frame::Kind::kMessage:
      break;
  }
  if (!fits(frame.text)) {
    refuse(nullptr, {kInvalidRequest, "a message has too many parts, or is nested too deeply"});
    return;
  }
  const Json message = Json::parse(frame.text, nullptr, false);
  if (message.is_discarded()) {
    refuse(nullptr, {kParseError, "the message is no JSON"});
    return;
  }
  dispatch(message);
}

void Server::dispatch(const Json& message) {
  const Json& id = member(message, "id");
  const Json& params = member(message, "params");
  if (!message.is_object() || (!message.contains("method") && !message.contains("id"))) {
    refuse(nullptr, {kInvalidRequest, "a message is an object with a `method`"});
    return;
  }
  if (!message.contains("method")) return;  // an answer to what we asked; nothing depends on it
  const std::string method = text_of(message, "method");
  try {
    if (is_id(id)) return request(id, method, params);
    if (message.contains("id")) return refuse(nullptr, {kInvalidRequest, "an `id` is a number or a string"});
    if (!initialized_ && method != "exit") return;
#define NOTIFICATION(name, member) \
  if (method == name) return member(params);
#include "tools/recipec/lsp/methods.def"
  } catch (const Refusal& refusal) {
    if (is_id(id)) refuse(id, refusal);
  } catch (const Json::exception& fault) {
    if (is_id(id)) refuse(id, {kInvalidParams, "the parameters are not of the shape that the protocol gives them"});
  }
}

void Server::request(const Json& id, const std::string& method, const Json& params) {
  if (method == "initialize") {
    if (initialized_) return refuse(id, {kInvalidRequest, "the server is initialized already"});
    return answer(id, initialize(params));
  }
  if (!initialized_) return refuse(id, {kServerNotInitialized, "the first request is `initialize`"});
  if (shut_down_) return refuse(id, {kInvalidRequest, "the server was shut down"});
  if (method == "shutdown") {
    shut_down_ = true;
    set_job_.reset();
    tests_.clear();
    return answer(id, nullptr);
  }
  if (method == "workspace/executeCommand") return execute(id, params);
  const auto known =
      std::find_if(std::begin(kRequests), std::end(kRequests), [&](const Request& each) { return each.method == method; });
  if (known == std::end(kRequests)) return refuse(id, {kMethodNotFound, "there is no method `" + method.substr(0, 100) + "`"});
  answer(id, known->answer(session_, params));
}

Json Server::initialize(const Json& params) {
  initialized_ = true;
  const Json& client = member(params, "capabilities");
  const Json& encodings = member(member(client, "general"), "positionEncodings");
  session_.encoding = offers(encodings, "utf-8") ? Encoding::kUtf8 : Encoding::kUtf16;
  const Json& item = member(member(member(client, "textDocument"), "completion"), "completionItem");
  session_.snippets = member(item, "snippetSupport") == true;
  watches_ = member(member(member(client, "workspace"), "didChangeWatchedFiles"), "dynamicRegistration") == true;
  const std::vector<std::filesystem::path> folders = folders_of(params);
  const Json& roots = member(member(params, "initializationOptions"), "roots");
  if (roots.is_array()) {
    std::vector<std::filesystem::path> paths;
    for (const Json& root : roots) {
      if (!root.is_string()) continue;
      const std::filesystem::path base = folders.empty() ? std::filesystem::path("/") : folders.front();
      paths.push_back((base / root.get<std::string>()).lexically_normal());
    }
    session_.workspace.set_roots(std::move(paths));
  }
  if (!session_.workspace.set_folders(folders))
    say(2, "the workspace has more files than the language server reads: name the folders that hold recipes");
  indexed_ = false;
  Json capabilities = {{"positionEncoding", session_.encoding == Encoding::kUtf8 ? "utf-8" : "utf-16"}};
  for (const Capability& each : kCapabilities) capabilities[each.name] = Json::parse(each.value);
  return {{"capabilities", std::move(capabilities)}, {"serverInfo", {{"name", "recipec lsp"}, {"version", RECIPE_VERSION}}}};
}

void Server::initialized(const Json&) {
  set_due_ = true;
  set_at_ = Clock::now();
  if (!watches_) return;
  const Json watched = {{"watchers", Json::array({{{"globPattern", "**/*.recipe"}}})}};
  Json registration = {{"id", "files"}, {"method", "workspace/didChangeWatchedFiles"}, {"registerOptions", watched}};
  options_.send(dump({{"jsonrpc", "2.0"},
                      {"id", "register-files"},
                      {"method", "client/registerCapability"},
                      {"params", {{"registrations", Json::array({std::move(registration)})}}}}));
}

void Server::exit(const Json&) {
  ended_ = true;
}

void Server::cancel(const Json& params) {
  const Json& id = member(params, "id");
  const auto run = std::find_if(tests_.begin(), tests_.end(), [&](const TestRun& each) { return each.id == id; });
  if (run == tests_.end()) return;  // it has been answered
  tests_.erase(run);
  refuse(id, {kRequestCancelled, "the tests were stopped"});
}

void Server::did_open(const Json& params) {
  const Json& document = member(params, "textDocument");
  const std::string uri = text_of(document, "uri");
  if (uri.empty()) return;
  const Json& version = member(document, "version");
  changed(session_.workspace.open(path_of(uri), uri, text_of(document, "text"),
                                  version.is_number_integer() ? version.get<int64_t>() : 0));
}

void Server::did_change(const Json& params) {
  const Json& document = member(params, "textDocument");
  File* file = session_.workspace.find(path_of(text_of(document, "uri")));
  const Json& changes = member(params, "contentChanges");
  if (file == nullptr || !file->version || !changes.is_array()) return;
  Text text = file->text;
  bool lost = file->too_large;  // a change of a text that was not kept cannot be made
  for (const Json& change : changes) {
    const Json& range = member(change, "range");
    if (range.is_null()) {
      text = Text(text_of(change, "text"));
      lost = false;
    } else if (!lost) {
      const TextRange place = range_of(range);
      text.replace(text.offset(place.begin, session_.encoding), text.offset(place.end, session_.encoding),
                   text_of(change, "text"));
      if (text.size() > kMaxTextBytes) lost = true;
    }
  }
  const Json& version = member(document, "version");
  if (lost) text = Text(std::string(kMaxTextBytes + 1, ' '));
  session_.workspace.change(*file, std::move(text), version.is_number_integer() ? version.get<int64_t>() : *file->version + 1);
  changed(*file);
}

void Server::did_save(const Json&) {
  set_due_ = true;
  set_at_ = Clock::now();
}

void Server::did_close(const Json& params) {
  const std::string path = path_of(text_of(member(params, "textDocument"), "uri"));
  session_.workspace.close(path);
  session_.analyses.erase(path);
  failures_.erase(path);
  std::erase(to_check_, path);
  set_due_ = true;
  set_at_ = Clock::now() + options_.set_pause;
  publish(path);
}

void Server::did_change_files(const Json& params) {
  const Json& changes = member(params, "changes");
  if (!changes.is_array()) return;
  for (const Json& change : changes) session_.workspace.refresh(path_of(text_of(change, "uri")));
  indexed_ = false;
  set_due_ = true;
  set_at_ = Clock::now() + options_.set_pause;
}

// recipe.runTests URI [RECIPE]
void Server::execute(const Json& id, const Json& params) {
  if (text_of(params, "command") != "recipe.runTests") throw Refusal{kInvalidParams, "the only command is `recipe.runTests`"};
  const Json& arguments = member(params, "arguments");
  if (!arguments.is_array() || arguments.empty() || !arguments[0].is_string())
    throw Refusal{kInvalidParams, "`recipe.runTests` takes the document's URI, and the name of a recipe if it is to be one"};
  const File& file = session_.file_of({{"textDocument", {{"uri", arguments[0]}}}});
  const std::string recipe = arguments.size() > 1 && arguments[1].is_string() ? arguments[1].get<std::string>() : "";
  std::unique_ptr<Job> job;
  if (options_.jobs && options_.run_tests) {
    job =
        Job::start([&] { return dump(run_tests_of(session_.workspace, file, recipe, session_.encoding, options_.run_tests)); });
  }
  if (job == nullptr) throw Refusal{kRequestFailed, "tests cannot be run here: no process can be started"};
  tests_.push_back({id, file.path, file.changes, std::move(job)});
}

void Server::answer(const Json& id, Json result) {
  options_.send(dump({{"jsonrpc", "2.0"}, {"id", id}, {"result", std::move(result)}}));
}

void Server::refuse(const Json& id, const Refusal& refusal) {
  options_.send(dump({{"jsonrpc", "2.0"}, {"id", id}, {"error", {{"code", refusal.code}, {"message", refusal.message}}}}));
}

void Server::notify(const char* method, Json params) {
  options_.send(dump({{"jsonrpc", "2.0"}, {"method", method}, {"params", std::move(params)}}));
}

void Server::say(int type, const std::string& text) {
  notify("window/showMessage", {{"type", type}, {"message", text}});
}

}  // namespace recipe::lsp
