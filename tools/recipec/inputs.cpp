// SPDX-License-Identifier: Apache-2.0
// See inputs.h.
#include "tools/recipec/inputs.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <iostream>
#include <iterator>

#include "compiler/diagnostic/render.h"
#include "runtime/artefact/encode.h"
#include "tools/recipec/progress.h"

namespace recipe::recipec {
namespace {

std::string head_of(const std::string& path) {
  std::string head(512, '\0');
  std::FILE* file = std::fopen(path.c_str(), "rb");
  if (file == nullptr) return {};
  head.resize(std::fread(head.data(), 1, head.size(), file));
  std::fclose(file);
  return head;
}

}  // namespace

Status check_kind(const std::string& path) {
  const std::string head = head_of(path);
  if (looks_like_artefact(head))
    return Error{"`" + path + "` is compiled already; `recipec dump " + path + "` shows what it holds", 0};
  if (head.find('\0') != std::string::npos) return Error{"`" + path + "` is a binary file, not a recipe", 0};
  return Done{};
}

namespace {

CompileOptions options_of(const std::vector<std::string>& roots) {
  CompileOptions options;
  options.roots.assign(roots.begin(), roots.end());
  options.progress = progress_line("files");
  return options;
}

}  // namespace

void Inputs::declare(CLI::App& command) {
  command.add_option("PATH", paths_, "files, and folders whose *.recipe files are read; `-` is stdin")
      ->required()
      ->type_name("");
  command.add_option("-I", roots_, "where imports are looked for, after the importing file's own folder")
      ->type_name("DIR")
      ->take_all()
      ->allow_extra_args(false);
}

int Inputs::read(Depth depth, Compilation& compilation) const {
  for (const std::string& root : roots_) {
    std::error_code code;
    if (!std::filesystem::is_directory(root, code)) {
      complain("`-I " + root + "` is not a folder");
      return kUsage;
    }
  }
  const CompileOptions options = options_of(roots_);
  if (from_stdin()) {
    std::string text{std::istreambuf_iterator<char>(std::cin), std::istreambuf_iterator<char>()};
    given_ = {"<stdin>"};
    compile_text(compilation, "<stdin>", std::move(text), options);
    return kClean;
  }
  if (std::find(paths_.begin(), paths_.end(), "-") != paths_.end()) {
    complain("`-` (stdin) stands alone, without other paths");
    return kUsage;
  }
  const Result<std::vector<std::filesystem::path>> files = find_recipes({paths_.begin(), paths_.end()});
  if (!files.ok()) {
    complain(files.error().message());
    return kUsage;
  }
  if (files->empty()) {
    complain("no recipes below `" + paths_[0] + "`: their files are named *.recipe");
    return kUsage;
  }
  given_.clear();
  for (const auto& file : *files) {
    if (const Status kind = check_kind(file.string()); !kind.ok()) {
      complain(kind.error().message());
      return kUsage;
    }
    given_.push_back(file.string());
  }
  std::sort(given_.begin(), given_.end());
  switch (depth) {
    case Depth::kCheck:
      check(compilation, *files, options);
      break;
    case Depth::kCompile:
      compile(compilation, *files, options);
      break;
  }
  return kClean;
}

int Inputs::read_whole(Compilation& compilation) const {
  if (const int code = read(Depth::kCompile, compilation); code != kClean) return code;
  print_aside(compilation.diagnostics, compilation.sources);
  if (compilation.diagnostics.has_errors()) return kRecipeError;
  if (!compilation.ok) {
    complain("internal fault: no artefact, and no error says why");
    return kFault;
  }
  return kClean;
}

bool Inputs::is_given(const std::string& path) const {
  return std::binary_search(given_.begin(), given_.end(), path);
}

NamedRecipe split_name(const std::string& text) {
  std::error_code code;
  const size_t colon = text.rfind(':');
  if (colon == std::string::npos || std::filesystem::exists(text, code)) return {text, ""};
  return {text.substr(0, colon), text.substr(colon + 1)};
}

std::string not_found(const Compilation& compilation, const NamedRecipe& named) {
  if (named.name.empty()) return "`" + named.path + "` holds no recipe";
  constexpr size_t kShown = 200;
  std::string names;
  for (const Recipe& recipe : compilation.set.recipes) {
    if (names.size() < kShown) names += (names.empty() ? "`" : ", `") + recipe.info.name + "`";
  }
  return "no recipe `" + named.name + "` in `" + named.path + "`, which holds " + (names.empty() ? "none" : names);
}

void declare_format(CLI::App& command, DiagnosticFormat& format) {
  static const std::map<std::string, DiagnosticFormat> kFormats = {{"text", DiagnosticFormat::kText},
                                                                   {"json", DiagnosticFormat::kJson},
                                                                   {"github", DiagnosticFormat::kGithub},
                                                                   {"sarif", DiagnosticFormat::kSarif}};
  command.add_option("--format", format, "how findings are printed")
      ->type_name("text|json|github|sarif")
      ->transform(CLI::CheckedTransformer(kFormats).description(""));
}

void print(const Diagnostics& diagnostics, const Sources& sources, DiagnosticFormat format) {
  switch (format) {
    case DiagnosticFormat::kText:
      say(render_text(diagnostics, sources, wants_colour(STDOUT_FILENO)));
      break;
    case DiagnosticFormat::kJson:
      say(render_json(diagnostics, sources));
      break;
    case DiagnosticFormat::kGithub:
      say(render_github(diagnostics, sources));
      break;
    case DiagnosticFormat::kSarif:
      say(render_sarif(diagnostics, sources));
      break;
  }
}

void print_aside(const Diagnostics& diagnostics, const Sources& sources) {
  const std::string text = render_text(diagnostics, sources, wants_colour(STDERR_FILENO));
  std::fwrite(text.data(), 1, text.size(), stderr);
}

}  // namespace recipe::recipec
