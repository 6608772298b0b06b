// SPDX-License-Identifier: Apache-2.0
// See read_lines.h.
#include "tools/common/read_lines.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

namespace recipe {
namespace {

constexpr size_t kPiece = 256u << 10;

}  // namespace

Result<Descriptor> Descriptor::open(const std::string& path) {
  Descriptor file(path == "-" ? STDIN_FILENO : ::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.descriptor_ < 0) return Error{"cannot open `" + path + "`", errno};
  struct stat kind {};
  if (fstat(file.descriptor_, &kind) == 0 && S_ISDIR(kind.st_mode)) return Error{"cannot read `" + path + "`", EISDIR};
  return file;
}

Descriptor::~Descriptor() {
  if (descriptor_ > STDERR_FILENO) close(descriptor_);
}

Result<bool> Descriptor::read_piece(std::string& bytes) const {
  const size_t before = bytes.size();
  bytes.resize(before + kPiece);
  ssize_t got = 0;
  do got = read(descriptor_, bytes.data() + before, kPiece);
  while (got < 0 && errno == EINTR);
  const int code = errno;
  bytes.resize(before + static_cast<size_t>(std::max<ssize_t>(got, 0)));
  if (got < 0) return Error{"cannot read", code};
  return got > 0;
}

Status read_lines(const Descriptor& file, std::string bytes, const std::function<bool(const Line&)>& take) {
  uint64_t number = 0;
  bool more = true, skipping = false;  // skipping: inside a line that is too long
  while (true) {
    size_t begin = 0;
    for (size_t end = bytes.find('\n'); end != std::string::npos; end = bytes.find('\n', begin)) {
      std::string_view line = std::string_view(bytes).substr(begin, end - begin);
      begin = end + 1;
      if (skipping) {
        skipping = false;
        continue;
      }
      ++number;
      if (line.ends_with('\r')) line.remove_suffix(1);
      if (line.find_first_not_of(" \t") != std::string_view::npos && !take({number, line})) return Done{};
    }
    bytes.erase(0, begin);
    if (bytes.size() > kMaxLine && !skipping) {
      if (!take({++number, {}, true})) return Done{};
      skipping = true;
    }
    if (skipping) bytes.clear();
    if (!more) return Done{};
    const Result<bool> got = file.read_piece(bytes);
    if (!got.ok()) return got.error();
    more = *got;
    if (!more && !bytes.empty()) bytes += '\n';
    if (!more && bytes.empty()) return Done{};
  }
}

}  // namespace recipe
