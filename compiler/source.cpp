// SPDX-License-Identifier: Apache-2.0
// Reads files and finds lines. A Source's address is stable: Sources holds pointers, so a span's text may be kept as a view.
#include "compiler/source.h"

#include <algorithm>

#include "runtime/base/read_file.h"

namespace recipe {
namespace {

std::vector<uint32_t> find_lines(std::string_view text) {
  std::vector<uint32_t> lines{0};
  for (size_t at = text.find('\n'); at != std::string_view::npos; at = text.find('\n', at + 1)) {
    lines.push_back(static_cast<uint32_t>(at + 1));
  }
  return lines;
}

}  // namespace

SourceId Sources::add(std::string path, std::string text) {
  auto source = std::make_unique<Source>();
  source->lines = find_lines(text);
  source->path = std::move(path);
  source->text = std::move(text);
  sources_.push_back(std::move(source));
  return SourceId{static_cast<uint32_t>(sources_.size() - 1)};
}

void Sources::overlay(const std::filesystem::path& path, std::string text) {
  overlays_.insert_or_assign(path.native(), std::move(text));
}

Result<SourceId> Sources::load(const std::filesystem::path& path) {
  if (!overlays_.empty()) {
    std::error_code error;
    const auto held = overlays_.find(std::filesystem::absolute(path, error).lexically_normal().native());
    if (held != overlays_.end()) return add(path.string(), held->second);
  }
  Result<std::string> text = read_file(path, kMaxSourceBytes);
  if (!text) return text.error();
  return add(path.string(), std::move(*text));
}

std::string_view Sources::text(Span span) const {
  const std::string_view whole = (*this)[span.source].text;
  const size_t begin = std::min<size_t>(span.begin, whole.size());
  const size_t end = std::clamp<size_t>(span.end, begin, whole.size());
  return whole.substr(begin, end - begin);
}

Position Sources::position(SourceId id, uint32_t offset) const {
  const Source& source = (*this)[id];
  const uint32_t at = std::min<uint32_t>(offset, static_cast<uint32_t>(source.text.size()));
  const auto after = std::upper_bound(source.lines.begin(), source.lines.end(), at);
  const auto line = static_cast<uint32_t>(after - source.lines.begin());  // lines[0] is 0, so at least 1
  return {line, at - source.lines[line - 1] + 1};
}

std::string_view Sources::line_text(SourceId id, uint32_t line) const {
  const Source& source = (*this)[id];
  if (line == 0 || line > source.lines.size()) return {};
  const size_t begin = source.lines[line - 1];
  const size_t end = line < source.lines.size() ? source.lines[line] : source.text.size();
  std::string_view text = std::string_view(source.text).substr(begin, end - begin);
  if (text.ends_with('\n')) text.remove_suffix(1);
  if (text.ends_with('\r')) text.remove_suffix(1);
  return text;
}

}  // namespace recipe
