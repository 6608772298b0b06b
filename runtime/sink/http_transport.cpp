// SPDX-License-Identifier: Apache-2.0
// A webhook: POST, the answer's body thrown away. 2xx is delivered; what may be otherwise the next time (no connection, 408,
// 425, 429, 5xx) is tried again; all else is a refusal for good.
#include "runtime/sink/http_client.h"

namespace recipe {
namespace {

class HttpTransport final : public Transport {
 public:
  explicit HttpTransport(std::unique_ptr<HttpClient> client) : client_(std::move(client)) {}

  Outcome send(const std::vector<std::string>& batch) override {
    std::string body;
    for (const std::string& message : batch) body += message;
    return judge(client_->post({}, body), *client_);
  }

 private:
  std::unique_ptr<HttpClient> client_;
};

}  // namespace

Result<std::unique_ptr<Transport>> make_http_transport(const std::string& url, const std::string& content_type,
                                                       const std::vector<std::string>& headers, Settings settings) {
  std::vector<std::string> all = {"Content-Type: " + content_type};
  all.insert(all.end(), headers.begin(), headers.end());
  auto client = make_http_client(url, all, settings);
  if (!client.ok()) return client.error();
  if (Status known = settings.done(); !known.ok()) return known.error();
  return std::unique_ptr<Transport>(std::make_unique<HttpTransport>(std::move(*client)));
}

}  // namespace recipe
