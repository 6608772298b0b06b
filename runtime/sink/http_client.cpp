// SPDX-License-Identifier: Apache-2.0
// The one file that knows libcurl.
#include "runtime/sink/http_client.h"

#include <curl/curl.h>
#include <unistd.h>

#include <algorithm>

#include "runtime/base/library.h"

namespace recipe {
namespace {

constexpr long kConnectSeconds = 5;
constexpr std::chrono::seconds kPatience{20};
constexpr size_t kMostKept = 64u << 10;   // bytes of an answer that are looked at
constexpr size_t kMostAnswer = 1u << 20;  // bytes that are read of an answer, to keep the connection; more ends it

struct Curl {
  Library library{"libcurl.so.4", "libcurl4"};
  decltype(&::curl_global_init) curl_global_init;
  decltype(&::curl_easy_init) curl_easy_init;
  decltype(&::curl_easy_setopt) curl_easy_setopt;
  decltype(&::curl_easy_perform) curl_easy_perform;
  decltype(&::curl_easy_getinfo) curl_easy_getinfo;
  decltype(&::curl_easy_strerror) curl_easy_strerror;
  decltype(&::curl_easy_cleanup) curl_easy_cleanup;
  decltype(&::curl_slist_append) curl_slist_append;
  decltype(&::curl_slist_free_all) curl_slist_free_all;
  decltype(&::curl_url) curl_url;
  decltype(&::curl_url_set) curl_url_set;
  decltype(&::curl_url_get) curl_url_get;
  decltype(&::curl_url_cleanup) curl_url_cleanup;
  decltype(&::curl_free) curl_free;

  Curl() {
#define BIND(name) library.bind(name, #name)
    BIND(curl_global_init);
    BIND(curl_easy_init);
    BIND(curl_easy_setopt);
    BIND(curl_easy_perform);
    BIND(curl_easy_getinfo);
    BIND(curl_easy_strerror);
    BIND(curl_easy_cleanup);
    BIND(curl_slist_append);
    BIND(curl_slist_free_all);
    BIND(curl_url);
    BIND(curl_url_set);
    BIND(curl_url_get);
    BIND(curl_url_cleanup);
    BIND(curl_free);
#undef BIND
    if (library.status().ok()) curl_global_init(CURL_GLOBAL_DEFAULT);
  }
};

const Curl& curl() {
  static const Curl kCurl;
  return kCurl;
}

struct Reading {
  std::string* kept;
  size_t total = 0;
};

size_t read_answer(char* bytes, size_t size, size_t count, void* into) {
  auto& reading = *static_cast<Reading*>(into);
  reading.total += size * count;
  const size_t room = kMostKept - std::min(kMostKept, reading.kept->size());
  reading.kept->append(bytes, std::min(room, size * count));
  return reading.total <= kMostAnswer ? size * count : 0;
}

class CurlClient final : public HttpClient {
 public:
  CurlClient(CURL* easy, std::string url, std::string name) : easy_(easy), url_(std::move(url)), name_(std::move(name)) {}
  ~CurlClient() override {
    curl().curl_easy_cleanup(easy_);
    curl().curl_slist_free_all(headers_);
  }

  template <class Value>
  [[nodiscard]] CURLcode set(CURLoption option, Value value) {
    return curl().curl_easy_setopt(easy_, option, value);
  }

  void add_header(const std::string& header) { headers_ = curl().curl_slist_append(headers_, header.c_str()); }

  // The options that no call changes.
  [[nodiscard]] CURLcode prepare(long seconds) {
    add_header("Expect:");  // no question beforehand: it costs a second where the server does not know it
    const CURLcode codes[] = {set(CURLOPT_HTTPHEADER, headers_),
                              set(CURLOPT_POST, 1L),
                              set(CURLOPT_NOSIGNAL, 1L),
                              set(CURLOPT_CONNECTTIMEOUT, std::min(kConnectSeconds, seconds)),
                              set(CURLOPT_TIMEOUT, seconds),
                              set(CURLOPT_FOLLOWLOCATION, 0L),
                              set(CURLOPT_PROTOCOLS_STR, "http,https"),
                              set(CURLOPT_USERAGENT, "reciped/" RECIPE_VERSION),
                              set(CURLOPT_WRITEFUNCTION, &read_answer),
                              set(CURLOPT_URL, url_.c_str())};
    for (const CURLcode code : codes) {
      if (code != CURLE_OK) return code;
    }
    return CURLE_OK;
  }

  HttpAnswer post(const std::string& query, const std::string& body) override {
    HttpAnswer answer;
    Reading reading{&answer.body};
    char words[CURL_ERROR_SIZE] = {};
    const std::string url = url_ + query;
    CURLcode code = set(CURLOPT_URL, url.c_str());
    if (code == CURLE_OK) code = set(CURLOPT_POSTFIELDS, body.data());
    if (code == CURLE_OK) code = set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
    if (code == CURLE_OK) code = set(CURLOPT_WRITEDATA, &reading);
    if (code == CURLE_OK) code = set(CURLOPT_ERRORBUFFER, words);
    if (code == CURLE_OK) code = curl().curl_easy_perform(easy_);
    (void)set(CURLOPT_ERRORBUFFER, nullptr);
    curl().curl_easy_getinfo(easy_, CURLINFO_RESPONSE_CODE, &answer.status);
    // A success is one though its body breaks off; of any other answer nothing is believed then.
    if (answer.status < 200 || (code != CURLE_OK && !answer.ok())) answer.status = 0;
    if (answer.status == 0) {
      answer.trouble = words[0] != '\0' ? words : code != CURLE_OK ? curl().curl_easy_strerror(code) : "no whole answer";
    }
    return answer;
  }

  const std::string& name() const override { return name_; }

 private:
  CURL* easy_;
  curl_slist* headers_ = nullptr;
  std::string url_, name_;
};

// Without the credentials and the query that an address may hold.
std::string shown(const std::string& url) {
  CURLU* parts = curl().curl_url();
  std::string name = "the server";
  char *scheme = nullptr, *host = nullptr;
  if (parts != nullptr && curl().curl_url_set(parts, CURLUPART_URL, url.c_str(), 0) == CURLUE_OK &&
      curl().curl_url_get(parts, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK &&
      curl().curl_url_get(parts, CURLUPART_HOST, &host, 0) == CURLUE_OK) {
    name = std::string(scheme) + "://" + host;
  }
  curl().curl_free(scheme);
  curl().curl_free(host);
  curl().curl_url_cleanup(parts);
  return name;
}

}  // namespace

Result<std::unique_ptr<HttpClient>> make_http_client(const std::string& url, const std::vector<std::string>& headers,
                                                     Settings& settings) {
  if (Status loaded = curl().library.status(); !loaded.ok()) return Error{"http " + loaded.error().what, EINVAL};
  const Result<std::chrono::seconds> timeout = settings.take_timeout(kPatience);
  if (!timeout.ok()) return timeout.error();
  CURL* easy = curl().curl_easy_init();
  if (easy == nullptr) return Error{"cannot begin with libcurl", ENOMEM};
  auto client = std::make_unique<CurlClient>(easy, url, shown(url));
  for (const std::string& header : headers) client->add_header(header);
  const std::pair<const char*, CURLoption> files[] = {
      {"ca", CURLOPT_CAINFO}, {"cert", CURLOPT_SSLCERT}, {"key", CURLOPT_SSLKEY}};
  CURLcode code = client->prepare(static_cast<long>(timeout->count()));
  for (const auto& [name, option] : files) {
    const std::string file = settings.take(name);
    if (file.empty()) continue;
    if (access(file.c_str(), R_OK) != 0) return Error{"cannot read `" + file + "`", errno};
    if (code == CURLE_OK) code = client->set(option, file.c_str());
  }
  if (code != CURLE_OK) return Error{std::string("no address over HTTP: ") + curl().curl_easy_strerror(code), EINVAL};
  return std::unique_ptr<HttpClient>(std::move(client));
}

Outcome judge(const HttpAnswer& answer, const HttpClient& client) {
  if (answer.ok()) return {};
  if (answer.status == 0) return {Outcome::Kind::kRetry, {"cannot send to " + client.name() + ": " + answer.trouble}};
  // Overload and what a proxy says of a server that is away.
  const bool later = answer.status == 408 || answer.status == 425 || answer.status == 429 || answer.status >= 500;
  return {later ? Outcome::Kind::kRetry : Outcome::Kind::kRejected,
          {client.name() + " answers " + std::to_string(answer.status)}};
}

}  // namespace recipe
