// SPDX-License-Identifier: Apache-2.0
// A spool of any bytes is opened, read and emptied, or refused; what it takes afterwards comes out again.
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <fstream>

#include "runtime/sink/spool.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace recipe;
  const std::string path = "/tmp/recipe-spool-fuzz-" + std::to_string(getpid());
  std::ofstream(path, std::ios::binary).write(reinterpret_cast<const char*>(data), static_cast<std::streamsize>(size));
  {
    Result<Spool> spool = Spool::open(path, 1 << 20);
    if (spool.ok()) {
      const auto waiting = spool->peek(1'000'000, 1 << 20);
      if (!waiting.ok() || waiting->size() > spool->messages()) abort();
      if (!spool->drop(waiting->size()).ok()) abort();
      const Result<bool> taken = spool->append({"after", 1});
      if (!taken.ok()) abort();
      if (*taken) {
        const auto last = spool->peek(1'000'000, 1 << 22);
        if (!last.ok() || last->empty() || last->back().bytes != "after") abort();
      }
    }
  }
  unlink(path.c_str());
  return 0;
}
