// SPDX-License-Identifier: Apache-2.0
// Transport: one way to bring messages to another program. It may wait, within its own time limits; only Shipping's thread
// calls it.
#pragma once
#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/base/result.h"
#include "runtime/sink/settings.h"

namespace recipe {

// What became of a batch. kRetry: nothing is known to have arrived; the whole batch is to be sent again, so a message may
// arrive twice (its id is the same). kRejected: the other side will never take it.
struct Outcome {
  enum class Kind : uint8_t { kDelivered, kRetry, kRejected } kind = Kind::kDelivered;
  Error error;
  size_t refused = 0;  // kDelivered: so many of the batch the other side threw away, and does not say which
};

class Transport {
 public:
  virtual ~Transport() = default;
  [[nodiscard]] virtual Outcome send(const std::vector<std::string>& batch) = 0;
  [[nodiscard]] virtual size_t most_messages() const { return 256; }  // of one batch
};

// A stream socket: each message a line. Unix sockets tell when the reader has read; TCP only that the other machine has it.
[[nodiscard]] std::unique_ptr<Transport> make_unix_transport(const std::string& path);
[[nodiscard]] std::unique_ptr<Transport> make_tcp_transport(const std::string& host, const std::string& port);
[[nodiscard]] std::unique_ptr<Transport> make_udp_transport(const std::string& host, const std::string& port);

// RFC 5424 messages: to a local socket (/dev/log), a datagram each; over UDP (RFC 5426) or TCP (RFC 6587, octets counted).
// framed: the messages are syslog lines already.
[[nodiscard]] std::unique_ptr<Transport> make_syslog_transport(const std::string& socket, bool framed);
[[nodiscard]] std::unique_ptr<Transport> make_syslog_udp_transport(const std::string& host, const std::string& port,
                                                                   bool framed);
[[nodiscard]] std::unique_ptr<Transport> make_syslog_tcp_transport(const std::string& host, const std::string& port,
                                                                   bool framed);

// A file that grows, in `keep` pieces of `bytes` at most: PATH, PATH.1 (older), ... Readable by its owner alone.
struct Rotation {
  uint64_t bytes = 64u << 20;
  uint32_t keep = 5;
};
[[nodiscard]] std::unique_ptr<Transport> make_log_transport(const std::string& path, const Rotation& rotation);

// Native protocol of systemd-journald: each message an entry. json: it is our JSON, of which fields are made.
[[nodiscard]] std::unique_ptr<Transport> make_journal_transport(const std::string& socket, bool json);

// Clients of servers. Error code EINVAL: asked for wrongly, or the client library is not there. Settings: see the README.
//
// POST of a batch, the messages one after another. headers: "Name: value".
[[nodiscard]] Result<std::unique_ptr<Transport>> make_http_transport(const std::string& url, const std::string& content_type,
                                                                     const std::vector<std::string>& headers,
                                                                     Settings settings = {});
// Logs as OTLP 1 in JSON; url without a path: "/v1/logs". Messages are our JSON.
[[nodiscard]] Result<std::unique_ptr<Transport>> make_otlp_transport(const std::string& url,
                                                                     const std::vector<std::string>& headers,
                                                                     Settings settings = {});
// url: scheme, host and port; DATABASE.TABLE is made when it is not there. schema: our JSON Schema. Messages are our JSON.
[[nodiscard]] Result<std::unique_ptr<Transport>> make_clickhouse_transport(const std::string& url, const std::string& database,
                                                                           const std::string& table, const std::string& schema,
                                                                           Settings settings = {});
// servers: "HOST:PORT,...".
[[nodiscard]] Result<std::unique_ptr<Transport>> make_kafka_transport(const std::string& servers, const std::string& topic,
                                                                      Settings settings = {});
// stream: a JetStream stream keeps what is published; else it is gone unless someone listens.
[[nodiscard]] Result<std::unique_ptr<Transport>> make_nats_transport(const std::string& host, const std::string& port,
                                                                     const std::string& subject, bool stream,
                                                                     Settings settings = {});
[[nodiscard]] Result<std::unique_ptr<Transport>> make_redis_transport(const std::string& host, const std::string& port,
                                                                      const std::string& stream, Settings settings = {});
// What is said of rediss:// and of settings for it.
[[nodiscard]] Error no_redis_tls();

// The id of a message that is our JSON; "" of any other, and of the coverage. It points into the message.
[[nodiscard]] inline std::string_view id_of(std::string_view message) {
  constexpr std::string_view kHead = R"({"id":")";
  if (!message.starts_with(kHead)) return {};
  message.remove_prefix(kHead.size());
  return message.substr(0, std::min(message.size(), message.find('"')));
}
[[nodiscard]] inline std::string_view without_newline(std::string_view message) {
  if (message.ends_with('\n')) message.remove_suffix(1);
  return message;
}

}  // namespace recipe
