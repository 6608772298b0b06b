// SPDX-License-Identifier: Apache-2.0
// A scripted session with the real language server in a workspace of 1,000 recipes: somebody types, and asks after each key.
#include <filesystem>
#include <fstream>
#include <map>

#include "tests/bench/bench.h"
#include "tests/support/editor.h"

namespace recipe::bench {
namespace {

namespace fs = std::filesystem;
using Json = Editor::Json;

constexpr size_t kRecipes = 1000;
constexpr int kKeys = 200;

// Of the shape that the library's recipes have, each importing a library of some 14 KiB.
std::string recipe_text(size_t number) {
  return fmt::format(
      "import \"lib/interpreters.recipe\"\n\nlist names_{0} = [tool{0}, other{0}, third{0}]\n\n"
      "macro asks_{0}(where) = argv option \"-o\" under where\n\n"
      "recipe bench_{0} {{\n  title       \"Bench {0}\"\n  category    execution\n  importance  medium\n  attack      "
      "[T1059.004]\n"
      "  version     1\n  status      stable\n\n"
      "  on exec when\n       process.name in names_{0} and argv contains any [\"-e\", \"--eval\"]\n"
      "    or process.name == tool{0} and asks_{0}(\"/tmp\") and process.uid == 0\n\n"
      "  except \"its own package\" when any p in process.ancestors: p.name == dpkg\n\n"
      "  doc {{\n    quick        \"\"\"One sentence of what happened.\"\"\"\n    analysis     \"\"\"Why it is unusual "
      "here.\"\"\"\n"
      "    implications \"\"\"What it may lead to.\"\"\"\n    actions      [\"Look at it.\"]\n  }}\n\n"
      "  test \"code\" match exec {{ process.name: tool{0}, argv: [tool{0}, \"-e\"] }}\n"
      "  test \"no code\" nothing exec {{ process.name: tool{0}, argv: [tool{0}, \"a\"] }}\n}}\n",
      number);
}

fs::path make_workspace() {
  std::string folder = (fs::temp_directory_path() / "recipe_lsp_bench_XXXXXX").string();
  if (mkdtemp(folder.data()) == nullptr) std::abort();
  fs::create_directory(fs::path(folder) / "lib");
  fs::copy(RECIPE_SOURCE_DIR "/rules/lib/interpreters.recipe", fs::path(folder) / "lib");
  for (size_t i = 0; i < kRecipes; ++i) std::ofstream(fs::path(folder) / fmt::format("bench_{}.recipe", i)) << recipe_text(i);
  return folder;
}

struct Times {
  std::vector<double> milliseconds;

  void add(double since) { milliseconds.push_back((now_seconds() - since) * 1000); }
  [[nodiscard]] std::string shown() {
    std::sort(milliseconds.begin(), milliseconds.end());
    const auto at = [&](double part) { return milliseconds[static_cast<size_t>(part * (milliseconds.size() - 1))]; };
    return fmt::format("{:.1f} / {:.1f} / {:.1f} ms", at(0.5), at(0.95), at(1));
  }
};

}  // namespace

void lsp_rows() {
  const fs::path folder = make_workspace();
  const std::string path = (folder / "bench_500.recipe").string();
  std::string text = recipe_text(500);
  const auto place = [&](const std::string& word) {
    const size_t at = text.find(word);
    const auto line = static_cast<unsigned>(std::count(text.begin(), text.begin() + static_cast<ptrdiff_t>(at), '\n'));
    const size_t begin = text.rfind('\n', at) + 1;
    return Editor::at(path, line, static_cast<unsigned>(at - begin) + 1);
  };
  std::map<std::string, Times> answers;
  Times all, first, findings;
  {
    Editor editor(RECIPE_BIN_DIR "/recipec");
    double start = now_seconds();
    editor.start(folder.string());
    editor.open(path, text);
    (void)editor.request("textDocument/hover", place("process.name in"));
    first.add(start);
    start = now_seconds();
    (void)editor.request("workspace/symbol", {{"query", "bench_999"}});
    Times read;
    read.add(start);
    const Json whole = {{"textDocument", {{"uri", Editor::uri(path)}}},
                        {"range", {{"start", {{"line", 0}, {"character", 0}}}, {"end", {{"line", 99}, {"character", 0}}}}}};
    const auto ask = [&](const std::string& method, const Json& params) {
      const double before = now_seconds();
      (void)editor.request(method, params);
      answers[method].add(before);
      all.add(before);
    };
    for (int key = 0; key < kKeys; ++key) {
      text.insert(text.find("sentence") + 8, "x");
      const double before = now_seconds();
      editor.change(path, text);
      if (key % 4 == 0) {
        (void)editor.wait([&](const Json& message) {
          return message.value("method", "") == "textDocument/publishDiagnostics" &&
                 message["params"].value("version", 0) == editor.version();
        });
        findings.add(before);
      }
      ask("textDocument/completion", place("process.name in"));
      ask("textDocument/hover", place("names_500 and"));
      ask("textDocument/definition", place("asks_500("));
      ask("textDocument/documentSymbol", whole);
      ask("textDocument/inlayHint", whole);
      ask("textDocument/codeLens", whole);
      if (key % 4 == 0) {
        ask("textDocument/references", place("process.name in"));
        ask("workspace/symbol", {{"query", "bench_9"}});
        ask("textDocument/formatting", whole);
      }
    }
    row("language server: from start to the first answer", first.shown(), "");
    row("language server: reading 1,000 recipes, once", read.shown(), "");
  }
  for (auto& [method, times] : answers) row("language server, p50 / p95 / max: " + method, times.shown(), "");
  row("language server, p50 / p95 / max: all answers while typing", all.shown(), "≤ 50 ms");
  row("language server: from a key to its diagnostics, 30 ms pause included", findings.shown(), "");
  std::error_code ignored;
  fs::remove_all(folder, ignored);
}

}  // namespace recipe::bench
