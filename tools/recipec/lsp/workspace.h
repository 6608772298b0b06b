// SPDX-License-Identifier: Apache-2.0
// The files that an editor works in: all *.recipe files below its folders, each as the disk has it or, where it is open, as the
// editor has it; and what each declares and uses. Folders whose name begins with a dot, and node_modules, are not entered.
#pragma once
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "compiler/compile.h"
#include "tools/recipec/lsp/index.h"
#include "tools/recipec/lsp/text.h"

namespace recipe::lsp {

inline constexpr size_t kMaxFiles = 20000;  // of a workspace; what is beyond is not read, and the user is told
inline constexpr size_t kMaxWorkspaceBytes = 256u << 20;

struct File {
  std::string path;  // absolute, normal; of a document without a file one that no file has
  std::string uri;   // as the editor spells it; of a file that is not open ours
  Text text;
  std::optional<int64_t> version;  // the editor has it open
  bool too_large = false;          // open, longer than kMaxTextBytes: its text is not kept
  std::optional<FileIndex> index;  // nullopt: not yet made of this text
  uint64_t changes = 0;            // grows with the text
};

// Where a name is declared.
struct Declared {
  const File* file = nullptr;
  const Symbol* symbol = nullptr;
};

class Workspace {
 public:
  // Finds the files, reads none of them. false: there were more than the bounds allow.
  bool set_folders(std::vector<std::filesystem::path> folders);
  void set_roots(std::vector<std::filesystem::path> roots) { roots_ = std::move(roots); }  // as -I

  File& open(const std::string& path, const std::string& uri, std::string text, int64_t version);
  void change(File& file, Text text, int64_t version);
  void close(const std::string& path);    // what the disk has counts again
  void refresh(const std::string& path);  // the disk has changed: made, removed or written

  [[nodiscard]] File* find(const std::string& path);
  [[nodiscard]] const std::map<std::string, File>& files() const { return files_; }
  [[nodiscard]] const FileIndex& index(const File& file);
  // Grows with every change of any file.
  [[nodiscard]] uint64_t generation() const { return generation_; }
  // Reads and indexes files until `stop` says so. true: all are done; the generation has grown where some were not.
  bool index_some(const std::function<bool()>& stop);

  // The file an import of `from` names; nullptr: none.
  [[nodiscard]] const File* imported(const File& from, const std::string& import);
  // Lists, macros and recipes of the name: the file's own and of those that it imports.
  [[nodiscard]] std::vector<Declared> in_scope(const File& file, std::string_view name);
  // The same of the whole workspace; or marks of the name.
  [[nodiscard]] std::vector<Declared> everywhere(std::string_view name, bool marks);
  // The same of those files that have been indexed: does not wait for the others.
  [[nodiscard]] std::vector<Declared> known(std::string_view name, bool marks) const;

  // A compilation's way of seeing the files as the editor does.
  void overlay(Sources& sources) const;
  [[nodiscard]] CompileOptions options(const std::string& path) const;
  // Paths of all files, those that are open and outside of every folder left out.
  [[nodiscard]] std::vector<std::filesystem::path> set() const;

 private:
  bool load(File& file);
  [[nodiscard]] bool is_inside(const std::string& path) const;

  std::vector<std::filesystem::path> folders_, roots_;
  std::map<std::string, File> files_;  // by path; addresses are stable
  File& add(const std::string& path);

  size_t bytes_ = 0;
  uint64_t generation_ = 1;
};

}  // namespace recipe::lsp
