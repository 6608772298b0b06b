// SPDX-License-Identifier: Apache-2.0
// HttpClient: POSTs to one address through libcurl, which is loaded with the first of them: certificates checked, no redirects
// (they would take the credentials elsewhere), answers read up to a bound.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "runtime/sink/settings.h"
#include "runtime/sink/transport.h"

namespace recipe {

struct HttpAnswer {
  long status = 0;   // 0: none came; `trouble` says why
  std::string body;  // its first 64 KiB
  std::string trouble;
  [[nodiscard]] bool ok() const { return status >= 200 && status < 300; }
};

class HttpClient {
 public:
  virtual ~HttpClient() = default;
  // query: what stands behind the address, "?x=y", percent-encoded; may be empty. Returns within the time limit.
  [[nodiscard]] virtual HttpAnswer post(const std::string& query, const std::string& body) = 0;
  [[nodiscard]] virtual const std::string& name() const = 0;  // scheme and host: no credentials, no path
};

// headers: "Name: value". Takes from settings: ca, cert, key (files, PEM), timeout. Error code EINVAL: asked for wrongly.
[[nodiscard]] Result<std::unique_ptr<HttpClient>> make_http_client(const std::string& url,
                                                                   const std::vector<std::string>& headers, Settings& settings);

// What an answer means where the server says no more than its status.
[[nodiscard]] Outcome judge(const HttpAnswer& answer, const HttpClient& client);

}  // namespace recipe
