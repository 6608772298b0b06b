// SPDX-License-Identifier: Apache-2.0
// See workspace.h.
#include "tools/recipec/lsp/workspace.h"

#include <algorithm>
#include <fstream>
#include <iterator>

#include "compiler/syntax/parse.h"
#include "tools/recipec/lsp/protocol.h"

namespace recipe::lsp {
namespace {

namespace fs = std::filesystem;

constexpr size_t kMaxEntries = 400000;  // of folders that are walked: a home folder must not take minutes
constexpr const char* kExtension = ".recipe";
constexpr const char* kLibrary = "lib";

bool is_below(const fs::path& path, const fs::path& folder) {
  const auto [inner, outer] = std::mismatch(path.begin(), path.end(), folder.begin(), folder.end());
  return outer == folder.end() || outer->empty();
}

bool is_entered(const fs::path& folder) {
  const std::string name = folder.filename().string();
  return !name.starts_with('.') && name != "node_modules";
}

}  // namespace

bool Workspace::set_folders(std::vector<fs::path> folders) {
  folders_ = std::move(folders);
  size_t entries = 0;
  for (const fs::path& folder : folders_) {
    std::error_code error;
    fs::recursive_directory_iterator at(folder, fs::directory_options::skip_permission_denied, error);
    for (const fs::recursive_directory_iterator end; !error && at != end; at.increment(error)) {
      if (++entries > kMaxEntries || files_.size() > kMaxFiles) return false;
      std::error_code ignored;
      if (at->is_directory(ignored)) {
        if (!is_entered(at->path())) at.disable_recursion_pending();
      } else if (at->path().extension() == kExtension && at->is_regular_file(ignored)) {
        add(at->path().lexically_normal().string());
      }
    }
  }
  return true;
}

File& Workspace::add(const std::string& path) {
  File& file = files_[path];
  file.path = path;
  if (file.uri.empty()) file.uri = uri_of(path);
  return file;
}

bool Workspace::is_inside(const std::string& path) const {
  return std::any_of(folders_.begin(), folders_.end(), [&](const fs::path& folder) {
    if (!is_below(path, folder)) return false;
    const fs::path inner = fs::path(path).parent_path().lexically_relative(folder);
    return inner == "." || std::all_of(inner.begin(), inner.end(), is_entered);
  });
}

File& Workspace::open(const std::string& path, const std::string& uri, std::string text, int64_t version) {
  File& file = add(path);
  file.uri = uri;
  change(file, Text(std::move(text)), version);
  return file;
}

void Workspace::change(File& file, Text text, int64_t version) {
  file.too_large = text.size() > kMaxTextBytes;
  bytes_ -= std::min<size_t>(bytes_, file.text.size());
  file.text = file.too_large ? Text() : std::move(text);
  bytes_ += file.text.size();
  file.version = version;
  file.index.reset();
  ++file.changes;
  ++generation_;
}

void Workspace::close(const std::string& path) {
  File* file = find(path);
  if (file == nullptr) return;
  file->version.reset();
  refresh(path);
}

void Workspace::refresh(const std::string& path) {
  File* known = find(path);
  if (known != nullptr && known->version) return;  // the editor's text counts
  ++generation_;
  std::error_code error;
  if (!fs::is_regular_file(path, error) || !is_inside(path)) {
    if (known != nullptr) bytes_ -= std::min<size_t>(bytes_, known->text.size());
    files_.erase(path);
    return;
  }
  if (files_.size() > kMaxFiles) return;
  File& file = add(path);
  file.index.reset();
  ++file.changes;
}

File* Workspace::find(const std::string& path) {
  const auto known = files_.find(path);
  return known == files_.end() ? nullptr : &known->second;
}

// The text of a file that is not open. false: it cannot be read, or is too large; it is then empty.
bool Workspace::load(File& file) {
  bytes_ -= std::min<size_t>(bytes_, file.text.size());
  file.text = Text();
  std::error_code error;
  const uintmax_t size = fs::file_size(file.path, error);
  if (error || size > kMaxTextBytes || bytes_ + size > kMaxWorkspaceBytes) return false;
  std::ifstream in(file.path, std::ios::binary);
  file.text = Text(std::string{std::istreambuf_iterator<char>(in), {}});
  bytes_ += file.text.size();
  return true;
}

const FileIndex& Workspace::index(const File& file) {
  File& known = files_.at(file.path);
  if (known.index) return *known.index;
  if (!known.version) load(known);
  Sources sources;
  Diagnostics ignored;
  const SourceId source = sources.add(known.path, known.text.bytes());
  known.index = build_index(parse(sources, source, ignored));
  return *known.index;
}

bool Workspace::index_some(const std::function<bool()>& stop) {
  bool some = false;
  for (auto& [path, file] : files_) {
    if (file.index) continue;
    if (stop()) return false;
    (void)index(file);
    some = true;
  }
  if (some) ++generation_;
  return true;
}

const File* Workspace::imported(const File& from, const std::string& import) {
  if (import.empty() || import.find('\0') != std::string::npos) return nullptr;
  const fs::path folder = fs::path(from.path).parent_path();
  std::vector<fs::path> bases = {folder};
  bases.insert(bases.end(), roots_.begin(), roots_.end());
  if (*fs::path(import).begin() == kLibrary) {
    for (fs::path above = folder; above.has_relative_path();) bases.push_back(above = above.parent_path());
  }
  for (const fs::path& base : bases) {
    if (const File* file = find((base / import).lexically_normal().string())) return file;
  }
  return nullptr;
}

std::vector<Declared> Workspace::in_scope(const File& file, std::string_view name) {
  std::vector<Declared> found;
  const auto add = [&](const File& each) {
    for (const Symbol& symbol : index(each).symbols) {
      if (is_global(symbol.kind) && (name.empty() || symbol.name == name)) found.push_back({&each, &symbol});
    }
  };
  add(file);
  std::vector<const File*> seen = {&file};
  for (const ImportUse& import : index(file).imports) {
    const File* other = imported(file, import.path);
    if (other == nullptr || std::find(seen.begin(), seen.end(), other) != seen.end()) continue;
    seen.push_back(other);
    add(*other);
  }
  return found;
}

std::vector<Declared> Workspace::everywhere(std::string_view name, bool marks) {
  for (const auto& [path, file] : files_) (void)index(file);
  return known(name, marks);
}

std::vector<Declared> Workspace::known(std::string_view name, bool marks) const {
  std::vector<Declared> found;
  for (const auto& [path, file] : files_) {
    if (!file.index) continue;
    for (const Symbol& symbol : file.index->symbols) {
      const bool wanted = marks ? symbol.kind == SymbolKind::kMark : is_global(symbol.kind);
      if (wanted && symbol.name == name) found.push_back({&file, &symbol});
    }
  }
  return found;
}

void Workspace::overlay(Sources& sources) const {
  for (const auto& [path, file] : files_) {
    if (file.version && !file.too_large) sources.overlay(path, file.text.bytes());
  }
}

CompileOptions Workspace::options(const std::string& path) const {
  CompileOptions options;
  options.roots = roots_;
  for (const fs::path& folder : folders_) {
    if (is_below(path, folder)) options.folder = folder;
  }
  return options;
}

std::vector<fs::path> Workspace::set() const {
  std::vector<fs::path> paths;
  for (const auto& [path, file] : files_) {
    if (is_inside(path) && !file.too_large) paths.emplace_back(path);
  }
  return paths;
}

}  // namespace recipe::lsp
