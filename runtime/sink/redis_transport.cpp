// SPDX-License-Identifier: Apache-2.0
// A stream of Redis through hiredis: XADD of a batch in one go, fields `id` and `detection`. Delivered means that the server
// answered each; what survives its own death is its persistence. hiredis 0.14 has no TLS.
#include <hiredis/hiredis.h>

#include "runtime/base/library.h"
#include "runtime/sink/transport.h"

namespace recipe {
namespace {

constexpr std::chrono::seconds kPatience{5};
constexpr uint64_t kMostEntries = 1'000'000;  // of the stream: a server's memory is not without end

struct Redis {
  Library library{"libhiredis.so.0.14", "libhiredis0.14"};
  decltype(&::redisConnectWithTimeout) connect;
  decltype(&::redisSetTimeout) set_timeout;
  decltype(&::redisAppendCommandArgv) append;
  decltype(&::redisGetReply) get_reply;
  decltype(&::freeReplyObject) free_reply;
  decltype(&::redisFree) free;

  Redis() {
    library.bind(connect, "redisConnectWithTimeout");
    library.bind(set_timeout, "redisSetTimeout");
    library.bind(append, "redisAppendCommandArgv");
    library.bind(get_reply, "redisGetReply");
    library.bind(free_reply, "freeReplyObject");
    library.bind(free, "redisFree");
  }
};

const Redis& redis() {
  static const Redis kRedis;
  return kRedis;
}

class RedisTransport final : public Transport {
 public:
  struct Options {
    std::string host, stream, user, password, most;
    int port = 0;
    std::chrono::seconds patience{};
  };
  explicit RedisTransport(Options options)
      : options_(std::move(options)), name_("the stream `" + options_.stream + "` of Redis on " + options_.host) {}
  ~RedisTransport() override { hang_up(); }

  Outcome send(const std::vector<std::string>& batch) override {
    if (Status ready = connect(); !ready.ok()) return {Outcome::Kind::kRetry, ready.error()};
    for (const std::string& message : batch) {
      const std::string_view id = id_of(message), text = without_newline(message);
      std::vector<std::string_view> words = {"XADD", options_.stream};
      if (!options_.most.empty()) words.insert(words.end(), {"MAXLEN", "~", options_.most});
      words.emplace_back("*");
      if (!id.empty()) words.insert(words.end(), {"id", id});
      words.insert(words.end(), {"detection", text});
      if (Status added = ask(words); !added.ok()) return fail(added.error());
    }
    Status first = Done{};
    for (size_t i = 0; i < batch.size(); ++i) {
      Status answered = answer();
      if (context_ == nullptr) return fail(answered.error());
      if (first.ok()) first = answered;
    }
    // A word of the server (no memory, read-only, a key of another type) is about it, not about one message.
    return first.ok() ? Outcome{} : Outcome{Outcome::Kind::kRetry, first.error()};
  }

 private:
  Status connect() {
    if (context_ != nullptr) return Done{};
    const timeval patience{options_.patience.count(), 0};
    context_ = redis().connect(options_.host.c_str(), options_.port, patience);
    if (context_ == nullptr || context_->err != 0) return lost("connect to");
    redis().set_timeout(context_, patience);
    if (options_.password.empty()) return Done{};
    std::vector<std::string_view> words = {"AUTH"};
    if (!options_.user.empty()) words.emplace_back(options_.user);
    words.emplace_back(options_.password);
    if (Status asked = ask(words); !asked.ok()) return asked;
    Status answered = answer();
    if (!answered.ok()) hang_up();
    return answered;
  }

  Status ask(const std::vector<std::string_view>& words) {
    std::vector<const char*> texts;
    std::vector<size_t> sizes;
    for (const std::string_view word : words) {
      texts.push_back(word.data());
      sizes.push_back(word.size());
    }
    if (redis().append(context_, static_cast<int>(words.size()), texts.data(), sizes.data()) == REDIS_OK) return Done{};
    return lost("send to");
  }

  // Of one command. Where the connection is at fault it is gone afterwards.
  Status answer() {
    void* raw = nullptr;
    if (redis().get_reply(context_, &raw) != REDIS_OK || raw == nullptr) return lost("read the answer of");
    auto* reply = static_cast<redisReply*>(raw);
    constexpr size_t kShown = 100;
    Status status = Done{};
    if (reply->type == REDIS_REPLY_ERROR) {
      status = Error{name_ + " answers " + std::string(reply->str, std::min(reply->len, kShown))};
    } else if (reply->type != REDIS_REPLY_STRING && reply->type != REDIS_REPLY_STATUS) {
      status = Error{name_ + " answers something else than an id"};
    }
    redis().free_reply(raw);
    return status;
  }

  Status lost(const std::string& what) {
    Error error{"cannot " + what + " " + name_};
    if (context_ != nullptr) error.what += std::string(": ") + context_->errstr;
    hang_up();
    return error;
  }

  Outcome fail(const Error& error) {
    hang_up();
    return {Outcome::Kind::kRetry, error};
  }

  void hang_up() {
    if (context_ != nullptr) redis().free(context_);
    context_ = nullptr;
  }

  Options options_;
  std::string name_;
  redisContext* context_ = nullptr;
};

}  // namespace

Error no_redis_tls() {
  return {
      "redis has no TLS here: the library that speaks to it, hiredis 0.14, has none; let a tunnel on this machine (stunnel) "
      "speak it, and give redis:// the tunnel's address",
      EINVAL};
}

Result<std::unique_ptr<Transport>> make_redis_transport(const std::string& host, const std::string& port,
                                                        const std::string& stream, Settings settings) {
  if (Status loaded = redis().library.status(); !loaded.ok()) return Error{"redis " + loaded.error().what, EINVAL};
  RedisTransport::Options options{host, stream, settings.take("user"), settings.take("password"), {}};
  const auto [end, fault] = std::from_chars(port.data(), port.data() + port.size(), options.port);
  if (fault != std::errc() || end != port.data() + port.size() || options.port < 1 || options.port > 65'535) {
    return Error{"redis: `" + port + "` is no port", EINVAL};
  }
  const Result<uint64_t> most = settings.take_number("maxlen", kMostEntries, 0, uint64_t{1} << 40);
  if (!most.ok()) return most.error();
  if (*most > 0) options.most = std::to_string(*most);
  const Result<std::chrono::seconds> timeout = settings.take_timeout(kPatience);
  if (!timeout.ok()) return timeout.error();
  options.patience = *timeout;
  for (const char* name : {"tls", "ca", "cert", "key"}) {
    if (!settings.take(name).empty()) return no_redis_tls();
  }
  if (Status known = settings.done(); !known.ok()) return known.error();
  return std::unique_ptr<Transport>(std::make_unique<RedisTransport>(std::move(options)));
}

}  // namespace recipe
