// SPDX-License-Identifier: Apache-2.0
// Printers and destinations put together.
#include "runtime/sink/sink.h"

#include <sys/stat.h>
#include <unistd.h>

namespace recipe {

std::unique_ptr<Sink> make_descriptor_sink(int descriptor, Format format, const PrintOptions& options, bool may_wait) {
  const std::string name = descriptor == STDOUT_FILENO ? "stdout" : descriptor == STDERR_FILENO ? "stderr" : "the output";
  return std::make_unique<Sink>(
      make_printer(format, options),
      make_descriptor_destination(descriptor, name, may_wait || info(format).layout != Layout::kLines));
}

Result<std::unique_ptr<Sink>> make_file_sink(const std::string& path, Format format, PrintOptions options) {
  const bool keep = info(format).layout == Layout::kAdded;
  struct stat there {};
  if (keep && stat(path.c_str(), &there) == 0 && S_ISREG(there.st_mode)) options.taken = static_cast<size_t>(there.st_size);
  auto destination = make_file_destination(path, keep);
  if (!destination.ok()) return destination.error();
  return std::make_unique<Sink>(make_printer(format, options), std::move(*destination));
}

}  // namespace recipe
