// SPDX-License-Identifier: Apache-2.0
// JSON is read in pieces, a line at a time, so its length does not matter; a capture from stdin is read whole.
#include "tools/reciped/events.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstring>

#include "runtime/feed/capture.h"
#include "runtime/feed/json.h"

namespace recipe::reciped {
namespace {

constexpr size_t kPiece = 256u << 10;
constexpr size_t kMaxLine = 4u << 20;  // the largest record is 16 KiB; as JSON, six bytes for each at most

class Descriptor {
 public:
  explicit Descriptor(int descriptor) : descriptor_(descriptor) {}
  ~Descriptor() {
    if (descriptor_ > STDERR_FILENO) close(descriptor_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  // Appends a piece; false: the end.
  Result<bool> read_piece(std::string& bytes) const {
    const size_t before = bytes.size();
    bytes.resize(before + kPiece);
    ssize_t got = 0;
    do got = read(descriptor_, bytes.data() + before, kPiece);
    while (got < 0 && errno == EINTR);
    const int code = errno;
    bytes.resize(before + static_cast<size_t>(std::max<ssize_t>(got, 0)));
    if (got < 0) return Error{"cannot read events", code};
    return got > 0;
  }

 private:
  int descriptor_;
};

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

class Lines {
 public:
  Lines(const Give& give, const Complain& complain) : give_(give), complain_(complain) {}

  // false: stop.
  bool take(std::string_view line) {
    ++number_;
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.find_first_not_of(" \t") == std::string_view::npos) return true;
    if (line.starts_with("{\"coverage\":")) return true;  // the last line of detections
    const Result<EventValues> values = parser_.parse(line);
    if (!values.ok()) return refuse(values.error());
    const Result<std::vector<uint64_t>> record = encode_record(*values);
    if (!record.ok()) return refuse(record.error());
    ++done_.records;
    return give_(std::as_bytes(std::span(*record)));
  }
  bool refuse(const Error& error) {
    complain_("line " + std::to_string(number_) + ": " + error.message());
    ++done_.broken;
    return true;
  }
  void count_line() { ++number_; }
  [[nodiscard]] EventsRead done() const { return done_; }

 private:
  const Give& give_;
  const Complain& complain_;
  JsonEvents parser_;
  EventsRead done_;
  uint64_t number_ = 0;
};

Result<EventsRead> read_json(const Descriptor& file, std::string bytes, const Give& give, const Complain& complain) {
  Lines lines(give, complain);
  bool more = true, skipping = false;  // skipping: inside a line that is too long
  while (true) {
    size_t begin = 0;
    for (size_t end = bytes.find('\n'); end != std::string::npos; end = bytes.find('\n', begin)) {
      const std::string_view line = std::string_view(bytes).substr(begin, end - begin);
      begin = end + 1;
      if (skipping) {
        skipping = false;
      } else if (!lines.take(line)) {
        return lines.done();
      }
    }
    bytes.erase(0, begin);
    if (bytes.size() > kMaxLine && !skipping) {
      lines.count_line();
      lines.refuse({"longer than 4 MiB"});
      skipping = true;
    }
    if (skipping) bytes.clear();
    if (!more) break;
    const Result<bool> got = file.read_piece(bytes);
    if (!got.ok()) return got.error();
    more = *got;
    if (!more && !bytes.empty()) bytes += '\n';
    if (!more && bytes.empty()) break;
  }
  return lines.done();
}

}  // namespace

Result<EventsRead> read_events(const std::string& path, const Give& give, const Complain& complain) {
  const int opened = path == "-" ? STDIN_FILENO : open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (opened < 0) return Error{"cannot open `" + path + "`", errno};
  const Descriptor file(opened);
  struct stat kind {};
  if (fstat(opened, &kind) == 0 && S_ISDIR(kind.st_mode)) return Error{"cannot read events from `" + path + "`", EISDIR};
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
  while (true) {
    const Result<bool> got = file.read_piece(first);
    if (!got.ok()) return got.error();
    if (!*got) break;
  }
  // Records are read as 64-bit words: the bytes stand where such words may.
  std::vector<uint64_t> words((first.size() + 7) / 8);
  std::memcpy(words.data(), first.data(), first.size());
  auto reader = CaptureReader::over(std::as_bytes(std::span(words)).first(first.size()));
  if (!reader.ok()) return reader.error();
  return read_capture(std::move(*reader), give, complain);
}

}  // namespace recipe::reciped
