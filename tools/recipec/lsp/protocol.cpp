// SPDX-License-Identifier: Apache-2.0
// See protocol.h.
#include "tools/recipec/lsp/protocol.h"

#include <algorithm>
#include <filesystem>
#include <limits>

#include "runtime/base/uri.h"

namespace recipe::lsp {
namespace {

constexpr std::string_view kFile = "file://";

int hex(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::string unescaped(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool escape = text[i] == '%' && i + 2 < text.size() && hex(text[i + 1]) >= 0 && hex(text[i + 2]) >= 0;
    out += escape ? static_cast<char>(hex(text[i + 1]) * 16 + hex(text[i + 2])) : text[i];
    if (escape) i += 2;
  }
  return out;
}

// A number that is too large, negative or none at all is the nearest that a position can hold.
uint32_t natural(const Json& number) {
  constexpr uint32_t kMost = std::numeric_limits<uint32_t>::max() / 2;
  if (number.is_number_unsigned()) return static_cast<uint32_t>(std::min<uint64_t>(number.get<uint64_t>(), kMost));
  if (!number.is_number()) throw Refusal{kInvalidParams, "a position has `line` and `character`, both numbers"};
  return 0;
}

}  // namespace

std::string path_of(std::string_view uri) {
  if (!uri.starts_with(kFile)) return "/:" + std::string(uri);
  uri.remove_prefix(kFile.size());
  const size_t slash = uri.find('/');  // an authority stands before it; only the empty one and localhost name this machine
  if (slash == std::string_view::npos) return "/:" + std::string(uri);
  return std::filesystem::path(unescaped(uri.substr(slash))).lexically_normal().string();
}

std::string uri_of(const std::string& path) {
  return std::string(kFile) + escape_uri_path(path);
}

const Json& member(const Json& object, const char* name) {
  static const Json kNull;
  if (!object.is_object()) return kNull;
  const auto found = object.find(name);
  return found == object.end() ? kNull : *found;
}

std::string text_of(const Json& object, const char* name) {
  const Json& found = member(object, name);
  return found.is_string() ? found.get<std::string>() : std::string();
}

TextPosition position_of(const Json& position) {
  return {natural(member(position, "line")), natural(member(position, "character"))};
}

TextRange range_of(const Json& range) {
  return {position_of(member(range, "start")), position_of(member(range, "end"))};
}

Json to_json(TextPosition position) {
  return {{"line", position.line}, {"character", position.character}};
}

Json to_json(TextRange range) {
  return {{"start", to_json(range.begin)}, {"end", to_json(range.end)}};
}

std::string dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace recipe::lsp
