// SPDX-License-Identifier: Apache-2.0
// Destination: takes bytes and brings them somewhere, or says why not.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "runtime/base/result.h"

namespace recipe {

class Destination {
 public:
  virtual ~Destination() = default;
  // Whole lines or a document; `detections` is how many are lost with them. Empty bytes: the detections wait for the document.
  [[nodiscard]] virtual Status put(std::string_view bytes, uint64_t detections) = 0;
  [[nodiscard]] virtual Status flush() = 0;
  [[nodiscard]] virtual Status close() = 0;
  [[nodiscard]] virtual uint64_t refused() const = 0;  // detections that did not arrive, and will not
  // After close(): what someone should know though nothing is lost; may be empty.
  [[nodiscard]] virtual std::string remark() const { return {}; }
};

// To a descriptor that is not ours to close. name: for messages. may_wait: a slow reader may hold put() up; else what it does
// not read waits in memory, 4 MiB at most, and close() waits 10 s.
[[nodiscard]] std::unique_ptr<Destination> make_descriptor_destination(int descriptor, const std::string& name,
                                                                       bool may_wait = true);
// To a file that takes its place at close(); a device, pipe or socket is written to as it is. keep: bytes that are there stay
// in front.
[[nodiscard]] Result<std::unique_ptr<Destination>> make_file_destination(const std::string& path, bool keep);

}  // namespace recipe
