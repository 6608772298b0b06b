// SPDX-License-Identifier: Apache-2.0
// Source: the text of one file and its lines. Sources outlive every Span into them; nobody else owns recipe text.
#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "runtime/base/ids.h"
#include "runtime/base/result.h"

namespace recipe {

using SourceId = Id<struct SourceTag>;

// Bytes [begin, end) of one source.
struct Span {
  SourceId source;
  uint32_t begin = 0;
  uint32_t end = 0;

  friend bool operator==(const Span&, const Span&) = default;
};

inline constexpr uint32_t kMaxSourceBytes = 64u << 20;  // a file
inline constexpr uint32_t kMaxRecipeBytes = 1u << 20;   // one top-level declaration

struct Source {
  std::string path;  // as the user gave it, or relative to the importing file
  std::string text;
  std::vector<uint32_t> lines;  // offset of each line's first byte
};

struct Position {
  uint32_t line = 1;    // from 1
  uint32_t column = 1;  // from 1, in bytes
};

class Sources {
 public:
  SourceId add(std::string path, std::string text);
  // What an editor holds of a file and the disk does not yet: load() takes it instead. path: absolute, lexically normal.
  void overlay(const std::filesystem::path& path, std::string text);
  // Error: cannot be read, is a directory, is larger than kMaxSourceBytes.
  Result<SourceId> load(const std::filesystem::path& path);

  [[nodiscard]] const Source& operator[](SourceId id) const { return *sources_[id.index()]; }
  [[nodiscard]] size_t size() const { return sources_.size(); }
  [[nodiscard]] std::string_view text(Span span) const;
  [[nodiscard]] Position position(SourceId id, uint32_t offset) const;
  [[nodiscard]] std::string_view line_text(SourceId id, uint32_t line) const;  // without its newline

 private:
  std::vector<std::unique_ptr<Source>> sources_;
  std::unordered_map<std::string, std::string> overlays_;  // by path
};

}  // namespace recipe
