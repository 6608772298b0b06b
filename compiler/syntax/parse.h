// SPDX-License-Identifier: Apache-2.0
// Source → Document. The only interface of the ANTLR fence; no exception leaves it.
#pragma once
#include "compiler/diagnostic/diagnostic.h"
#include "compiler/document.h"

namespace recipe {

// Parses one top-level declaration a chunk. Always returns: what could not be parsed is in diagnostics, the rest in the
// document. Bounds: kMaxRecipeBytes a declaration, kMaxExpressionDepth open brackets, time linear in the text.
[[nodiscard]] Document parse(const Sources& sources, SourceId id, Diagnostics& diagnostics);

// `--emit=document`: one line a node, names not numbers.
[[nodiscard]] std::string print(const Document& document, const Sources& sources);

}  // namespace recipe
