// SPDX-License-Identifier: Apache-2.0
// explain --capture: captures through a set of recipes, and the figures in words or as JSON.
#pragma once
#include <string>
#include <vector>

#include "runtime/artefact/artefact.h"

namespace recipe::recipec {

enum class CaptureFormat { kText, kJson };

struct CaptureRequest {
  std::vector<std::string> files;  // what `reciped replay` reads; `-` is stdin
  CaptureFormat format = CaptureFormat::kText;
  RecipeId only;  // kNone: every recipe is shown
};

// Prints; what is wrong with a file goes to stderr. Returns the exit code: kFindings where lines or records are no events.
[[nodiscard]] int explain_capture(const Artefact& artefact, const CaptureRequest& request);

}  // namespace recipe::recipec
