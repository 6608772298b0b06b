// SPDX-License-Identifier: Apache-2.0
// Times and names of detections, and text that is safe on a terminal.
#include <fmt/format.h>
#include <sys/random.h>

#include <array>
#include <ctime>

#include "runtime/base/utf8.h"
#include "runtime/report/report.h"

namespace recipe {
namespace {

// What a terminal acts upon, or what makes text look other than it is: C0, DEL, C1, line and paragraph separators, marks of
// direction (a file name may otherwise turn the line around), and the zero-width ones.
bool is_control(char32_t c) {
  return c < 0x20 || (c >= 0x7f && c < 0xa0) || (c >= 0x200b && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e) ||
         (c >= 0x2060 && c <= 0x206f) || c == 0x061c || c == 0xfeff || (c >= 0xe0000 && c <= 0xe007f);
}

}  // namespace

// RFC 9562: 48 bits of milliseconds, version 7, 74 random bits.
std::string uuid_v7(int64_t time_unix_ns) {
  std::array<unsigned char, 16> bytes{};
  const ssize_t filled = getrandom(bytes.data(), bytes.size(), 0);
  assert(filled == static_cast<ssize_t>(bytes.size()));  // of at most 256 bytes it does not fail once the system is up
  (void)filled;
  const auto ms = static_cast<uint64_t>(time_unix_ns > 0 ? time_unix_ns / 1'000'000 : 0);
  for (int i = 0; i < 6; ++i) bytes[i] = static_cast<unsigned char>(ms >> (40 - 8 * i));
  bytes[6] = static_cast<unsigned char>(0x70 | (bytes[6] & 0x0f));
  bytes[8] = static_cast<unsigned char>(0x80 | (bytes[8] & 0x3f));
  std::string text;
  for (size_t i = 0; i < bytes.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
    text += fmt::format("{:02x}", bytes[i]);
  }
  return text;
}

std::string rfc3339(int64_t time_unix_ns) {
  int64_t seconds = time_unix_ns / 1'000'000'000, rest = time_unix_ns % 1'000'000'000;
  if (rest < 0) {
    --seconds;
    rest += 1'000'000'000;
  }
  const auto when = static_cast<time_t>(seconds);
  tm parts{};
  gmtime_r(&when, &parts);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:09}Z", parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday,
                     parts.tm_hour, parts.tm_min, parts.tm_sec, rest);
}

std::string printable(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (size_t at = 0; at < text.size();) {
    const Utf8 next = decode_utf8(text.substr(at));
    if (next.valid && !is_control(next.code)) {
      out.append(text.substr(at, next.bytes));
    } else {
      for (size_t i = 0; i < next.bytes; ++i) out += fmt::format("\\x{:02x}", static_cast<unsigned char>(text[at + i]));
    }
    at += next.bytes;
  }
  return out;
}

// XML 1.0 has no control characters, not even escaped, and no U+FFFE and U+FFFF: words are made of them.
std::string escape_markup(std::string_view text) {
  std::string out;
  for (size_t at = 0; at < text.size();) {
    const Utf8 next = decode_utf8(text.substr(at));
    if (text[at] == '\n') {
      out += "&#10;";
    } else if (!next.valid || next.code < 0x20 || next.code == 0xfffe || next.code == 0xffff) {
      for (size_t i = 0; i < next.bytes; ++i) out += fmt::format("\\x{:02x}", static_cast<unsigned char>(text[at + i]));
    } else if (text[at] == '&' || text[at] == '<' || text[at] == '>' || text[at] == '"' || text[at] == '\'') {
      out += fmt::format("&#{};", static_cast<int>(text[at]));
    } else {
      out += text.substr(at, next.bytes);
    }
    at += next.bytes;
  }
  return out;
}

}  // namespace recipe
