// SPDX-License-Identifier: Apache-2.0
// What is read in pieces, a line or a record at a time, may be of any length; the capture of a file is mapped.
#include "tools/common/events.h"

#include <sys/stat.h>

#include <cerrno>

#include "runtime/feed/capture.h"
#include "runtime/feed/json.h"
#include "tools/common/read_lines.h"

namespace recipe {
namespace {

using Give = std::function<bool(std::span<const std::byte>)>;
using Complain = std::function<void(const std::string&)>;

Result<EventsRead> read_capture(CaptureReader reader, const Give& give, const Complain& complain) {
  EventsRead done;
  while (true) {
    auto record = reader.next();
    if (!record.ok()) {  // what stands behind it cannot be found
      complain(record.error().message());
      ++done.broken;
      return done;
    }
    if (!record->has_value()) return done;
    ++done.records;
    if (!give(**record)) return done;
  }
}

Result<EventsRead> read_json(const Descriptor& file, std::string first, const Give& give, const Complain& complain) {
  JsonEvents parser;
  EventsRead done;
  const auto refuse = [&](const Line& line, const std::string& what) {
    complain("line " + std::to_string(line.number) + ": " + what);
    ++done.broken;
    return true;
  };
  const Status read = read_lines(file, std::move(first), [&](const Line& line) {
    if (line.too_long) return refuse(line, "longer than 4 MiB");
    if (line.text.starts_with("{\"coverage\":")) return true;  // the last line of detections
    const Result<EventValues> values = parser.parse(line.text);
    if (!values.ok()) return refuse(line, values.error().message());
    const Result<std::vector<uint64_t>> record = encode_record(*values);
    if (!record.ok()) return refuse(line, record.error().message());
    ++done.records;
    return give(std::as_bytes(std::span(*record)));
  });
  if (!read.ok()) return read.error();
  return done;
}

}  // namespace

Result<EventsRead> read_events(const std::string& path, const Give& give, const Complain& complain) {
  const Result<Descriptor> opened = Descriptor::open(path);
  if (!opened.ok()) return opened.error();
  const Descriptor& file = *opened;
  struct stat kind {};
  if (fstat(file.number(), &kind) != 0) return Error{"cannot read `" + path + "`", errno};
  std::string first;
  while (first.size() < sizeof(capture_header)) {
    const Result<bool> got = file.read_piece(first);
    if (!got.ok()) return got.error();
    if (!*got) break;
  }
  if (!looks_like_capture(first)) return read_json(file, std::move(first), give, complain);
  if (S_ISREG(kind.st_mode) && path != "-") {
    auto reader = CaptureReader::open(path);
    if (!reader.ok()) return reader.error();
    return read_capture(std::move(*reader), give, complain);
  }
  auto reader = CaptureReader::stream(std::move(first), [&](std::string& bytes) { return file.read_piece(bytes); });
  if (!reader.ok()) return reader.error();
  return read_capture(std::move(*reader), give, complain);
}

bool is_wrong_input(const Error& error) {
  return error.code == 0 || error.code == ENOENT || error.code == EISDIR;
}

}  // namespace recipe
