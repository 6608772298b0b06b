// SPDX-License-Identifier: Apache-2.0
// Capture files: capture_header, then records (bpf/abi/records.h). Reader and writer in one place.
#pragma once
#include <cstdio>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "bpf/abi/records.h"
#include "runtime/base/result.h"

namespace recipe {

[[nodiscard]] bool looks_like_capture(std::string_view first_bytes);

// Writes aside (PATH.partial) and renames at close(); a file that was not closed is not left behind.
class CaptureWriter {
 public:
  [[nodiscard]] static Result<CaptureWriter> create(const std::string& path, uint64_t boot_wall_ns);
  CaptureWriter(CaptureWriter&&) noexcept;
  ~CaptureWriter();
  // A live record becomes one of a capture: RECORD_REPLAYED, and boot_wall_ns where it is 0. The rest is kept byte by byte.
  [[nodiscard]] Status write(std::span<const std::byte> record);
  [[nodiscard]] Status close();

 private:
  struct State;
  explicit CaptureWriter(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// Any bytes are safe. next(): nullopt at the end; an error names the offset and ends the capture. A record is valid until the
// next call.
class CaptureReader {
 public:
  // The whole file, mapped: it must not shrink while it is read.
  [[nodiscard]] static Result<CaptureReader> open(const std::string& path);
  // As it comes, of a pipe: no more than a piece and a record is held. first: what was read already. more: appends a piece;
  // false: the end.
  using More = std::function<Result<bool>(std::string& bytes)>;
  [[nodiscard]] static Result<CaptureReader> stream(std::string first, More more);
  [[nodiscard]] static Result<CaptureReader> over(std::span<const std::byte> bytes);  // must outlive it
  CaptureReader(CaptureReader&&) noexcept;
  ~CaptureReader();
  [[nodiscard]] Result<std::optional<std::span<const std::byte>>> next();
  [[nodiscard]] uint64_t boot_wall_ns() const;

 private:
  struct State;
  explicit CaptureReader(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace recipe
