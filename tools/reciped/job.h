// SPDX-License-Identifier: Apache-2.0
// What the environment of a CI job tells printers: where the job is written, what it is about, which run it is.
#pragma once
#include "runtime/base/result.h"
#include "runtime/report/printer.h"

namespace recipe::reciped {

// GitHub Actions and GitLab CI; elsewhere the host's name stands for the platform.
[[nodiscard]] PrintOptions job_options();
// NAME=ALGORITHM:DIGEST of --subject.
[[nodiscard]] Result<PrintOptions::Subject> parse_subject(const std::string& text);

}  // namespace recipe::reciped
