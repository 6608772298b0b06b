// SPDX-License-Identifier: Apache-2.0
#include "compiler/syntax/literals.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <limits>
#include <vector>

namespace recipe {
namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

void append_utf8(std::string& out, uint32_t point) {
  if (point < 0x80) {
    out += static_cast<char>(point);
  } else if (point < 0x800) {
    out += static_cast<char>(0xc0 | (point >> 6));
    out += static_cast<char>(0x80 | (point & 0x3f));
  } else if (point < 0x10000) {
    out += static_cast<char>(0xe0 | (point >> 12));
    out += static_cast<char>(0x80 | ((point >> 6) & 0x3f));
    out += static_cast<char>(0x80 | (point & 0x3f));
  } else {
    out += static_cast<char>(0xf0 | (point >> 18));
    out += static_cast<char>(0x80 | ((point >> 12) & 0x3f));
    out += static_cast<char>(0x80 | ((point >> 6) & 0x3f));
    out += static_cast<char>(0x80 | (point & 0x3f));
  }
}

// Resolves the escapes of `text`, which begins at `offset` of its source.
class Unescaper {
 public:
  Unescaper(std::string_view text, Span origin, Diagnostics& diagnostics)
      : text_(text), origin_(origin), diagnostics_(diagnostics) {}

  std::string run() {
    std::string out;
    out.reserve(text_.size());
    for (size_t at = 0; at < text_.size();) {
      if (text_[at] != '\\') {
        out += text_[at++];
        continue;
      }
      at = escape(at, out);
    }
    return out;
  }

 private:
  // `at` is a backslash. Returns what follows the escape.
  size_t escape(size_t at, std::string& out) {
    const char kind = at + 1 < text_.size() ? text_[at + 1] : '\0';
    switch (kind) {
      case 'n':
        out += '\n';
        return at + 2;
      case 't':
        out += '\t';
        return at + 2;
      case '\\':
      case '"':
        out += kind;
        return at + 2;
      case 'x':
        return hex(at, out);
      case 'u':
        return code_point(at, out);
      default:
        break;
    }
    const size_t length = at + 1 < text_.size() ? 1 + std::max<size_t>(1, utf8_length(text_.substr(at + 1))) : 1;
    Diagnostic& d = report(at, length, fmt::format("unknown escape `{}`", text_.substr(at, length)), "not an escape");
    d.hints.push_back("escapes are `\\n`, `\\t`, `\\\\`, `\\\"`, `\\xHH` and `\\u{...}`");
    d.hints.push_back("in a raw string, r\"...\", a backslash stands for itself");
    d.fixes.push_back({span(at, 1), "\\\\", "write the backslash twice"});
    out += text_.substr(at, length);
    return at + length;
  }

  size_t hex(size_t at, std::string& out) {
    const int high = at + 2 < text_.size() ? hex_digit(text_[at + 2]) : -1;
    const int low = at + 3 < text_.size() ? hex_digit(text_[at + 3]) : -1;
    if (high < 0 || low < 0) {
      report(at, 2, "`\\x` needs two hexadecimal digits", "expected `\\xHH`");
      out += "\\x";
      return at + 2;
    }
    out += static_cast<char>(high * 16 + low);
    return at + 4;
  }

  size_t code_point(size_t at, std::string& out) {
    size_t end = at + 2;
    uint32_t point = 0;
    size_t digits = 0;
    if (end < text_.size() && text_[end] == '{') {
      for (++end; end < text_.size() && hex_digit(text_[end]) >= 0 && digits <= 6; ++end, ++digits) {
        point = point * 16 + static_cast<uint32_t>(hex_digit(text_[end]));
      }
    }
    const bool closed = digits > 0 && end < text_.size() && text_[end] == '}';
    if (!closed || digits > 6) {
      report(at, 2, "`\\u` needs one to six hexadecimal digits in braces", "expected `\\u{...}`");
      out += "\\u";
      return at + 2;
    }
    if (point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff)) {
      report(at, end + 1 - at, fmt::format("`{}` is not a character", text_.substr(at, end + 1 - at)),
             "expected 0 to 10ffff without d800 to dfff");
    } else {
      append_utf8(out, point);
    }
    return end + 1;
  }

  [[nodiscard]] Span span(size_t at, size_t length) const {
    const auto begin = origin_.begin + static_cast<uint32_t>(at);
    return {origin_.source, begin, begin + static_cast<uint32_t>(length)};
  }
  Diagnostic& report(size_t at, size_t length, std::string message, std::string label) {
    return diagnostics_.add(Code::kEscape, span(at, length), std::move(message), std::move(label));
  }

  std::string_view text_;
  Span origin_;
  Diagnostics& diagnostics_;
};

bool is_blank(std::string_view line) {
  return line.find_first_not_of(" \t\r") == std::string_view::npos;
}

// Before: "\n    one\n      two\n    "   after: "one\n  two\n". CR LF becomes LF.
std::string remove_indentation(std::string_view text) {
  std::vector<std::string_view> lines;
  for (size_t at = 0; at <= text.size();) {
    const size_t newline = std::min(text.find('\n', at), text.size());
    std::string_view line = text.substr(at, newline - at);
    if (line.ends_with('\r')) line.remove_suffix(1);
    lines.push_back(line);
    at = newline + 1;
  }
  size_t indentation = std::string_view::npos;
  for (size_t i = 1; i < lines.size(); ++i) {
    if (!is_blank(lines[i])) indentation = std::min(indentation, lines[i].find_first_not_of(" \t"));
  }
  std::string out;
  for (size_t i = 0; i < lines.size(); ++i) {
    if (i == 0 && is_blank(lines[0]) && lines.size() > 1) continue;
    std::string_view line = lines[i];
    if (i > 0) line = is_blank(line) ? std::string_view() : line.substr(std::min(indentation, line.size()));
    out += line;
    if (i + 1 < lines.size()) out += '\n';
  }
  return out;
}

std::optional<int64_t> scaled(std::string_view digits, int base, int64_t scale) {
  int64_t number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number, base);
  if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  int64_t product = 0;
  if (__builtin_mul_overflow(number, scale, &product)) return std::nullopt;
  return product;
}

}  // namespace

size_t utf8_length(std::string_view text) {
  const auto byte = [&](size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u; };
  const auto tail = [&](size_t i) { return (byte(i) & 0xc0) == 0x80; };
  if (text.empty()) return 0;
  const unsigned first = byte(0);
  if (first < 0x80) return 1;
  if (first < 0xc2) return 0;
  if (first < 0xe0) return tail(1) ? 2 : 0;
  if (first < 0xf0) {
    if (!tail(1) || !tail(2) || (first == 0xe0 && byte(1) < 0xa0) || (first == 0xed && byte(1) > 0x9f)) return 0;
    return 3;
  }
  if (first > 0xf4 || !tail(1) || !tail(2) || !tail(3)) return 0;
  return (first == 0xf0 && byte(1) < 0x90) || (first == 0xf4 && byte(1) > 0x8f) ? 0 : 4;
}

std::string read_string(std::string_view written, Span span, Diagnostics& diagnostics) {
  if (written.starts_with("r#\"")) return std::string(written.substr(3, written.size() - 5));
  if (written.starts_with("r\"")) return std::string(written.substr(2, written.size() - 3));
  const size_t quotes = written.size() >= 6 && written.starts_with("\"\"\"") ? 3 : 1;
  const std::string_view inner = written.substr(quotes, written.size() - 2 * quotes);
  const Span origin{span.source, span.begin + static_cast<uint32_t>(quotes), span.end};
  if (quotes == 1) return Unescaper(inner, origin, diagnostics).run();

  const std::string text = remove_indentation(inner);
  if (text.find('\\') == std::string::npos) return text;
  // Escapes are judged where they are written, and resolved where the indentation is gone.
  static_cast<void>(Unescaper(inner, origin, diagnostics).run());
  Diagnostics reported;
  return Unescaper(text, origin, reported).run();
}

std::optional<int64_t> read_integer(std::string_view written) {
  if (written.starts_with("0x")) return scaled(written.substr(2), 16, 1);
  if (written.starts_with("0o")) return scaled(written.substr(2), 8, 1);
  if (written.ends_with("KiB")) return scaled(written.substr(0, written.size() - 3), 10, 1 << 10);
  if (written.ends_with("MiB")) return scaled(written.substr(0, written.size() - 3), 10, 1 << 20);
  if (written.ends_with("GiB")) return scaled(written.substr(0, written.size() - 3), 10, 1 << 30);
  return scaled(written, 10, 1);
}

std::optional<int64_t> read_duration(std::string_view written) {
  constexpr int64_t kMillisecond = 1'000'000;
  constexpr int64_t kSecond = 1000 * kMillisecond;
  const size_t unit = std::min(written.find_first_not_of("0123456789"), written.size());
  const std::string_view digits = written.substr(0, unit);
  const std::string_view name = written.substr(unit);
  if (name == "ms") return scaled(digits, 10, kMillisecond);
  if (name == "s") return scaled(digits, 10, kSecond);
  if (name == "m") return scaled(digits, 10, 60 * kSecond);
  if (name == "h") return scaled(digits, 10, 3600 * kSecond);
  if (name == "d") return scaled(digits, 10, 24 * 3600 * kSecond);
  return std::nullopt;
}

}  // namespace recipe
