// SPDX-License-Identifier: Apache-2.0
// See analysis.h.
#include "tools/recipec/lsp/analysis.h"

#include <algorithm>
#include <set>

#include "compiler/lint/lint.h"
#include "tools/recipec/judge.h"

namespace recipe::lsp {
namespace {

constexpr const char* kSource = "recipe";

// Lints whose answer changes with the files that are in the set.
constexpr Code kAskTheSet[] = {Code::kUnusedListOrMacro, Code::kUnusedMark, Code::kUnusedAllow, Code::kUnusedSharedException,
                               Code::kTuneWithoutEffect};

int severity_of(Severity severity) {
  switch (severity) {
    case Severity::kError:
      return 1;
    case Severity::kWarning:
      return 2;
    case Severity::kNote:
      return 3;
  }
  return 1;
}

class Renderer {
 public:
  Renderer(const Sources& sources, Encoding encoding) : sources_(sources), encoding_(encoding) {}

  Json range(Span span) { return to_json(text(span.source).range(span.begin, span.end, encoding_)); }

  Json finding(const Diagnostic& diagnostic) {
    const CodeInfo& row = info(diagnostic.code);
    std::string message = diagnostic.message;
    if (!diagnostic.primary.text.empty()) message += "\n" + diagnostic.primary.text;
    for (const std::string& hint : diagnostic.hints) message += "\nhelp: " + hint;
    for (const std::string& note : diagnostic.notes) message += "\nnote: " + note;
    Json out = {{"range", range(diagnostic.primary.span)},
                {"severity", severity_of(diagnostic.severity)},
                {"code", row.text},
                {"source", kSource},
                {"message", message}};
    if (diagnostic.code == Code::kUnusedListOrMacro || diagnostic.code == Code::kUnusedMark) out["tags"] = {1};
    Json related = Json::array();
    for (const Label& label : diagnostic.secondary) {
      if (!label.span.source.valid()) continue;
      related.push_back({{"location", {{"uri", uri_of(sources_[label.span.source].path)}, {"range", range(label.span)}}},
                         {"message", label.text.empty() ? "here" : label.text}});
    }
    if (!related.empty()) out["relatedInformation"] = std::move(related);
    Json fixes = Json::array();
    for (const Fix& fix : diagnostic.fixes) {
      if (fix.span.source != diagnostic.primary.span.source) continue;
      fixes.push_back({{"title", fix.title.empty() ? "write `" + fix.text + "`" : fix.title},
                       {"range", range(fix.span)},
                       {"newText", fix.text}});
    }
    out["data"] = {{"fixes", std::move(fixes)}};
    return out;
  }

 private:
  const Text& text(SourceId id) {
    const auto [known, fresh] = texts_.try_emplace(id.value);
    if (fresh) known->second = Text(sources_[id].text);
    return known->second;
  }

  const Sources& sources_;
  Encoding encoding_;
  std::map<uint32_t, Text> texts_;
};

// The lints of the given files, by the recipes.toml of each; `wrong`: what is wrong with one, then what holds without any.
Diagnostics lints_of(const Compilation& compilation, const std::function<bool(const std::string& path)>& is_given,
                     std::string& wrong) {
  recipec::Judge judge(compilation);
  SettingsFinder finder;
  const auto settings = find_settings(finder, compilation);
  if (settings.ok())
    return run_lints(
        compilation, is_given, [&](const std::string& path) -> const LintSettings& { return *settings->at(path); }, &judge);
  wrong = settings.error().message();
  return run_lints(compilation, is_given, {}, &judge);
}

// What the kernel decides of each term that stands in the file. A term of several clauses may be decided here and not there.
std::vector<DecidedTerm> decided(const Compilation& compilation, const std::string& path) {
  std::map<std::pair<uint32_t, uint32_t>, std::string_view> found;
  std::vector<size_t> next(compilation.clauses.size(), 0);
  for (const ClauseInfo& clause : compilation.artefact.clauses) {
    const uint32_t trigger = clause.trigger.value;
    const std::vector<Clause>& clauses = compilation.clauses[trigger].clauses;
    const size_t at = next[trigger]++;
    if (at >= clauses.size()) continue;
    for (size_t i = 0; i < clause.terms.size() && i < clauses[at].terms.size(); ++i) {
      const Span span = compilation.simplified[trigger].nodes[clauses[at].terms[i]].span;
      if (!span.source.valid() || span.end <= span.begin || compilation.sources[span.source].path != path) continue;
      const std::string_view who = clause.terms[i].exact ? "kernel" : clause.terms[i].in_kernel ? "both" : "userspace";
      const auto [known, fresh] = found.try_emplace({span.begin, span.end}, who);
      if (!fresh && known->second != who) known->second = "both";
    }
  }
  std::vector<DecidedTerm> terms;
  for (const auto& [span, who] : found) terms.push_back({{span.first, span.second}, who});
  return terms;
}

// Names that other files of the workspace have taken: the whole set would be refused.
void add_taken_names(Workspace& workspace, const File& file, Encoding encoding, const Json& known, Json& out) {
  for (const Symbol& symbol : workspace.index(file).symbols) {
    if (!is_global(symbol.kind)) continue;
    const Json range = to_json(file.text.range(symbol.place.begin, symbol.place.end, encoding));
    const bool said = std::any_of(known.begin(), known.end(), [&](const Json& each) {
      return each.at("range") == range && each.at("code") == info(Code::kDuplicateName).text;
    });
    if (said) continue;
    for (const Declared& other : workspace.known(symbol.name, false)) {
      if (other.file == &file) continue;
      const Json place = to_json(other.file->text.range(other.symbol->place.begin, other.symbol->place.end, encoding));
      out.push_back({{"range", range},
                     {"severity", 1},
                     {"code", info(Code::kDuplicateName).text},
                     {"source", kSource},
                     {"message", "the name `" + symbol.name + "` is taken\ndeclared again here"},
                     {"relatedInformation",
                      {{{"location", {{"uri", other.file->uri}, {"range", place}}}, {"message", "declared in this file too"}}}},
                     {"data", {{"fixes", Json::array()}}}});
      break;
    }
  }
}

Json settings_finding(const std::string& wrong) {
  return {{"range", to_json(TextRange{})},
          {"severity", 1},
          {"code", kSettingsFile},
          {"source", kSource},
          {"message", wrong + "\nhelp: until it is mended the lints go by their own levels"},
          {"data", {{"fixes", Json::array()}}}};
}

}  // namespace

Json findings_of(const Compilation& compilation, const Diagnostics& diagnostics, Encoding encoding) {
  Renderer renderer(compilation.sources, encoding);
  Json by_path = Json::object();
  for (const Diagnostic& each : diagnostics.all()) {
    if (!each.primary.span.source.valid()) continue;
    by_path[compilation.sources[each.primary.span.source].path].push_back(renderer.finding(each));
  }
  return by_path;
}

std::vector<std::filesystem::path> files_for(Workspace& workspace, const File& file) {
  std::set<std::string> paths;
  for (const Use& use : workspace.index(file).uses) {
    // Marks are set, and recipes tuned, from files that do not import each other.
    const bool mark = use.kind == SymbolKind::kMark;
    if (!mark && use.kind != SymbolKind::kRecipe) continue;
    for (const Declared& declared : workspace.known(use.name, mark)) paths.insert(declared.file->path);
  }
  paths.erase(file.path);
  std::vector<std::filesystem::path> files = {file.path};
  files.insert(files.end(), paths.begin(), paths.end());
  return files;
}

Analysis check_file(Workspace& workspace, const File& file, Encoding encoding) {
  Analysis out;
  out.generation = workspace.generation();
  out.changes = file.changes;
  if (file.too_large) {
    out.findings.push_back({{"range", to_json(TextRange{})},
                            {"severity", 2},
                            {"code", info(Code::kTooLarge).text},
                            {"source", kSource},
                            {"message",
                             "the document is larger than 4 MiB: it is not looked into while it is typed\n"
                             "help: `recipec check` reads files of up to 64 MiB"},
                            {"data", {{"fixes", Json::array()}}}});
    return out;
  }
  Compilation compilation;
  workspace.overlay(compilation.sources);
  compile(compilation, files_for(workspace, file), workspace.options(file.path));
  const auto take = [&](const Diagnostics& diagnostics) {
    Json all = findings_of(compilation, diagnostics, encoding);
    if (all.contains(file.path)) {
      for (Json& each : all[file.path]) out.findings.push_back(std::move(each));
    }
  };
  take(compilation.diagnostics);
  if (compilation.ok) {
    Diagnostics own;
    std::string wrong;
    const Diagnostics lints = lints_of(
        compilation, [&](const std::string& path) { return path == file.path; }, wrong);
    if (!wrong.empty()) out.findings.push_back(settings_finding(wrong));
    for (const Diagnostic& each : lints.all()) {
      if (std::find(std::begin(kAskTheSet), std::end(kAskTheSet), each.code) != std::end(kAskTheSet)) continue;
      own.add(each, each.severity);
    }
    take(own);
    out.terms = decided(compilation, file.path);
  }
  Json taken = Json::array();
  add_taken_names(workspace, file, encoding, out.findings, taken);
  for (Json& each : taken) out.findings.push_back(std::move(each));
  return out;
}

Json check_set(const Workspace& workspace, Encoding encoding) {
  Compilation compilation;
  workspace.overlay(compilation.sources);
  const std::vector<std::filesystem::path> files = workspace.set();
  if (files.empty()) return {{"findings", Json::object()}, {"lints", true}};
  compile(compilation, files, workspace.options(files.front().string()));
  Json findings = findings_of(compilation, compilation.diagnostics, encoding);
  std::string wrong;  // said of each open file, by check_file
  if (compilation.ok) {
    const Diagnostics lints = lints_of(
        compilation, [](const std::string&) { return true; }, wrong);
    const Json found = findings_of(compilation, lints, encoding);
    for (const auto& [path, all] : found.items()) {
      for (const Json& each : all) findings[path].push_back(each);
    }
  }
  return {{"findings", std::move(findings)}, {"lints", compilation.ok && wrong.empty()}};
}

Json run_tests_of(Workspace& workspace, const File& file, const std::string& recipe, Encoding encoding, const RunTests& run) {
  Json out = {{"passed", 0}, {"failed", 0}, {"failures", Json::array()}, {"diagnostics", Json::array()}, {"error", ""}};
  Compilation compilation;
  workspace.overlay(compilation.sources);
  compile(compilation, files_for(workspace, file), workspace.options(file.path));
  if (!compilation.ok) {
    out["error"] = "the recipe has errors, so its tests cannot be run";
    return out;
  }
  const Result<std::vector<TestOutcome>> outcomes = run(compilation, file.path);
  if (!outcomes.ok()) {
    out["error"] = outcomes.error().message();
    return out;
  }
  size_t passed = 0, failed = 0;
  for (const TestOutcome& test : *outcomes) {
    if (!recipe.empty() && test.recipe != recipe) continue;
    ++(test.passed ? passed : failed);
    if (test.passed) continue;
    out["failures"].push_back({{"recipe", test.recipe}, {"title", test.title}, {"reason", test.reason}});
    const uint32_t line = test.line > 0 ? test.line - 1 : 0;
    const uint32_t begin = file.text.offset({line, 0}, encoding);
    const std::string_view words = file.text.line(line);
    const auto indent = static_cast<uint32_t>(std::min(words.find_first_not_of(" \t"), words.size()));
    out["diagnostics"].push_back(
        {{"range", to_json(file.text.range(begin + indent, begin + static_cast<uint32_t>(words.size()), encoding))},
         {"severity", 1},
         {"source", "recipe test"},
         {"message", "the test `" + test.title + "` fails: " + test.reason}});
  }
  out["passed"] = passed;
  out["failed"] = failed;
  return out;
}

}  // namespace recipe::lsp
