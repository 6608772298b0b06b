// SPDX-License-Identifier: Apache-2.0
// Shapes of the protocol: URIs, ranges, numbers, errors. What an editor sends may be anything, so nothing here trusts it.
#pragma once
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "tools/recipec/lsp/text.h"

namespace recipe::lsp {

using Json = nlohmann::json;

enum ErrorCode : int {
  kParseError = -32700,
  kInvalidRequest = -32600,
  kMethodNotFound = -32601,
  kInvalidParams = -32602,
  kInternalError = -32603,
  kServerNotInitialized = -32002,
  kRequestCancelled = -32800,
  kRequestFailed = -32803,
};

// Ends a request with an error answer; never leaves Server::receive.
struct Refusal {
  int code = kRequestFailed;
  std::string message;
};

// file:///a%20b → /a b, lexically normal. Another scheme, or none: a path below `/:` that no file has.
[[nodiscard]] std::string path_of(std::string_view uri);
[[nodiscard]] std::string uri_of(const std::string& path);

// The member of an object; null where there is none.
[[nodiscard]] const Json& member(const Json& object, const char* name);
[[nodiscard]] std::string text_of(const Json& object, const char* name);  // empty: none, or no string
[[nodiscard]] TextPosition position_of(const Json& position);             // Refusal: no position
[[nodiscard]] TextRange range_of(const Json& range);                      // Refusal: no range

[[nodiscard]] Json to_json(TextPosition position);
[[nodiscard]] Json to_json(TextRange range);
[[nodiscard]] std::string dump(const Json& json);  // bytes that are no UTF-8 become U+FFFD

}  // namespace recipe::lsp
