// SPDX-License-Identifier: Apache-2.0
// What only looks like a place of a kind, a file `tcp` say, is a file: a kind is known by its colon.
#include "tools/reciped/places.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <optional>

#include "runtime/report/report.h"
#include "runtime/sink/shipping.h"

namespace recipe::reciped {
namespace {

// Those that --place-settings may speak of.
constexpr const char* kClients[] = {"http", "otlp", "clickhouse", "kafka", "nats", "redis"};

// Places that take a line a detection, and no document.
constexpr const char* kOfLines[] = {"log:", "syslog:", "journald:", "kafka://", "nats://", "jetstream://", "redis://"};

bool take(std::string_view& text, std::string_view head) {
  if (!text.starts_with(head)) return false;
  text.remove_prefix(head.size());
  return true;
}

struct Endpoint {
  std::string host, port;
};

// "HOST:PORT", "[::1]:514"
std::optional<Endpoint> endpoint_of(std::string_view text) {
  const size_t colon = text.rfind(':');
  if (colon == std::string_view::npos || colon == 0 || colon + 1 == text.size()) return std::nullopt;
  std::string_view host = text.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  if (host.empty()) return std::nullopt;
  return Endpoint{std::string(host), std::string(text.substr(colon + 1))};
}

Error no_endpoint(const std::string& place) {
  return {"`" + place + "` needs a host and a port, as in tcp://localhost:5140", EINVAL};
}

// Lines "Name: value"; empty ones and those that begin with # are left out.
Result<std::vector<std::string>> read_headers(const std::string& path) {
  std::vector<std::string> headers;
  if (path.empty()) return headers;
  std::ifstream in(path);
  if (!in) return Error{"cannot open `" + path + "`", errno};
  for (std::string line; std::getline(in, line);) {
    while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) line.pop_back();
    if (line.empty() || line[0] == '#') continue;
    if (line.find(':') == std::string::npos) return Error{"`" + path + "`: a header has a name and a colon", EINVAL};
    headers.push_back(line);
  }
  return headers;
}

// Lines "kafka.sasl.username=me": what stands behind the client's name, and its value. Empty ones and those that begin with #
// are left out. No message shows a value.
Result<Settings> read_settings(const std::string& path, const std::string& client) {
  std::map<std::string, std::string> values;
  if (path.empty()) return Settings();
  std::ifstream in(path);
  if (!in) return Error{"cannot open `" + path + "`", errno};
  size_t number = 0;
  for (std::string line; std::getline(in, line);) {
    ++number;
    if (line.ends_with('\r')) line.pop_back();
    if (line.empty() || line[0] == '#') continue;
    const size_t dot = line.find('.'), equals = line.find('=');
    const bool known = dot != std::string::npos &&
                       std::find(std::begin(kClients), std::end(kClients), line.substr(0, dot)) != std::end(kClients);
    if (!known || equals == std::string::npos || equals <= dot + 1) {
      return Error{fmt::format("`{}` line {}: a setting has the form `CLIENT.NAME=VALUE`, its client one of {}", path, number,
                               fmt::join(kClients, ", ")),
                   EINVAL};
    }
    if (line.substr(0, dot) == client) values[line.substr(dot + 1, equals - dot - 1)] = line.substr(equals + 1);
  }
  return Settings(std::move(values));
}

// What clickhouse and otlp are made of, and the host's part of an address: "HOST:PORT/A/B" → "HOST:PORT", "A/B".
struct Parts {
  std::string host, path;
};
Parts split_path(std::string_view rest) {
  const size_t slash = rest.find('/');
  if (slash == std::string_view::npos) return {std::string(rest), {}};
  return {std::string(rest.substr(0, slash)), std::string(rest.substr(slash + 1))};
}

Error needs(const std::string& place, const std::string& example) {
  return {"`" + place + "` is not whole: an address has the form " + example, EINVAL};
}

std::string content_type(Format format) {
  switch (info(format).layout) {
    case Layout::kLines:
      return format == Format::kText || format == Format::kCef ? "text/plain; charset=utf-8" : "application/x-ndjson";
    case Layout::kAdded:
      return "text/markdown; charset=utf-8";
    case Layout::kWhole:
      break;
  }
  return format == Format::kJunit    ? "application/xml"
         : format == Format::kHtml   ? "text/html; charset=utf-8"
         : format == Format::kGithub ? "text/plain; charset=utf-8"
                                     : "application/json";
}

// One file a destination: the same one in the next run.
std::string spool_file(const std::string& folder, const std::string& place, Format format) {
  uint64_t hash = 0xcbf29ce484222325ULL;
  for (const char c : std::string(info(format).name) + ":" + place)
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  return fmt::format("{}/{:016x}.spool", folder, hash);
}

// What stands in messages: an address may hold credentials.
std::string name_of(const std::string& place) {
  const size_t scheme = place.find("://"), at = place.find('@', scheme == std::string::npos ? 0 : scheme);
  const size_t path = scheme == std::string::npos ? std::string::npos : place.find_first_of("/?#", scheme + 3);
  if (scheme == std::string::npos) return "`" + place + "`";
  const size_t host = at != std::string::npos && at < path ? at + 1 : scheme + 3;
  return "`" + place.substr(0, scheme + 3) + place.substr(host, path == std::string::npos ? path : path - host) + "`";
}

}  // namespace

void Places::declare(CLI::App& command) {
  replayed_ = command.get_name() == "replay";
  command.add_option("--spool", spool_, "what a place does not take waits in this folder, over restarts too")->type_name("DIR");
  command.add_option("--spool-size", spool_mib_, "most that waits for one place, in MiB")
      ->capture_default_str()
      ->type_name("N");
  command.add_option("--log-size", log_mib_, "a `log:` file is rotated before it is larger, in MiB")
      ->check(CLI::PositiveNumber)
      ->capture_default_str()
      ->type_name("N");
  command.add_option("--log-keep", log_keep_, "rotated pieces of it that are kept")
      ->check(CLI::Range(0, 1000))
      ->capture_default_str()
      ->type_name("N");
  command.add_option("--http-headers", headers_, "file of headers for http(s) places, one `Name: value` a line")
      ->type_name("FILE");
  command
      .add_option("--place-settings", settings_,
                  "file of users, passwords, TLS and limits of places, one `CLIENT.NAME=VALUE` a line, see below")
      ->type_name("FILE");
}

std::string Places::help() {
  return "Places of --output:\n"
         "  FILE, -                                  a file, in its place when it is whole; stdout\n"
         "  log:FILE                                 a file that grows and is rotated\n"
         "  syslog:, syslog:PATH                     RFC 5424 to /dev/log or another socket\n"
         "  syslog:udp://HOST:PORT, syslog:tcp://... RFC 5424 over the network\n"
         "  unix:PATH, tcp://HOST:PORT, udp://...    lines to a socket\n"
         "  http://..., https://...                  a webhook, by POST\n"
         "  journald:, journald:PATH                 entries of systemd-journald\n"
         "  kafka://HOST:PORT[,HOST:PORT]/TOPIC      records, their key the detection's id\n"
         "  nats://HOST:PORT/SUBJECT                 messages; gone unless someone listens\n"
         "  jetstream://HOST:PORT/SUBJECT            messages that a stream of NATS keeps\n"
         "  redis://HOST:PORT/STREAM                 entries of a stream\n"
         "  clickhouse:http://HOST:PORT/DATABASE/TABLE, clickhouse:https://...\n"
         "                                           rows; the table is made from the schema\n"
         "  otlp:http://HOST:PORT, otlp:https://...  OpenTelemetry logs\n"
         "All but the first are served by a thread of their own: tried again while they are away, waiting in memory and in "
         "--spool.\n"
         "Settings of --place-settings:\n"
         "  http, otlp, clickhouse                   ca, cert, key (files), timeout (seconds); clickhouse: user, password\n"
         "  nats                                     user, password, token, credentials (file), tls (yes, no), ca, cert, key, "
         "timeout\n"
         "  redis                                    user, password, maxlen (entries kept, 0: all), timeout\n"
         "  kafka                                    timeout, and every property of librdkafka: "
         "kafka.security.protocol=SASL_SSL\n";
}

// Of a server's own protocol; nobody where the place is none of them.
Result<std::unique_ptr<Transport>> Places::make_client(const std::string& place, Format format) const {
  std::string_view rest = place;
  std::string client;
  if (place.starts_with("rediss://")) return no_redis_tls();
  for (const char* name : {"kafka", "nats", "jetstream", "redis"}) {
    if (take(rest, std::string(name) + "://")) client = name;
  }
  for (const char* name : {"clickhouse", "otlp"}) {
    if (take(rest, std::string(name) + ":")) client = name;
  }
  if (client.empty()) return std::unique_ptr<Transport>();
  Result<Settings> settings = read_settings(settings_, client == "jetstream" ? "nats" : client);
  if (!settings.ok()) return settings.error();
  if (client == "clickhouse" || client == "otlp") {
    if (format != Format::kJson) return Error{fmt::format("`{}` is made from json, not {}", client, info(format).name), EINVAL};
    const std::string scheme = take(rest, "https://") ? "https://" : take(rest, "http://") ? "http://" : "";
    const std::string_view address = rest;
    const auto [host, path] = split_path(rest);
    if (client == "otlp") {
      if (scheme.empty() || host.empty()) return needs(place, "otlp:http://localhost:4318");
      Result<std::vector<std::string>> headers = read_headers(headers_);
      if (!headers.ok()) return headers.error();
      return make_otlp_transport(scheme + std::string(address), *headers, std::move(*settings));
    }
    const auto [database, table] = split_path(path);
    if (scheme.empty() || host.empty() || table.empty())
      return needs(place, "clickhouse:http://localhost:8123/default/detections");
    return make_clickhouse_transport(scheme + host + "/", database, table, detection_schema(), std::move(*settings));
  }
  const auto [host, path] = split_path(rest);
  if (client == "kafka") {
    if (host.empty() || path.empty()) return needs(place, "kafka://localhost:9092/detections");
    return make_kafka_transport(host, path, std::move(*settings));
  }
  const auto endpoint = endpoint_of(host);
  if (!endpoint || path.empty())
    return needs(place, client + "://localhost:" + (client == "redis" ? "6379" : "4222") + "/detections");
  if (client == "redis") return make_redis_transport(endpoint->host, endpoint->port, path, std::move(*settings));
  return make_nats_transport(endpoint->host, endpoint->port, path, client == "jetstream", std::move(*settings));
}

Result<std::unique_ptr<Transport>> Places::make_transport(const std::string& place, Format format) const {
  std::string_view rest = place;
  const bool framed = format == Format::kCef;
  if (take(rest, "log:")) {
    if (rest.empty()) return Error{"`log:` names no file", EINVAL};
    return make_log_transport(std::string(rest), {log_mib_ << 20, static_cast<uint32_t>(log_keep_)});
  }
  if (take(rest, "unix:")) {
    if (rest.empty()) return Error{"`unix:` names no socket", EINVAL};
    return make_unix_transport(std::string(rest));
  }
  if (rest.starts_with("http://") || rest.starts_with("https://")) {
    Result<std::vector<std::string>> headers = read_headers(headers_);
    if (!headers.ok()) return headers.error();
    Result<Settings> settings = read_settings(settings_, "http");
    if (!settings.ok()) return settings.error();
    return make_http_transport(place, content_type(format), *headers, std::move(*settings));
  }
  const bool syslog = take(rest, "syslog:");
  if (take(rest, "udp://")) {
    const auto endpoint = endpoint_of(rest);
    if (!endpoint) return no_endpoint(place);
    return syslog ? make_syslog_udp_transport(endpoint->host, endpoint->port, framed)
                  : make_udp_transport(endpoint->host, endpoint->port);
  }
  if (take(rest, "tcp://")) {
    const auto endpoint = endpoint_of(rest);
    if (!endpoint) return no_endpoint(place);
    return syslog ? make_syslog_tcp_transport(endpoint->host, endpoint->port, framed)
                  : make_tcp_transport(endpoint->host, endpoint->port);
  }
  if (syslog) return make_syslog_transport(rest.empty() ? "/dev/log" : std::string(rest), framed);
  if (take(rest, "journald:")) {
    return make_journal_transport(rest.empty() ? "/run/systemd/journal/socket" : std::string(rest), format == Format::kJson);
  }
  return make_client(place, format);
}

Result<std::unique_ptr<Sink>> Places::open(const std::string& place, Format format, const PrintOptions& options) const {
  if (place == "-") return open_descriptor(STDOUT_FILENO, format, options);
  Result<std::unique_ptr<Transport>> transport = make_transport(place, format);
  if (!transport.ok()) return transport.error();
  if (*transport == nullptr) return make_file_sink(place, format, options);
  const auto begins = [&](const char* head) { return place.starts_with(head); };
  if (info(format).layout != Layout::kLines && std::any_of(std::begin(kOfLines), std::end(kOfLines), begins)) {
    return Error{fmt::format("`{}` takes lines, and {} is one document", place, info(format).name), EINVAL};
  }
  ShippingOptions shipping;
  shipping.name = name_of(place);
  if (!spool_.empty()) {
    if (mkdir(spool_.c_str(), 0700) != 0 && errno != EEXIST) return Error{"cannot make `" + spool_ + "`", errno};
    Result<Spool> spool = Spool::open(spool_file(spool_, place, format), spool_mib_ << 20);
    if (!spool.ok()) return spool.error();
    shipping.spool.emplace(std::move(*spool));
  }
  return std::make_unique<Sink>(make_printer(format, options), make_shipping(std::move(*transport), std::move(shipping)));
}

}  // namespace recipe::reciped
