// SPDX-License-Identifier: Apache-2.0
// An editor that speaks to a real `recipec lsp` over pipes. Every wait has an end.
#pragma once
#include <sys/types.h>

#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace recipe {

class Editor {
 public:
  using Json = nlohmann::json;

  explicit Editor(const std::string& program);
  ~Editor();
  Editor(const Editor&) = delete;
  Editor& operator=(const Editor&) = delete;

  // Says `initialize` for the folder, waits, says `initialized`; the server's answer.
  Json start(const std::string& folder, const Json& capabilities = Json::object(), const Json& options = Json::object());
  // Waits for the answer; throws where none comes. Notifications that arrive meanwhile are kept.
  Json request(const std::string& method, const Json& params);
  int ask(const std::string& method, const Json& params);  // does not wait: the request's id
  Json answer(int id);                                     // the whole message
  void notify(const std::string& method, const Json& params);
  void send_bytes(std::string_view bytes);

  void open(const std::string& path, const std::string& text);
  void change(const std::string& path, const std::string& text);
  [[nodiscard]] int version() const { return version_; }  // of the last change
  // The next diagnostics of this file that `wanted` accepts; throws where none come.
  Json diagnostics(const std::string& path, const std::function<bool(const Json& all)>& wanted);
  // The next message that `wanted` accepts.
  Json wait(const std::function<bool(const Json& message)>& wanted, int seconds = 20);

  // Closes the editor's end; the server's exit code.
  int leave();
  [[nodiscard]] size_t resident_kib() const;  // of the server

  static Json at(const std::string& path, unsigned line, unsigned character);
  static std::string uri(const std::string& path) { return "file://" + path; }

 private:
  bool read_more(int milliseconds);
  bool take(Json& message);

  pid_t child_ = -1;
  int in_ = -1, out_ = -1;
  int next_ = 1, version_ = 1;
  std::string bytes_;
  std::vector<Json> kept_;
};

}  // namespace recipe
