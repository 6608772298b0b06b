// SPDX-License-Identifier: Apache-2.0
// See session.h.
#include "tools/recipec/lsp/session.h"

namespace recipe::lsp {

const File& Session::file_of(const Json& params) {
  const std::string uri = text_of(member(params, "textDocument"), "uri");
  if (uri.empty()) throw Refusal{kInvalidParams, "the request names no document"};
  const File* file = workspace.find(path_of(uri));
  if (file == nullptr) throw Refusal{kInvalidParams, "the document `" + uri.substr(0, 200) + "` is not open"};
  (void)workspace.index(*file);  // its text is there
  return *file;
}

At Session::at(const Json& params) {
  const File& file = file_of(params);
  return {file, file.text.offset(position_of(member(params, "position")), encoding)};
}

const Analysis& Session::analysis(const File& file) {
  Analysis& known = analyses[file.path];
  if (known.generation != workspace.generation()) known = check_file(workspace, file, encoding);
  return known;
}

const Json* Session::sent(const File& file) const {
  const auto known = analyses.find(file.path);
  const auto all = shown.find(file.path);
  if (known == analyses.end() || all == shown.end() || known->second.changes != file.changes) return nullptr;
  return &all->second;
}

const Json& Session::findings(const File& file) {
  const Json* all = sent(file);
  return all != nullptr ? *all : analysis(file).findings;
}

}  // namespace recipe::lsp
