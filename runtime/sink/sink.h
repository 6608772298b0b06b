// SPDX-License-Identifier: Apache-2.0
// Sink: where detections go: a printer that makes bytes of them, and a destination that takes bytes. The engine gives, the sink
// takes or says why not; what it refuses is counted.
#pragma once
#include <memory>
#include <string>

#include "runtime/base/result.h"
#include "runtime/report/printer.h"
#include "runtime/sink/destination.h"

namespace recipe {

class Sink {
 public:
  Sink(std::unique_ptr<Printer> printer, std::unique_ptr<Destination> destination)
      : printer_(std::move(printer)), destination_(std::move(destination)) {}

  [[nodiscard]] Status write(const Detection& detection) { return destination_->put(printer_->print(detection), 1); }
  // An error says that all detections since the last flush that went well may be missing; they are counted as refused.
  [[nodiscard]] Status flush() { return destination_->flush(); }
  // Ends with the coverage. Pending bytes are out, a file is in its place.
  [[nodiscard]] Status close(const Coverage& coverage) {
    Status put = destination_->put(printer_->finish(coverage), 0);
    Status closed = destination_->close();
    return put.ok() ? closed : put;
  }
  [[nodiscard]] uint64_t refused() const { return destination_->refused(); }   // detections it did not take (sink_refused)
  [[nodiscard]] std::string remark() const { return destination_->remark(); }  // after close()

 private:
  std::unique_ptr<Printer> printer_;
  std::unique_ptr<Destination> destination_;
};

// To a descriptor that is not ours to close (stdout). EPIPE and ENOSPC are errors, never signals. may_wait: for a slow reader;
// a document, which is written at the end, waits in any case.
[[nodiscard]] std::unique_ptr<Sink> make_descriptor_sink(int descriptor, Format format, const PrintOptions& options = {},
                                                         bool may_wait = true);
// To a file, written beside it and renamed at close(), so that a reader sees all or nothing. What a format of layout kAdded
// finds there stays in front.
[[nodiscard]] Result<std::unique_ptr<Sink>> make_file_sink(const std::string& path, Format format, PrintOptions options = {});

}  // namespace recipe
