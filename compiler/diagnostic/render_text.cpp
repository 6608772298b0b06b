// SPDX-License-Identifier: Apache-2.0
// What an author sees:
//
//     error[E0107]: unknown field `proces.name`
//       --> rules/execution/code_on_the_fly.recipe:14:10
//        |
//     14 |        proces.name in [perl, ruby, node] and argv contains "-e"
//        |        ^^^^^^^^^^^ did you mean `process.name`?
//        = note: ...
//        = help: ...
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "compiler/diagnostic/render.h"

namespace recipe {
namespace {

constexpr std::string_view kReset = "\x1b[0m";
constexpr std::string_view kBold = "\x1b[1m";
constexpr std::string_view kRed = "\x1b[1;31m";
constexpr std::string_view kYellow = "\x1b[1;33m";
constexpr std::string_view kBlue = "\x1b[1;34m";

std::string_view colour_of(Severity severity) {
  switch (severity) {
    case Severity::kNote:
      return kBlue;
    case Severity::kWarning:
      return kYellow;
    case Severity::kError:
      return kRed;
  }
  return {};
}

// One piece of a source line as it is shown: its first byte, its text, its width.
struct Glyph {
  uint32_t byte;
  std::string text;
  size_t width;
};

// UTF-8 is shown as it is, one column a code point; what could move the cursor or is no UTF-8 is shown as \xHH.
std::vector<Glyph> glyphs_of(std::string_view line) {
  std::vector<Glyph> glyphs;
  for (size_t at = 0; at < line.size();) {
    const auto byte = static_cast<unsigned char>(line[at]);
    size_t length = 1;
    while (byte >= 0xc0 && at + length < line.size() && length < 4 &&
           (static_cast<unsigned char>(line[at + length]) & 0xc0) == 0x80) {
      ++length;
    }
    const size_t wanted = byte < 0x80 ? 1 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
    const bool control =
        byte < 0x20 || byte == 0x7f || (byte == 0xc2 && length == 2 && static_cast<unsigned char>(line[at + 1]) < 0xa0);
    // U+202A to U+202E and U+2066 to U+2069 reorder what follows them; nothing of a source may do that to its reader.
    const bool reorders = length == 3 && byte == 0xe2 &&
                          ((line[at + 1] == '\x80' && line[at + 2] >= '\xaa' && line[at + 2] <= '\xae') ||
                           (line[at + 1] == '\x81' && line[at + 2] >= '\xa6' && line[at + 2] <= '\xa9'));
    const auto first = static_cast<uint32_t>(at);
    if (byte == '\t') {
      glyphs.push_back({first, " ", 1});
      ++at;
    } else if (control || reorders || length != wanted || (byte >= 0x80 && byte < 0xc2) || byte > 0xf4) {
      std::string escaped;
      const size_t taken = control || reorders ? length : 1;
      for (size_t i = 0; i < taken; ++i) escaped += fmt::format("\\x{:02x}", static_cast<unsigned char>(line[at + i]));
      const size_t width = escaped.size();
      glyphs.push_back({first, std::move(escaped), width});
      at += taken;
    } else {
      glyphs.push_back({first, std::string(line.substr(at, length)), 1});
      at += length;
    }
  }
  return glyphs;
}

// A label's share of one line, in bytes from the line's start.
struct Mark {
  uint32_t begin, end;
  bool primary;
  std::string_view text;  // behind the underline; empty on all lines of a span but its last
};

class TextRenderer {
 public:
  TextRenderer(const Sources& sources, bool colour) : sources_(sources), colour_(colour) {}

  void add(const Diagnostic& d) {
    const CodeInfo& code = info(d.code);
    if (!out_.empty()) out_ += '\n';
    out_ += paint(colour_of(d.severity), fmt::format("{}[{}]", severity_word(d.severity), code.text));
    out_ += paint(kBold, ": " + one_line(d.message)) + '\n';
    severity_ = d.severity;
    if (d.primary.span.source.valid()) add_places(d);
    for (const std::string& note : d.notes) add_aside("note", note);
    for (const std::string& hint : d.hints) add_aside("help", hint);
  }

  std::string take() { return std::move(out_); }

 private:
  void add_aside(std::string_view what, std::string_view text) {
    out_ += gutter() + paint(kBlue, "= ") + paint(kBold, what) + ": " + one_line(text) + '\n';
  }

  static constexpr uint32_t kShownLines = 6;  // of one span; what lies between is left out

  void add_places(const Diagnostic& d) {
    // The primary's file first, then the others, each with its lines in order.
    std::vector<SourceId> files{d.primary.span.source};
    for (const Label& label : d.secondary) {
      if (label.span.source.valid() && std::find(files.begin(), files.end(), label.span.source) == files.end()) {
        files.push_back(label.span.source);
      }
    }
    std::map<SourceId, std::map<uint32_t, std::vector<Mark>>> lines;
    mark(d.primary, true, lines[d.primary.span.source]);
    for (const Label& label : d.secondary) {
      if (label.span.source.valid()) mark(label, false, lines[label.span.source]);
    }
    uint32_t last = 1;
    for (const auto& [file, marked] : lines) last = std::max(last, marked.rbegin()->first);
    width_ = std::to_string(last).size();
    for (const SourceId file : files) {
      const bool primary = file == d.primary.span.source;
      uint32_t offset = primary ? d.primary.span.begin : UINT32_MAX;
      for (const Label& label : d.secondary) {
        if (!primary && label.span.source == file) offset = std::min(offset, label.span.begin);
      }
      const Position place = sources_.position(file, offset);
      out_ += std::string(width_, ' ') + paint(kBlue, primary ? "--> " : "::: ") +
              fmt::format("{}:{}:{}\n", one_line(sources_[file].path), place.line, place.column);
      out_ += gutter() + paint(kBlue, "|") + '\n';
      uint32_t before = 0;
      for (const auto& [line, marks] : lines[file]) {
        if (before != 0 && line > before + 1) out_ += paint(kBlue, "...") + '\n';
        add_line(file, line, marks);
        before = line;
      }
    }
  }

  void mark(const Label& label, bool primary, std::map<uint32_t, std::vector<Mark>>& lines) const {
    const SourceId source = label.span.source;
    const Position begin = sources_.position(source, label.span.begin);
    // A span's end is one past its last byte: that byte's line is the last one.
    const uint32_t last_byte = label.span.end > label.span.begin ? label.span.end - 1 : label.span.begin;
    const Position end = sources_.position(source, last_byte);
    for (uint32_t line = begin.line; line <= end.line; ++line) {
      if (end.line - begin.line >= kShownLines && line == begin.line + 2) line = end.line - 1;
      const std::string_view text = sources_.line_text(source, line);
      const auto size = static_cast<uint32_t>(text.size());
      const auto first_word = static_cast<uint32_t>(std::min(text.find_first_not_of(" \t"), text.size()));
      Mark m{line == begin.line ? begin.column - 1 : first_word, line == end.line ? end.column : size, primary, {}};
      if (line == end.line) m.text = label.text;
      lines[line].push_back(m);
    }
  }

  void add_line(SourceId source, uint32_t line, std::vector<Mark> marks) {
    const std::string_view text = sources_.line_text(source, line);
    std::stable_sort(marks.begin(), marks.end(), [](const Mark& a, const Mark& b) { return a.begin < b.begin; });
    const auto anchor = std::find_if(marks.begin(), marks.end(), [](const Mark& m) { return m.primary; });
    const Mark& shown = anchor == marks.end() ? marks.front() : *anchor;
    const auto [window, cut_left, cut_right] = cut_around(text, shown.begin);
    const std::vector<Glyph> glyphs = glyphs_of(text.substr(window.first, window.second - window.first));

    std::string shown_text = cut_left ? "..." : "";
    for (const Glyph& glyph : glyphs) shown_text += glyph.text;
    if (cut_right) shown_text += "...";
    shown_text.erase(shown_text.find_last_not_of(' ') + 1);
    out_ += paint(kBlue, fmt::format("{:>{}} |", line, width_)) + (shown_text.empty() ? "" : " " + shown_text) + '\n';

    // One row of underlines a mark: rows are few, and two on one line never run into each other.
    for (const Mark& m : marks) {
      const size_t lead = cut_left ? 3 : 0;
      const size_t begin = lead + column_of(glyphs, m.begin, window.first);
      const size_t end = std::max(begin + 1, lead + column_of(glyphs, m.end, window.first));
      std::string row = std::string(end - begin, m.primary ? '^' : '-');
      if (!m.text.empty()) row += ' ' + one_line(m.text);
      out_ += gutter() + paint(kBlue, "|") + ' ' + std::string(begin, ' ') +
              paint(m.primary ? colour_of(severity_) : kBlue, row) + '\n';
    }
  }

  // The bytes of a line that are shown: all, or kShownColumns that begin a third of that before `focus`.
  struct Cut {
    std::pair<size_t, size_t> window;
    bool left, right;
  };
  static Cut cut_around(std::string_view text, size_t focus) {
    if (text.size() <= kShownColumns) return {{0, text.size()}, false, false};
    size_t begin = focus > kShownColumns * 2 / 3 ? focus - kShownColumns / 3 : 0;
    begin = std::min(begin, text.size() - kShownColumns);
    size_t end = begin + kShownColumns;
    const auto inside = [&](size_t at) { return at < text.size() && (static_cast<unsigned char>(text[at]) & 0xc0) == 0x80; };
    for (int i = 0; i < 3 && begin > 0 && inside(begin); ++i) --begin;
    for (int i = 0; i < 3 && inside(end); ++i) ++end;
    return {{begin, end}, begin > 0, end < text.size()};
  }

  // The column of a byte of the line, counted in what is shown. Behind the last glyph: one past it.
  static size_t column_of(const std::vector<Glyph>& glyphs, size_t byte, size_t window_begin) {
    size_t column = 0;
    for (const Glyph& glyph : glyphs) {
      if (window_begin + glyph.byte >= byte) return column;
      column += glyph.width;
    }
    return column;
  }

  static std::string one_line(std::string_view text) {
    std::string out;
    for (const Glyph& glyph : glyphs_of(text)) out += glyph.text;
    return out;
  }

  std::string gutter() const { return std::string(width_ + 1, ' '); }
  std::string paint(std::string_view colour, std::string_view text) const {
    return colour_ ? fmt::format("{}{}{}", colour, text, kReset) : std::string(text);
  }

  const Sources& sources_;
  bool colour_;
  std::string out_;
  size_t width_ = 1;
  Severity severity_ = Severity::kError;
};

std::string counted(size_t n, std::string_view noun) {
  return fmt::format("{} {}{}", n, noun, n == 1 ? "" : "s");
}

}  // namespace

std::string_view severity_word(Severity severity) {
  switch (severity) {
    case Severity::kNote:
      return "note";
    case Severity::kWarning:
      return "warning";
    case Severity::kError:
      return "error";
  }
  return {};
}

std::string render_text(const Diagnostics& diagnostics, const Sources& sources, bool colour) {
  TextRenderer renderer(sources, colour);
  for (const Diagnostic& diagnostic : diagnostics.all()) renderer.add(diagnostic);
  return renderer.take();
}

std::string summary(const Diagnostics& diagnostics) {
  std::string out;
  if (diagnostics.errors() > 0) out = counted(diagnostics.errors(), "error");
  if (diagnostics.warnings() > 0) out += (out.empty() ? "" : ", ") + counted(diagnostics.warnings(), "warning");
  if (diagnostics.suppressed() > 0) out += fmt::format(" ({} not shown)", diagnostics.suppressed());
  return out;
}

}  // namespace recipe
