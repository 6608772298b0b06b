// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/dns_message.h"

#include <cstdint>
#include <optional>

#include "runtime/base/address.h"

namespace recipe {
namespace {

constexpr size_t kHeaderBytes = 12;
constexpr size_t kRecordBytes = 10;  // type, class, time to live, length
constexpr size_t kNameBytes = 255;
constexpr uint16_t kCutFlag = 0x0200;

enum RecordType : uint16_t { kA = 1, kNs = 2, kCname = 5, kPtr = 12, kMx = 15, kAaaa = 28, kSrv = 33 };

class Reader {
 public:
  explicit Reader(std::string_view message) : message_(message) {}

  [[nodiscard]] size_t at() const { return at_; }
  [[nodiscard]] size_t left() const { return message_.size() - at_; }
  void seek(size_t at) { at_ = at; }

  std::optional<uint16_t> number() {
    if (left() < 2) return std::nullopt;
    const auto high = static_cast<uint8_t>(message_[at_]), low = static_cast<uint8_t>(message_[at_ + 1]);
    at_ += 2;
    return static_cast<uint16_t>(high << 8 | low);
  }

  std::optional<std::string_view> bytes(size_t count) {
    if (left() < count) return std::nullopt;
    at_ += count;
    return message_.substr(at_ - count, count);
  }

  // Leaves the reader behind the name. Each pointer must point before the one that led to it.
  std::optional<std::string> name() {
    std::string out;
    size_t at = at_, lowest = at_;
    bool jumped = false;
    for (;;) {
      if (at >= message_.size()) return std::nullopt;
      const auto length = static_cast<uint8_t>(message_[at]);
      if (length >= 0xc0) {
        if (at + 1 >= message_.size()) return std::nullopt;
        const size_t target = size_t{length & 0x3fu} << 8 | static_cast<uint8_t>(message_[at + 1]);
        if (!jumped) at_ = at + 2;
        jumped = true;
        if (target >= lowest) return std::nullopt;
        at = lowest = target;
        continue;
      }
      if (length > 63 || message_.size() - at - 1 < length) return std::nullopt;
      const std::string_view label = message_.substr(at + 1, length);
      at += 1u + length;
      if (length == 0) break;
      if (label.find('.') != std::string_view::npos) return std::nullopt;
      if (!out.empty()) out.push_back('.');
      for (const char c : label) out.push_back(c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c);
      if (out.size() > kNameBytes) return std::nullopt;
    }
    if (!jumped) at_ = at;
    return out;
  }

 private:
  std::string_view message_;
  size_t at_ = 0;
};

// The value of one record, whose data the reader stands before; nullopt: it lies. Empty: of a type that is left out.
std::optional<std::string> read_value(Reader& reader, uint16_t type, size_t length) {
  switch (type) {
    case kA: {
      const auto address = reader.bytes(4);
      if (!address || length != 4) return std::nullopt;
      return format_address(std::string(10, '\0') + "\xff\xff" + std::string(*address));
    }
    case kAaaa: {
      const auto address = reader.bytes(kAddressBytes);
      if (!address || length != kAddressBytes) return std::nullopt;
      return format_address(*address);
    }
    case kMx:
    case kSrv:
      if (!reader.bytes(type == kMx ? 2 : 6)) return std::nullopt;
      return reader.name();
    case kNs:
    case kCname:
    case kPtr:
      return reader.name();
    default:
      return std::string();
  }
}

}  // namespace

DnsAnswers read_dns_answers(std::string_view message) {
  DnsAnswers out;
  if (message.size() < kHeaderBytes) return out;
  Reader reader(message);
  reader.seek(2);
  const uint16_t flags = *reader.number(), questions = *reader.number(), answers = *reader.number();
  reader.seek(kHeaderBytes);
  for (unsigned i = 0; i < questions; ++i) {
    if (!reader.name() || !reader.bytes(4)) return out;
  }
  for (unsigned i = 0; i < answers; ++i) {
    if (!reader.name() || reader.left() < kRecordBytes) return out;
    const uint16_t type = *reader.number();
    (void)reader.bytes(6);
    const size_t length = *reader.number(), begin = reader.at();
    if (reader.left() < length) return out;
    std::optional<std::string> value = read_value(reader, type, length);
    if (!value || reader.at() > begin + length) return out;
    if (!value->empty()) out.values.push_back(std::move(*value));
    reader.seek(begin + length);
  }
  out.whole = (flags & kCutFlag) == 0;
  return out;
}

}  // namespace recipe
