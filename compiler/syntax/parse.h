// SPDX-License-Identifier: Apache-2.0
// Source → Document. The only interface of the ANTLR fence; no exception leaves it.
#pragma once
#include <memory>

#include "compiler/diagnostic/diagnostic.h"
#include "compiler/document.h"

namespace recipe {

// Parses one top-level declaration a chunk. Always returns: what could not be parsed is in diagnostics, the rest in the
// document. Bounds: kMaxRecipeBytes a declaration, kMaxExpressionDepth open brackets, time linear in the text.
[[nodiscard]] Document parse(const Sources& sources, SourceId id, Diagnostics& diagnostics);

// The same for one file after the other: it keeps what each of them needs. What it makes of a file depends on that file's text
// alone, so several of these, one a thread, may read the files of the same sources at once.
class DocumentParser {
 public:
  DocumentParser();
  ~DocumentParser();
  DocumentParser(const DocumentParser&) = delete;
  DocumentParser& operator=(const DocumentParser&) = delete;

  [[nodiscard]] Document parse(const Sources& sources, SourceId id, Diagnostics& diagnostics);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// `--emit=document`: one line a node, names not numbers.
[[nodiscard]] std::string print(const Document& document, const Sources& sources);

}  // namespace recipe
