// SPDX-License-Identifier: Apache-2.0
// A webhook through libcurl: POST, certificates checked, no redirects (they would take the credentials elsewhere), answers
// thrown away. 2xx is delivered; what may be otherwise the next time (no connection, 408, 425, 429, 5xx) is tried again; all
// else is a refusal for good.
#include <curl/curl.h>

#include <mutex>

#include "runtime/sink/transport.h"

namespace recipe {
namespace {

constexpr long kConnectSeconds = 5, kSeconds = 20;
constexpr size_t kMostAnswer = 1u << 20;  // bytes that are read of an answer, to keep the connection; more ends it

size_t throw_away(char*, size_t size, size_t count, void* read) {
  auto& total = *static_cast<size_t*>(read);
  total += size * count;
  return total <= kMostAnswer ? size * count : 0;
}

class HttpTransport final : public Transport {
 public:
  HttpTransport(CURL* easy, curl_slist* headers, std::string name) : easy_(easy), headers_(headers), name_(std::move(name)) {}
  ~HttpTransport() override {
    curl_easy_cleanup(easy_);
    curl_slist_free_all(headers_);
  }

  Outcome send(const std::vector<std::string>& batch) override {
    std::string body;
    for (const std::string& message : batch) body += message;
    size_t read = 0;
    char words[CURL_ERROR_SIZE] = {};
    curl_easy_setopt(easy_, CURLOPT_POSTFIELDS, body.data());
    curl_easy_setopt(easy_, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
    curl_easy_setopt(easy_, CURLOPT_WRITEDATA, &read);
    curl_easy_setopt(easy_, CURLOPT_ERRORBUFFER, words);
    const CURLcode code = curl_easy_perform(easy_);
    curl_easy_setopt(easy_, CURLOPT_ERRORBUFFER, nullptr);
    long status = 0;
    curl_easy_getinfo(easy_, CURLINFO_RESPONSE_CODE, &status);
    if (status >= 200 && status < 300) return {};
    if (code != CURLE_OK || status == 0) {
      return {Outcome::Kind::kRetry,
              {"cannot send to " + name_ + ": " + (words[0] != '\0' ? words : curl_easy_strerror(code))}};
    }
    const bool later = status == 408 || status == 425 || status == 429 || status >= 500;
    return {later ? Outcome::Kind::kRetry : Outcome::Kind::kRejected, {name_ + " answers " + std::to_string(status)}};
  }

 private:
  CURL* easy_;
  curl_slist* headers_;
  std::string name_;
};

// Without the credentials and the query that an address may hold.
std::string shown(const std::string& url) {
  CURLU* parts = curl_url();
  std::string name = "the webhook";
  char *scheme = nullptr, *host = nullptr;
  if (parts != nullptr && curl_url_set(parts, CURLUPART_URL, url.c_str(), 0) == CURLUE_OK &&
      curl_url_get(parts, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK &&
      curl_url_get(parts, CURLUPART_HOST, &host, 0) == CURLUE_OK) {
    name = std::string(scheme) + "://" + host;
  }
  curl_free(scheme);
  curl_free(host);
  curl_url_cleanup(parts);
  return name;
}

}  // namespace

Result<std::unique_ptr<Transport>> make_http_transport(const std::string& url, const std::string& content_type,
                                                       const std::vector<std::string>& headers) {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
  CURL* easy = curl_easy_init();
  if (easy == nullptr) return Error{"cannot begin with libcurl", ENOMEM};
  curl_slist* list = curl_slist_append(nullptr, ("Content-Type: " + content_type).c_str());
  for (const std::string& header : headers) list = curl_slist_append(list, header.c_str());
  list = curl_slist_append(list, "Expect:");  // no question beforehand: it costs a second where the server does not know it
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, list);
  curl_easy_setopt(easy, CURLOPT_POST, 1L);
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT, kConnectSeconds);
  curl_easy_setopt(easy, CURLOPT_TIMEOUT, kSeconds);
  curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy, CURLOPT_USERAGENT, "reciped/" RECIPE_VERSION);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, throw_away);
  auto transport = std::make_unique<HttpTransport>(easy, list, shown(url));
  if (const CURLcode code = curl_easy_setopt(easy, CURLOPT_URL, url.c_str()); code != CURLE_OK) {
    return Error{std::string("no address of a webhook: ") + curl_easy_strerror(code)};
  }
  return std::unique_ptr<Transport>(std::move(transport));
}

}  // namespace recipe
