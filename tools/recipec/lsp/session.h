// SPDX-License-Identifier: Apache-2.0
// What the features share: the workspace, what was agreed upon with the editor, and the last analysis of each open file.
#pragma once
#include <map>
#include <string>

#include "tools/recipec/lsp/analysis.h"
#include "tools/recipec/lsp/workspace.h"

namespace recipe::lsp {

// A place that a request names.
struct At {
  const File& file;
  uint32_t offset = 0;
};

struct Session {
  Workspace workspace;
  Encoding encoding = Encoding::kUtf16;
  bool snippets = false;  // the editor expands them
  bool inlay_hints = true;
  std::map<std::string, Analysis> analyses;  // by path
  std::map<std::string, Json> shown;         // by path: the diagnostics that the editor was sent last

  // Refusal: the document is not open and no file of the workspace.
  [[nodiscard]] const File& file_of(const Json& params);
  [[nodiscard]] At at(const Json& params);
  // Of the workspace as it is now; made where there is none.
  [[nodiscard]] const Analysis& analysis(const File& file);
  // The diagnostics of the file as it is now, those of the whole set where they have been sent.
  [[nodiscard]] const Json& findings(const File& file);
  // The same where they have been sent; nullptr: the file has changed since.
  [[nodiscard]] const Json* sent(const File& file) const;
  [[nodiscard]] Json range(const File& file, Place place) const {
    return to_json(file.text.range(place.begin, place.end, encoding));
  }
  [[nodiscard]] Json location(const File& file, Place place) const {
    return {{"uri", file.uri}, {"range", range(file, place)}};
  }
};

// The answers to requests, one file a group. All take the request's params and return its result.
[[nodiscard]] Json hover(Session& session, const Json& params);
[[nodiscard]] Json completion(Session& session, const Json& params);
[[nodiscard]] Json definition(Session& session, const Json& params);
[[nodiscard]] Json references(Session& session, const Json& params);
[[nodiscard]] Json highlights(Session& session, const Json& params);
[[nodiscard]] Json prepare_rename(Session& session, const Json& params);
[[nodiscard]] Json rename(Session& session, const Json& params);
[[nodiscard]] Json document_symbols(Session& session, const Json& params);
[[nodiscard]] Json workspace_symbols(Session& session, const Json& params);
[[nodiscard]] Json folding_ranges(Session& session, const Json& params);
[[nodiscard]] Json formatting(Session& session, const Json& params);
[[nodiscard]] Json code_actions(Session& session, const Json& params);
[[nodiscard]] Json code_lenses(Session& session, const Json& params);
[[nodiscard]] Json inlay_hints(Session& session, const Json& params);

}  // namespace recipe::lsp
