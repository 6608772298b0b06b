// SPDX-License-Identifier: Apache-2.0
// See text.h. Bytes that are no UTF-8 count as one character each: a text from the disk may hold them.
#include "tools/recipec/lsp/text.h"

#include <algorithm>
#include <cstddef>

namespace recipe::lsp {
namespace {

// Bytes of the character at `at`.
uint32_t width(std::string_view text, size_t at) {
  const auto head = static_cast<unsigned char>(text[at]);
  const uint32_t wanted = head < 0xc2 ? 1 : head < 0xe0 ? 2 : head < 0xf0 ? 3 : head < 0xf5 ? 4 : 1;
  if (at + wanted > text.size()) return 1;
  for (uint32_t i = 1; i < wanted; ++i) {
    if ((static_cast<unsigned char>(text[at + i]) & 0xc0) != 0x80) return 1;
  }
  return wanted;
}

uint32_t units(uint32_t bytes, Encoding encoding) {
  switch (encoding) {
    case Encoding::kUtf8:
      return bytes;
    case Encoding::kUtf16:
      return bytes == 4 ? 2 : 1;
    case Encoding::kUtf32:
      return 1;
  }
  return 1;
}

}  // namespace

Text::Text(std::string text) : text_(std::move(text)), lines_{0} {
  for (size_t i = 0; i < text_.size(); ++i) {
    if (ends_line(i)) lines_.push_back(static_cast<uint32_t>(i + 1));
  }
}

// A lone \r ends a line too, as the protocol wants it.
bool Text::ends_line(size_t i) const {
  return text_[i] == '\n' || (text_[i] == '\r' && (i + 1 == text_.size() || text_[i + 1] != '\n'));
}

void Text::replace(uint32_t begin, uint32_t end, std::string_view words) {
  begin = std::min(begin, size());
  end = std::clamp(end, begin, size());
  // Lines [first, last) are looked at anew: a \r before the change may have become a line's end, or ceased to be one.
  const auto first = std::upper_bound(lines_.begin(), lines_.end(), begin == 0 ? 0 : begin - 1) - lines_.begin();
  const auto last = std::upper_bound(lines_.begin(), lines_.end(), end + 1) - lines_.begin();
  const bool to_end = last == static_cast<std::ptrdiff_t>(lines_.size());
  text_.replace(begin, end - begin, words);
  const int64_t grown = static_cast<int64_t>(words.size()) - (end - begin);
  for (auto line = lines_.begin() + last; line != lines_.end(); ++line) *line = static_cast<uint32_t>(*line + grown);
  const size_t stop = to_end ? text_.size() : lines_[static_cast<size_t>(last)] - 1;
  std::vector<uint32_t> between;
  for (size_t i = lines_[static_cast<size_t>(first - 1)]; i < stop; ++i) {
    if (ends_line(i)) between.push_back(static_cast<uint32_t>(i + 1));
  }
  lines_.erase(lines_.begin() + first, lines_.begin() + last);
  lines_.insert(lines_.begin() + first, between.begin(), between.end());
}

std::string_view Text::line(uint32_t line) const {
  if (line >= lines_.size()) return {};
  const uint32_t end = line + 1 < lines_.size() ? lines_[line + 1] : size();
  std::string_view out = slice(lines_[line], end);
  while (!out.empty() && (out.back() == '\n' || out.back() == '\r')) out.remove_suffix(1);
  return out;
}

uint32_t Text::line_begin(uint32_t offset) const {
  return *(std::upper_bound(lines_.begin(), lines_.end(), offset) - 1);
}

std::string_view Text::slice(uint32_t begin, uint32_t end) const {
  begin = std::min(begin, size());
  return std::string_view(text_).substr(begin, std::clamp(end, begin, size()) - begin);
}

uint32_t Text::offset(TextPosition position, Encoding encoding) const {
  if (position.line >= lines_.size()) return size();
  const std::string_view words = line(position.line);
  uint32_t at = 0, passed = 0;
  while (at < words.size()) {
    const uint32_t bytes = width(words, at);
    if (passed + units(bytes, encoding) > position.character) break;
    passed += units(bytes, encoding);
    at += bytes;
  }
  return lines_[position.line] + at;
}

TextPosition Text::position(uint32_t offset, Encoding encoding) const {
  offset = std::min(offset, size());
  const auto line = static_cast<uint32_t>(std::upper_bound(lines_.begin(), lines_.end(), offset) - lines_.begin() - 1);
  uint32_t character = 0;
  for (uint32_t at = lines_[line]; at < offset;) {
    const uint32_t bytes = width(text_, at);
    if (at + bytes > offset) break;
    character += units(bytes, encoding);
    at += bytes;
  }
  return {line, character};
}

TextRange Text::range(uint32_t begin, uint32_t end, Encoding encoding) const {
  return {position(begin, encoding), position(std::max(begin, end), encoding)};
}

}  // namespace recipe::lsp
