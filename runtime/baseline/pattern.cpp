// SPDX-License-Identifier: Apache-2.0
// Matching works on the escaped text of both sides. A `*` that `thing` holds itself (it may be an entry too) is one more sign,
// which only a `*` of `entry` takes: so what fits as text is included as a set.
#include "runtime/baseline/pattern.h"

#include <algorithm>
#include <iterator>

#include "runtime/base/address.h"
#include "runtime/base/utf8.h"

namespace recipe {
namespace {

constexpr std::string_view kAnyDepth = "/**";

bool is_hexadecimal(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

// White space, control characters and marks of text direction: what a reader of a diff would not see as it is.
bool is_hidden(char32_t code) {
  return code <= 0x20 || (code >= 0x7f && code <= 0xa0) || code == 0x200e || code == 0x200f ||
         (code >= 0x2000 && code <= 0x200d) || (code >= 0x2028 && code <= 0x202f) || (code >= 0x2066 && code <= 0x2069) ||
         code == 0xfeff;
}

void append_hex(std::string& out, std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    out += "\\x";
    out += kDigits[byte >> 4];
    out += kDigits[byte & 15];
  }
}

// Bytes of the sign at the beginning of escaped text: an escape, or one byte.
size_t sign(std::string_view text) {
  if (text[0] != '\\' || text.size() < 2) return 1;
  return text[1] == 'x' ? std::min<size_t>(4, text.size()) : 2;
}

// entry's `*` takes any signs but a slash. Linear but for the last star: no pattern makes it slow.
bool fits(std::string_view entry, std::string_view thing) {
  size_t at = 0, seen = 0, star = std::string_view::npos, mark = 0;
  while (seen < thing.size()) {
    const std::string_view next = thing.substr(seen, sign(thing.substr(seen)));
    if (at < entry.size() && entry[at] == '*') {
      star = at++;
      mark = seen;
    } else if (at < entry.size() && entry.substr(at, sign(entry.substr(at))) == next) {
      at += next.size();
      seen += next.size();
    } else if (star != std::string_view::npos && thing[mark] != '/') {
      mark += sign(thing.substr(mark));
      seen = mark;
      at = star + 1;
    } else {
      return false;
    }
  }
  while (at < entry.size() && entry[at] == '*') ++at;
  return at == entry.size();
}

bool covers_path(std::string_view entry, std::string_view thing) {
  const bool deep = thing.ends_with(kAnyDepth);
  if (!entry.ends_with(kAnyDepth)) return !deep && fits(entry, thing);
  entry.remove_suffix(kAnyDepth.size());
  // As many components of `thing` as the entry has in front of its `**`, and at least one more.
  size_t end = 0;
  for (auto slashes = std::count(entry.begin(), entry.end(), '/') + 1; slashes > 0; --slashes) {
    end = thing.find('/', end);
    if (end == std::string_view::npos) return false;
    ++end;
  }
  return fits(entry, thing.substr(0, end - 1));
}

// HOST:PORT/PROTOCOL → HOST and the rest, the colon with it.
std::pair<std::string_view, std::string_view> split_peer(std::string_view text) {
  const size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return {text, {}};
  return {text.substr(0, colon), text.substr(colon)};
}

std::string_view without_brackets(std::string_view host) {
  if (host.starts_with('[') && host.ends_with(']') && host.size() > 2) return host.substr(1, host.size() - 2);
  return host;
}

bool covers_peer(std::string_view entry, std::string_view thing) {
  const auto [host, port] = split_peer(entry);
  const auto [asked, asked_port] = split_peer(thing);
  if (host.find('/') == std::string_view::npos) return fits(entry, thing);
  if (!fits(port, asked_port)) return false;
  if (fits(host, asked)) return true;
  const auto range = parse_range(without_brackets(host));
  const auto address = parse_address(without_brackets(asked));
  return range && address && lies_within(*address, *range);
}

}  // namespace

std::string_view thing_name(ThingKind kind) {
  return kThingNames[static_cast<size_t>(kind)];
}

std::optional<ThingKind> find_thing(std::string_view name) {
  const auto* row = std::find(std::begin(kThingNames), std::end(kThingNames), name);
  if (row == std::end(kThingNames)) return std::nullopt;
  return static_cast<ThingKind>(row - std::begin(kThingNames));
}

std::string escape_thing(std::string_view bytes) {
  std::string out;
  for (size_t i = 0; i < bytes.size();) {
    const Utf8 next = decode_utf8(bytes.substr(i));
    const std::string_view character = bytes.substr(i, next.bytes);
    if (!next.valid || is_hidden(next.code)) {
      append_hex(out, character);
    } else {
      if (std::string_view("\\*{").find(bytes[i]) != std::string_view::npos) out += '\\';
      out += character;
    }
    i += next.bytes;
  }
  return out;
}

std::optional<std::string> wrong_in(ThingKind kind, std::string_view text) {
  if (text.empty()) return "it names nothing";
  for (size_t i = 0; i < text.size();) {
    const Utf8 next = decode_utf8(text.substr(i));
    if (!next.valid || is_hidden(next.code)) return "it holds a byte that is written as \\xHH";
    if (text[i] == '\\') {
      const std::string_view escape = text.substr(i, sign(text.substr(i)));
      const bool hex = escape.size() == 4 && escape[1] == 'x' && is_hexadecimal(escape[2]) && is_hexadecimal(escape[3]);
      const bool plain = escape.size() == 2 && std::string_view("\\*{").find(escape[1]) != std::string_view::npos;
      if (!hex && !plain) return "behind a backslash stands one of \\ * { or xHH";
      i += escape.size();
      continue;
    }
    if (text[i] == '{') {
      const size_t end = text.find('}', i);
      const std::string_view name = text.substr(i + 1, end == std::string_view::npos ? 0 : end - i - 1);
      const bool word =
          !name.empty() && std::all_of(name.begin(), name.end(), [](char c) { return (c >= 'a' && c <= 'z') || c == '-'; });
      if (!word) return "a `{` that begins no {placeholder} is written as \\{";
      i = end + 1;
      continue;
    }
    if (text.substr(i, 2) == "**") {
      const bool path = kind == ThingKind::kExec || kind == ThingKind::kWrite;
      if (!path || i == 0 || text[i - 1] != '/' || i + 2 != text.size())
        return "`**` stands for the end of a path, behind its last `/`";
      break;
    }
    i += next.bytes;
  }
  return std::nullopt;
}

bool covers(ThingKind kind, std::string_view entry, std::string_view thing) {
  switch (kind) {
    case ThingKind::kExec:
    case ThingKind::kWrite:
      return covers_path(entry, thing);
    case ThingKind::kConnect:
      return covers_peer(entry, thing);
    case ThingKind::kAsk:
      return fits(entry, thing);
  }
  return false;
}

}  // namespace recipe
