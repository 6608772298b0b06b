// SPDX-License-Identifier: Apache-2.0
// Transport: one way to bring messages to another program. It may wait, within its own time limits; only Shipping's thread
// calls it.
#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/base/result.h"

namespace recipe {

// What became of a batch. kRetry: nothing is known to have arrived; the whole batch is to be sent again, so a message may
// arrive twice (its id is the same). kRejected: the other side will never take it.
struct Outcome {
  enum class Kind : uint8_t { kDelivered, kRetry, kRejected } kind = Kind::kDelivered;
  Error error;
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

// POST of a batch, the messages one after another. headers: "Name: value".
[[nodiscard]] Result<std::unique_ptr<Transport>> make_http_transport(const std::string& url, const std::string& content_type,
                                                                     const std::vector<std::string>& headers);

}  // namespace recipe
