// SPDX-License-Identifier: Apache-2.0
// See editor.h.
#include "tests/support/editor.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <fstream>
#include <stdexcept>
#include <utility>

namespace recipe {
namespace {

using Clock = std::chrono::steady_clock;

}  // namespace

Editor::Editor(const std::string& program) {
  ::signal(SIGPIPE, SIG_IGN);
  int to[2], from[2];
  if (::pipe2(to, O_CLOEXEC) != 0 || ::pipe2(from, O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
  child_ = ::fork();
  if (child_ == 0) {
    ::dup2(to[0], 0);
    ::dup2(from[1], 1);
    ::execl(program.c_str(), program.c_str(), "lsp", static_cast<char*>(nullptr));
    ::_exit(127);
  }
  ::close(to[0]);
  ::close(from[1]);
  out_ = to[1];
  in_ = from[0];
}

Editor::~Editor() {
  if (child_ < 0) return;
  ::close(out_);
  ::close(in_);
  ::kill(child_, SIGKILL);
  ::waitpid(child_, nullptr, 0);
}

int Editor::leave() {
  ::close(std::exchange(out_, -1));
  int status = 0;
  ::waitpid(std::exchange(child_, -1), &status, 0);
  ::close(std::exchange(in_, -1));
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

size_t Editor::resident_kib() const {
  std::ifstream in("/proc/" + std::to_string(child_) + "/status");
  for (std::string word; in >> word;) {
    if (word != "VmHWM:") continue;
    size_t kib = 0;
    in >> kib;
    return kib;
  }
  return 0;
}

// What the server says meanwhile is read, so that neither waits for the other.
void Editor::send_bytes(std::string_view bytes) {
  while (!bytes.empty()) {
    pollfd ready[2] = {{out_, POLLOUT, 0}, {in_, POLLIN, 0}};
    if (::poll(ready, 2, 20000) <= 0) throw std::runtime_error("the server reads nothing");
    if ((ready[1].revents & POLLIN) != 0) (void)read_more(0);
    if ((ready[0].revents & (POLLOUT | POLLERR)) == 0) continue;
    const ssize_t written = ::write(out_, bytes.data(), std::min<size_t>(bytes.size(), 4096));
    if (written < 0) throw std::runtime_error("the server has gone");
    bytes.remove_prefix(static_cast<size_t>(written));
  }
}

bool Editor::read_more(int milliseconds) {
  pollfd ready = {in_, POLLIN, 0};
  if (::poll(&ready, 1, milliseconds) <= 0) return false;
  char buffer[65536];
  const ssize_t got = ::read(in_, buffer, sizeof buffer);
  if (got <= 0) throw std::runtime_error("the server has gone");
  bytes_.append(buffer, static_cast<size_t>(got));
  return true;
}

bool Editor::take(Json& message) {
  const size_t end = bytes_.find("\r\n\r\n");
  if (end == std::string::npos) return false;
  const size_t length = std::stoul(bytes_.substr(bytes_.find(':') + 1));
  if (bytes_.size() < end + 4 + length) return false;
  message = Json::parse(bytes_.substr(end + 4, length));
  bytes_.erase(0, end + 4 + length);
  return true;
}

Editor::Json Editor::wait(const std::function<bool(const Json& message)>& wanted, int seconds) {
  const auto kept = std::find_if(kept_.begin(), kept_.end(), wanted);
  if (kept != kept_.end()) {
    Json found = std::move(*kept);
    kept_.erase(kept);
    return found;
  }
  const Clock::time_point end = Clock::now() + std::chrono::seconds(seconds);
  while (Clock::now() < end) {
    for (Json message; take(message);) {
      if (wanted(message)) return message;
      kept_.push_back(std::move(message));
    }
    (void)read_more(50);
  }
  throw std::runtime_error("the server does not say what is waited for");
}

void Editor::notify(const std::string& method, const Json& params) {
  const std::string body = Json{{"jsonrpc", "2.0"}, {"method", method}, {"params", params}}.dump();
  send_bytes("Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
}

int Editor::ask(const std::string& method, const Json& params) {
  const int id = next_++;
  const std::string body = Json{{"jsonrpc", "2.0"}, {"id", id}, {"method", method}, {"params", params}}.dump();
  send_bytes("Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
  return id;
}

Editor::Json Editor::answer(int id) {
  return wait([&](const Json& message) { return message.value("id", Json()) == id && !message.contains("method"); });
}

Editor::Json Editor::request(const std::string& method, const Json& params) {
  const Json message = answer(ask(method, params));
  return message.contains("error") ? Json{{"error", message["error"]}} : message["result"];
}

Editor::Json Editor::start(const std::string& folder, const Json& capabilities, const Json& options) {
  Json answer = request(
      "initialize",
      {{"processId", nullptr}, {"rootUri", uri(folder)}, {"capabilities", capabilities}, {"initializationOptions", options}});
  notify("initialized", Json::object());
  return answer;
}

void Editor::open(const std::string& path, const std::string& text) {
  notify("textDocument/didOpen",
         {{"textDocument", {{"uri", uri(path)}, {"languageId", "recipe"}, {"version", version_}, {"text", text}}}});
}

void Editor::change(const std::string& path, const std::string& text) {
  notify("textDocument/didChange", {{"textDocument", {{"uri", uri(path)}, {"version", ++version_}}},
                                    {"contentChanges", Json::array({{{"text", text}}})}});
}

Editor::Json Editor::diagnostics(const std::string& path, const std::function<bool(const Json& all)>& wanted) {
  return wait([&](const Json& message) {
    return message.value("method", "") == "textDocument/publishDiagnostics" && message["params"]["uri"] == uri(path) &&
           wanted(message["params"]["diagnostics"]);
  })["params"]["diagnostics"];
}

Editor::Json Editor::at(const std::string& path, unsigned line, unsigned character) {
  return {{"textDocument", {{"uri", uri(path)}}}, {"position", {{"line", line}, {"character", character}}}};
}

}  // namespace recipe
