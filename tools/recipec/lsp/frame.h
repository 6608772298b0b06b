// SPDX-License-Identifier: Apache-2.0
// Bytes of an editor → messages: `Content-Length: N`, an empty line, N bytes. Whatever arrives, memory stays bounded: a message
// that is too long is passed over, not kept, and what is no header is passed over up to the next one.
#pragma once
#include <cstddef>
#include <deque>
#include <string>
#include <string_view>

namespace recipe::lsp {

inline constexpr size_t kMaxHeaderBytes = 4096;
inline constexpr size_t kMaxMessageBytes = 16u << 20;  // a document of some 8 MiB, every byte of it escaped
// Values and names in one message. A parsed value takes up to some 100 bytes, so this bounds what a message may become.
inline constexpr size_t kMaxMessageParts = 1u << 18;
inline constexpr size_t kMaxMessageDepth = 64;

struct Frame {
  enum class Kind : unsigned char {
    kMessage,
    kTooLong,   // text: how long, in digits
    kNoHeader,  // text: what stood there, at most 80 bytes
  } kind = Kind::kMessage;
  std::string text;
};

class FrameReader {
 public:
  void feed(std::string_view bytes);
  // false: no whole message has arrived.
  bool next(Frame& frame);

 private:
  void read_header();
  bool read_body(Frame& frame);

  std::string bytes_;
  size_t at_ = 0;      // of bytes_: what is before it has been read
  size_t length_ = 0;  // of the message whose header has been read
  size_t skip_ = 0;    // bytes of a message that is too long, still to come
  bool body_ = false;  // a header has been read
  bool lost_ = false;  // between messages stands what is no header; it was reported
  std::deque<Frame> faults_;
};

// Whether a message is small enough to be parsed: counted without parsing.
[[nodiscard]] bool fits(std::string_view message);

// The bytes that carry `message`.
[[nodiscard]] std::string framed(std::string_view message);

}  // namespace recipe::lsp
