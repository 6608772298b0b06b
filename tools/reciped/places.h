// SPDX-License-Identifier: Apache-2.0
// The place of an --output → a sink.
//
//   FILE  -                              as a whole, at the end                  log:FILE   grows, is rotated
//   unix:PATH  tcp://HOST:PORT  udp://HOST:PORT  http://...  https://...          journald:  journald:PATH
//   syslog:  syslog:PATH  syslog:udp://HOST:PORT  syslog:tcp://HOST:PORT
//   kafka://HOST:PORT,.../TOPIC  nats://HOST:PORT/SUBJECT  jetstream://HOST:PORT/SUBJECT  redis://HOST:PORT/STREAM
//   clickhouse:http[s]://HOST:PORT/DATABASE/TABLE  otlp:http[s]://HOST:PORT
#pragma once
#include <CLI/CLI.hpp>
#include <memory>
#include <string>

#include "runtime/base/result.h"
#include "runtime/sink/sink.h"
#include "runtime/sink/transport.h"

namespace recipe::reciped {

class Places {
 public:
  void declare(CLI::App& command);
  // Error code EINVAL: it was asked for wrongly.
  [[nodiscard]] Result<std::unique_ptr<Sink>> open(const std::string& place, Format format, const PrintOptions& options) const;
  // stdout, stderr.
  [[nodiscard]] std::unique_ptr<Sink> open_descriptor(int descriptor, Format format, const PrintOptions& options) const {
    return make_descriptor_sink(descriptor, format, options, replayed_);
  }
  [[nodiscard]] static std::string help();

 private:
  [[nodiscard]] Result<std::unique_ptr<Transport>> make_client(const std::string& place, Format format) const;
  [[nodiscard]] Result<std::unique_ptr<Transport>> make_transport(const std::string& place, Format format) const;

  std::string spool_, headers_, settings_;
  bool replayed_ = false;  // events of a file can wait for who reads the detections
  uint64_t spool_mib_ = 64, log_mib_ = 64, log_keep_ = 5;
};

}  // namespace recipe::reciped
