// SPDX-License-Identifier: Apache-2.0
// The compiler's table of contents: recipe files → artefact, one call a step, and between two calls what now holds.
#include "compiler/compile.h"

#include <algorithm>
#include <cassert>
#include <system_error>

#include "compiler/check/check.h"
#include "compiler/check/verify.h"
#include "compiler/lower/lower.h"

namespace recipe {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kExtension = ".recipe";

Status find_below(const fs::path& folder, std::vector<fs::path>& found) {
  std::error_code error;
  fs::recursive_directory_iterator at(folder, error);
  for (const fs::recursive_directory_iterator end; !error && at != end; at.increment(error)) {
    std::error_code ignored;  // a dangling link is no recipe
    if (at->path().extension() == kExtension && at->is_regular_file(ignored)) found.push_back(at->path());
  }
  if (error) return Error{"cannot read the folder `" + folder.string() + "`", error.value()};
  return Done{};
}

// Everything after the files are sources.
void check_sources(Compilation& compilation, const std::vector<SourceId>& sources, const CompileOptions& options) {
  check_files(compilation, sources, options);
  // Every name is resolved, every literal has its field's type, every bound holds; recipes with errors are left out.
  assert(verify(compilation.set).empty());
  compilation.diagnostics.sort();
}

void lower_checked(Compilation& compilation) {
  if (compilation.diagnostics.has_errors()) return;
  lower(compilation);
  // simplified ⇔ when, clauses ⇔ simplified, program ⇔ simplified, filter ⇐ program: lower holds each where it makes it.
  compilation.ok = !compilation.diagnostics.has_errors();
  compilation.diagnostics.sort();
}

}  // namespace

Result<std::vector<fs::path>> find_recipes(const std::vector<fs::path>& paths) {
  std::vector<fs::path> found;
  for (const fs::path& path : paths) {
    std::error_code error;
    const fs::file_status status = fs::status(path, error);
    if (!fs::exists(status)) return Error{"cannot open `" + path.string() + "`", error ? error.value() : ENOENT};
    if (!fs::is_directory(status)) {
      found.push_back(path);
    } else if (Status below = find_below(path, found); !below) {
      return below.error();
    }
  }
  std::sort(found.begin(), found.end(), [](const fs::path& a, const fs::path& b) { return a.native() < b.native(); });
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return found;
}

void check(Compilation& compilation, const std::vector<fs::path>& files, const CompileOptions& options) {
  std::vector<SourceId> sources;
  sources.reserve(files.size());
  for (const fs::path& file : files) {
    Result<SourceId> loaded = compilation.sources.load(file);
    if (loaded) {
      sources.push_back(*loaded);
    } else {
      // The fault has no place in any text: it is shown at the head of an empty source that bears the file's name.
      const SourceId nowhere = compilation.sources.add(file.string(), "");
      compilation.diagnostics.add(Code::kUnreadableFile, {nowhere, 0, 0}, loaded.error().message());
    }
  }
  check_sources(compilation, sources, options);
}

void compile(Compilation& compilation, const std::vector<fs::path>& files, const CompileOptions& options) {
  check(compilation, files, options);
  lower_checked(compilation);
}

void compile_text(Compilation& compilation, std::string name, std::string text, const CompileOptions& options) {
  const SourceId source = compilation.sources.add(std::move(name), std::move(text));
  check_sources(compilation, {source}, options);
  lower_checked(compilation);
}

}  // namespace recipe
