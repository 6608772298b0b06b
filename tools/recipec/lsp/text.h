// SPDX-License-Identifier: Apache-2.0
// The text of one file as an editor counts it: lines and characters from 0, characters in the unit that was agreed upon.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace recipe::lsp {

enum class Encoding : uint8_t { kUtf8, kUtf16, kUtf32 };

struct TextPosition {
  uint32_t line = 0;
  uint32_t character = 0;  // in units of the encoding
};

struct TextRange {
  TextPosition begin, end;
};

inline constexpr uint32_t kMaxTextBytes = 4u << 20;  // of a document that is looked into while it is typed

class Text {
 public:
  Text() : Text(std::string()) {}
  explicit Text(std::string text);

  [[nodiscard]] const std::string& bytes() const { return text_; }
  [[nodiscard]] uint32_t size() const { return static_cast<uint32_t>(text_.size()); }
  // Bytes [begin, end) become `words`; costs the bytes behind them, not a new look at every line.
  void replace(uint32_t begin, uint32_t end, std::string_view words);
  // What lies behind the end of a line, or of the text, is its end. Within a character: its beginning.
  [[nodiscard]] uint32_t offset(TextPosition position, Encoding encoding) const;
  [[nodiscard]] TextPosition position(uint32_t offset, Encoding encoding) const;
  [[nodiscard]] TextRange range(uint32_t begin, uint32_t end, Encoding encoding) const;
  [[nodiscard]] std::string_view slice(uint32_t begin, uint32_t end) const;
  // The line without its end; empty where there is none.
  [[nodiscard]] std::string_view line(uint32_t line) const;
  [[nodiscard]] uint32_t line_begin(uint32_t offset) const;
  [[nodiscard]] uint32_t lines() const { return static_cast<uint32_t>(lines_.size()); }

 private:
  // A line begins behind byte i.
  [[nodiscard]] bool ends_line(size_t i) const;

  std::string text_;
  std::vector<uint32_t> lines_;  // offset of each line's first byte
};

}  // namespace recipe::lsp
