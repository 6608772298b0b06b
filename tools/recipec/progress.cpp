// SPDX-License-Identifier: Apache-2.0
// See progress.h.
#include "tools/recipec/progress.h"

#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <memory>

#include "tools/recipec/command.h"

namespace recipe::recipec {

Progress progress_line(const std::string& things) {
  if (!is_terminal(STDERR_FILENO)) return {};
  using Clock = std::chrono::steady_clock;
  struct Line {
    Clock::time_point next = Clock::now() + std::chrono::seconds(1);
    bool shown = false;
  };
  return [line = std::make_shared<Line>(), things](size_t done, size_t total) {
    if (done == total && line->shown) std::fprintf(stderr, "\r\033[K");
    if (done == total || Clock::now() < line->next) return;
    line->next = Clock::now() + std::chrono::milliseconds(100);
    line->shown = true;
    const std::string of = total == 0 ? "" : " of " + std::to_string(total);
    std::fprintf(stderr, "\r%zu%s %s", done, of.c_str(), things.c_str());
  };
}

}  // namespace recipe::recipec
