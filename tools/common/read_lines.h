// SPDX-License-Identifier: Apache-2.0
// A descriptor in pieces and in lines of bounded length, whatever the length of the whole.
#pragma once
#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "runtime/base/result.h"

namespace recipe {

inline constexpr size_t kMaxLine = 4u << 20;  // the largest record is 16 KiB; as JSON, six bytes for each at most

class Descriptor {
 public:
  // "-" is stdin. EISDIR where it is a folder.
  [[nodiscard]] static Result<Descriptor> open(const std::string& path);
  explicit Descriptor(int descriptor) : descriptor_(descriptor) {}
  Descriptor(Descriptor&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  ~Descriptor();
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  // Appends a piece; false: the end.
  [[nodiscard]] Result<bool> read_piece(std::string& bytes) const;
  [[nodiscard]] int number() const { return descriptor_; }

 private:
  int descriptor_;
};

struct Line {
  uint64_t number = 0;  // from 1
  std::string_view text;
  bool too_long = false;  // more than kMaxLine: text is empty
};

// `first`: what was read already. take: false stops. Blank lines are counted and not given; a '\r' at the end is no part of a
// line.
[[nodiscard]] Status read_lines(const Descriptor& file, std::string first, const std::function<bool(const Line&)>& take);

}  // namespace recipe
