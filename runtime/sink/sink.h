// SPDX-License-Identifier: Apache-2.0
// Sink: where detections go. The engine gives, the sink takes or says why not; what it refuses is counted.
#pragma once
#include <memory>
#include <string>

#include "runtime/base/result.h"
#include "runtime/detection.h"

namespace recipe {

enum class Format : uint8_t { kText, kJson };

class Sink {
 public:
  virtual ~Sink() = default;
  [[nodiscard]] virtual Status write(const Detection& detection) = 0;
  // An error says that all detections since the last flush that went well may be missing; they are counted as refused.
  [[nodiscard]] virtual Status flush() = 0;
  [[nodiscard]] virtual Status close() = 0;            // pending bytes are out, a file is in its place
  [[nodiscard]] virtual uint64_t refused() const = 0;  // detections it did not take (counter sink_refused)
};

// To a descriptor that is not ours to close (stdout). EPIPE and ENOSPC are errors, never signals.
[[nodiscard]] std::unique_ptr<Sink> make_descriptor_sink(int descriptor, Format format, bool colour);
// To a file, written beside it and renamed at close(), so that a reader sees all or nothing.
[[nodiscard]] Result<std::unique_ptr<Sink>> make_file_sink(const std::string& path, Format format);

}  // namespace recipe
