// SPDX-License-Identifier: Apache-2.0
// See frame.h.
#include "tools/recipec/lsp/frame.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace recipe::lsp {
namespace {

constexpr std::string_view kEnd = "\r\n\r\n";
constexpr std::string_view kName = "content-length:";
constexpr size_t kShown = 80;

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

size_t find_name(std::string_view text, size_t from) {
  const auto at = std::search(text.begin() + static_cast<ptrdiff_t>(from), text.end(), kName.begin(), kName.end(),
                              [](char a, char b) { return lower(a) == b; });
  return at == text.end() ? std::string_view::npos : static_cast<size_t>(at - text.begin());
}

// The value of Content-Length among the lines of a header; nullopt: none, or no number. At most 10^18.
std::optional<size_t> length_of(std::string_view header) {
  const size_t name = find_name(header, 0);
  if (name == std::string_view::npos) return std::nullopt;
  size_t at = name + kName.size();
  while (at < header.size() && header[at] == ' ') ++at;
  size_t length = 0, digits = 0;
  for (; at < header.size() && header[at] >= '0' && header[at] <= '9' && digits < 18; ++at, ++digits)
    length = length * 10 + static_cast<size_t>(header[at] - '0');
  const bool ends = at == header.size() || header[at] == '\r' || header[at] == ' ';
  return digits > 0 && ends ? std::optional(length) : std::nullopt;
}

}  // namespace

void FrameReader::feed(std::string_view bytes) {
  const size_t passed = std::min(skip_, bytes.size());
  skip_ -= passed;
  bytes.remove_prefix(passed);
  if (at_ > 0) bytes_.erase(0, std::exchange(at_, 0));
  bytes_.append(bytes);
}

void FrameReader::read_header() {
  const std::string_view rest = std::string_view(bytes_).substr(at_);
  const size_t end = rest.substr(0, kMaxHeaderBytes + kEnd.size()).find(kEnd);
  const bool whole = end != std::string_view::npos;
  if (whole) {
    if (const std::optional<size_t> length = length_of(rest.substr(0, end))) {
      at_ += end + kEnd.size();
      lost_ = false;
      length_ = *length;
      if (length_ <= kMaxMessageBytes) {
        body_ = true;
        return;
      }
      faults_.push_back({Frame::Kind::kTooLong, std::to_string(length_)});
      const size_t here = std::min(length_, bytes_.size() - at_);
      at_ += here;
      skip_ = length_ - here;
      return;
    }
  }
  if (!whole && rest.size() <= kMaxHeaderBytes) return;  // more may come
  // No header: on to where the next may begin. A name that is cut by the end of what has arrived is kept.
  if (!lost_) faults_.push_back({Frame::Kind::kNoHeader, std::string(rest.substr(0, kShown))});
  lost_ = true;
  const size_t next = find_name(rest, std::min<size_t>(1, rest.size()));
  const size_t keep = std::min(rest.size(), kName.size() - 1);
  at_ += next != std::string_view::npos ? next : rest.size() - keep;
}

bool FrameReader::read_body(Frame& frame) {
  if (bytes_.size() - at_ < length_) return false;
  frame = {Frame::Kind::kMessage, bytes_.substr(at_, length_)};
  at_ += length_;
  body_ = false;
  return true;
}

bool FrameReader::next(Frame& frame) {
  while (true) {
    if (!faults_.empty()) {
      frame = std::move(faults_.front());
      faults_.pop_front();
      return true;
    }
    if (body_) return read_body(frame);
    const size_t before = at_;
    read_header();
    if (!body_ && faults_.empty() && at_ == before) return false;
  }
}

bool fits(std::string_view message) {
  size_t parts = 0, depth = 0;
  bool in_string = false;
  for (size_t i = 0; i < message.size(); ++i) {
    const char c = message[i];
    if (in_string) {
      if (c == '\\') ++i;
      in_string = c != '"';
      continue;
    }
    if (c == '"') in_string = true;
    if (c == '[' || c == '{') ++depth;
    if ((c == ']' || c == '}') && depth > 0) --depth;
    if (c == '[' || c == '{' || c == ',' || c == ':') ++parts;
    if (depth > kMaxMessageDepth || parts > kMaxMessageParts) return false;
  }
  return true;
}

std::string framed(std::string_view message) {
  std::string out = "Content-Length: " + std::to_string(message.size()) + "\r\n\r\n";
  return out.append(message);
}

}  // namespace recipe::lsp
