// SPDX-License-Identifier: Apache-2.0
// What the compiler says of files, in the editor's shapes. One file with what it imports is checked while it is typed; the
// whole set in a process of its own (job.h), so that no answer waits for it.
#pragma once
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "compiler/compile.h"
#include "tools/recipec/lsp/protocol.h"
#include "tools/recipec/lsp/workspace.h"

namespace recipe::lsp {

// Who decides a term of a condition: `recipec explain` says the same.
struct DecidedTerm {
  Place place;
  std::string_view who;  // "kernel", "both", "userspace"
};

struct Analysis {
  uint64_t generation = 0;         // of the workspace
  uint64_t changes = 0;            // of the file
  Json findings = Json::array();   // diagnostics of this file
  std::vector<DecidedTerm> terms;  // empty while there are errors
};

// Diagnostics by path: {"PATH": [{range, severity, code, message, relatedInformation, data: {fixes: [...]}}]}.
[[nodiscard]] Json findings_of(const Compilation& compilation, const Diagnostics& diagnostics, Encoding encoding);

// The file and what it needs. Lints that ask about the whole set are left to check_set.
[[nodiscard]] Analysis check_file(Workspace& workspace, const File& file, Encoding encoding);

// {"findings": as findings_of, "lints": whether they hold all lints: there were no errors}.
[[nodiscard]] Json check_set(const Workspace& workspace, Encoding encoding);

// The files that a check of this one needs beside its imports: those that set the marks it asks for, or declare
// the recipes that it tunes.
[[nodiscard]] std::vector<std::filesystem::path> files_for(Workspace& workspace, const File& file);

// One test of a recipe, run.
struct TestOutcome {
  std::string recipe, title;
  uint32_t line = 0;  // from 1
  bool passed = false;
  std::string reason;  // why not, over several lines
};
using RunTests = std::function<Result<std::vector<TestOutcome>>(Compilation& compilation, const std::string& path)>;

// The tests of a file, or of one recipe of it: {"passed", "failed", "failures": [{recipe, title, reason}], "diagnostics":
// [...], "error": "" or why they could not be run}.
[[nodiscard]] Json run_tests_of(Workspace& workspace, const File& file, const std::string& recipe, Encoding encoding,
                                const RunTests& run);

}  // namespace recipe::lsp
