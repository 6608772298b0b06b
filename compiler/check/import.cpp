// SPDX-License-Identifier: Apache-2.0
// Files and their imports → documents, each file once however it is reached. Files are parsed on all processors; diagnostics
// stand as if they had been parsed one by one.
//
// An import is looked for beside the importing file, then below each -I root; one that begins with `lib/` also in the folders
// above the importing file, nearest first, so that a recipe of a library finds it when it is given alone. What it names must
// lie below the importing file's folder, below the folder that all given files share, below a root, or in such a `lib`: a
// recipe from elsewhere cannot read the machine.
#include <fmt/format.h>

#include <algorithm>

#include "compiler/check/context.h"
#include "compiler/syntax/parse.h"
#include "runtime/base/parallel.h"

namespace recipe::checking {
namespace {

namespace fs = std::filesystem;

constexpr const char* kLibrary = "lib";

// Fewer bytes are read before a second thread has begun.
constexpr size_t kWorthThreads = 1u << 16;

struct Edge {
  DocumentIndex to = 0;
  Span span;
};

// What the parser made of one file.
struct Parsed {
  Document document;
  Diagnostics diagnostics;
  RegexFaults regexes;
};

class Loader {
 public:
  explicit Loader(Context& context) : context_(context) {}

  void load(const std::vector<SourceId>& files) {
    if (!context_.options.folder.empty()) shared_ = absolute(context_.options.folder);
    for (const SourceId file : files) {
      const fs::path path = absolute(source(file).path);
      shared_ = shared_.empty() ? path.parent_path() : common(shared_, path.parent_path());
      if (by_path_.emplace(path.native(), queue_.size()).second) queue_.push_back(file);
    }
    for (const fs::path& root : context_.options.roots) roots_.push_back(absolute(root));
    for (size_t begin = 0; begin < queue_.size();) {  // grows while imports are found
      std::vector<Parsed> parsed = parse_all({queue_.begin() + static_cast<ptrdiff_t>(begin), queue_.end()});
      for (Parsed& each : parsed) {
        take(queue_[begin++], std::move(each));
        if (context_.options.progress) context_.options.progress(begin, queue_.size());
      }
    }
    for (DocumentIndex i = 0; i < edges_.size(); ++i) {
      std::vector<DocumentIndex>& imports = context_.scopes[i].imports;
      for (const Edge& edge : edges_[i]) imports.push_back(edge.to);
      std::sort(imports.begin(), imports.end());
      imports.erase(std::unique(imports.begin(), imports.end()), imports.end());
    }
    for (Scope& scope : context_.scopes) {
      for (const DocumentIndex import : scope.imports) scope.broken = scope.broken || own_faults_[import];
    }
    find_cycles();
  }

 private:
  [[nodiscard]] const Source& source(SourceId id) const { return context_.compilation.sources[id]; }

  [[nodiscard]] fs::path absolute(const fs::path& path) const {
    return (path.is_absolute() || path.empty() ? path : here_ / path).lexically_normal();
  }
  static fs::path working_folder() {
    std::error_code error;
    return fs::current_path(error);  // empty where it is gone
  }

  static fs::path common(const fs::path& a, const fs::path& b) {
    fs::path shared;
    for (auto i = a.begin(), j = b.begin(); i != a.end() && j != b.end() && *i == *j; ++i, ++j) shared /= *i;
    return shared;
  }

  static bool below(const fs::path& path, const fs::path& folder) {
    auto i = path.begin();
    for (auto j = folder.begin(); j != folder.end(); ++j) {
      if (j->empty()) continue;  // of a trailing slash
      if (i == path.end() || *i != *j) return false;
      ++i;
    }
    return true;
  }

  // A file's document depends on its own text alone, so they are parsed at once, and their regexes read, which takes as long as
  // all else that is checked. What they make of each other is asked in order.
  [[nodiscard]] std::vector<Parsed> parse_all(const std::vector<SourceId>& files) const {
    size_t bytes = 0;
    for (const SourceId file : files) bytes += source(file).text.size();
    std::vector<Parsed> parsed(files.size());
    const auto work = [&](Items& items) {
      DocumentParser parser;
      while (const std::optional<size_t> i = items.next()) {
        Parsed& out = parsed[*i];
        out.document = parser.parse(context_.compilation.sources, files[*i], out.diagnostics);
        out.regexes.read(out.document);
      }
    };
    work_on(files.size(), work, bytes < kWorthThreads ? 1 : processors());
    return parsed;
  }

  void take(SourceId id, Parsed parsed) {
    bool lost = parsed.diagnostics.has_errors();
    context_.compilation.diagnostics.add(std::move(parsed.diagnostics));
    context_.regexes.add(std::move(parsed.regexes));
    context_.compilation.set.documents.push_back(std::move(parsed.document));
    const Document& document = context_.compilation.set.documents.back();
    context_.scopes.emplace_back();
    edges_.emplace_back();
    const fs::path folder = absolute(source(id).path).parent_path();
    for (const WrittenImport& import : document.imports) lost = !follow(folder, import) || lost;
    context_.scopes.back().broken = lost;
    for (const WrittenList& list : document.lists) {
      context_.scopes.back().list_files.push_back(list.file ? find_list_file(id, folder, *list.file) : std::nullopt);
    }
    own_faults_.push_back(lost);
  }

  [[nodiscard]] bool allowed(const fs::path& path, const fs::path& base, const fs::path& folder) const {
    return below(path, folder) || below(path, shared_) || below(path, base / kLibrary) ||
           std::any_of(roots_.begin(), roots_.end(), [&](const fs::path& root) { return below(path, root); });
  }

  // Where an import of a file in `folder` is looked for, in this order.
  [[nodiscard]] std::vector<fs::path> bases(const fs::path& folder, const std::string& import) const {
    std::vector<fs::path> folders = {folder};
    folders.insert(folders.end(), roots_.begin(), roots_.end());
    if (*fs::path(import).begin() != kLibrary) return folders;
    for (fs::path above = folder; above.has_relative_path();) {
      above = above.parent_path();
      folders.push_back(above);
    }
    return folders;
  }

  // folder: of the importing file. false: reported.
  bool follow(const fs::path& folder, const WrittenImport& import) {
    if (import.path.text.find('\0') != std::string::npos || import.path.text.empty()) {
      context_.fault(Code::kUnreadableFile, import.path.span, "an import names a file", "names none");
      return false;
    }
    bool outside = false;
    for (const fs::path& base : bases(folder, import.path.text)) {
      const fs::path path = (base / import.path.text).lexically_normal();
      if (!allowed(path, base, folder)) {
        outside = true;
        continue;
      }
      if (const auto known = by_path_.find(path.native()); known != by_path_.end()) {
        edges_.back().push_back({static_cast<DocumentIndex>(known->second), import.span});
        return true;
      }
      std::error_code error;
      if (!fs::exists(path, error)) continue;
      return open(path, base, import);
    }
    if (outside) {
      context_
          .fault(Code::kImportOutside, import.path.span, fmt::format("import `{}` leads outside", import.path.text),
                 "is not below this file's folder nor below a root")
          .hints.push_back("name its folder as a root: `-I DIR`, and import it relative to that");
    } else {
      context_
          .fault(Code::kUnreadableFile, import.path.span, fmt::format("cannot find import `{}`", import.path.text),
                 roots_.empty() ? "is not beside this file" : "is neither beside this file nor below a root")
          .hints.push_back("give the folder that holds it with `-I DIR`");
    }
    return false;
  }

  // Where a list's file is looked for is where an import would be. nullopt: reported.
  std::optional<SourceId> find_list_file(SourceId from, const fs::path& folder, const Word& name) {
    if (name.text.find('\0') != std::string::npos || name.text.empty()) {
      context_.fault(Code::kUnreadableFile, name.span, "a list is read from a file", "names none");
      return std::nullopt;
    }
    bool outside = false;
    for (const fs::path& base : bases(folder, name.text)) {
      const fs::path path = (base / name.text).lexically_normal();
      std::error_code error;
      // A link must not lead outside either.
      const fs::path real = fs::weakly_canonical(path, error);
      if (!allowed(path, base, folder) || (!error && real != path && !is_allowed_really(real, base, folder))) {
        outside = true;
        continue;
      }
      if (!fs::exists(path, error)) continue;
      if (!fs::is_regular_file(path, error)) {
        context_.fault(Code::kUnreadableFile, name.span, fmt::format("cannot read the list's file `{}`", name.text),
                       "is no regular file");
        return std::nullopt;
      }
      const fs::path given = fs::path(source(from).path).parent_path();
      const fs::path shown = base == absolute(given) ? (given / name.text).lexically_normal() : path;
      if (const auto known = list_files_.find(path.native()); known != list_files_.end()) return known->second;
      Result<SourceId> loaded = context_.compilation.sources.load(shown);
      if (!loaded) {
        context_.fault(Code::kUnreadableFile, name.span, loaded.error().message());
        return std::nullopt;
      }
      return list_files_.emplace(path.native(), *loaded).first->second;
    }
    if (outside) {
      context_.fault(Code::kImportOutside, name.span, fmt::format("the list's file `{}` leads outside", name.text),
                     "is not below this file's folder nor below a root");
    } else {
      context_.fault(Code::kUnreadableFile, name.span, fmt::format("cannot find the list's file `{}`", name.text),
                     roots_.empty() ? "is not beside this file" : "is neither beside this file nor below a root");
    }
    return std::nullopt;
  }

  // The same question of paths whose links were followed.
  [[nodiscard]] bool is_allowed_really(const fs::path& real, const fs::path& base, const fs::path& folder) const {
    std::error_code error;
    const auto follow = [&](const fs::path& each) { return each.empty() ? each : fs::weakly_canonical(each, error); };
    return below(real, follow(folder)) || (!shared_.empty() && below(real, follow(shared_))) ||
           below(real, follow(base / kLibrary)) ||
           std::any_of(roots_.begin(), roots_.end(), [&](const fs::path& root) { return below(real, follow(root)); });
  }

  bool open(const fs::path& path, const fs::path& base, const WrittenImport& import) {
    std::error_code error;
    if (!fs::is_regular_file(path, error)) {
      context_.fault(Code::kUnreadableFile, import.path.span, fmt::format("cannot read import `{}`", import.path.text),
                     "is no regular file");
      return false;
    }
    // Shown as the importing file was given, so that a terminal can follow the path.
    const fs::path given = fs::path(source(queue_[edges_.size() - 1]).path).parent_path();
    const fs::path shown = base == absolute(given) ? (given / import.path.text).lexically_normal() : path;
    Result<SourceId> loaded = context_.compilation.sources.load(shown);
    if (!loaded) {
      context_.fault(Code::kUnreadableFile, import.path.span, loaded.error().message());
      return false;
    }
    by_path_.emplace(path.native(), queue_.size());
    edges_.back().push_back({static_cast<DocumentIndex>(queue_.size()), import.span});
    queue_.push_back(*loaded);
    return true;
  }

  // Depth first; an import that leads to an open file closes a circle.
  void find_cycles() {
    enum class Colour : uint8_t { kWhite, kOpen, kDone };
    std::vector<Colour> colours(edges_.size(), Colour::kWhite);
    struct Step {
      DocumentIndex document;
      size_t next;
    };
    for (DocumentIndex start = 0; start < edges_.size(); ++start) {
      if (colours[start] != Colour::kWhite) continue;
      std::vector<Step> path = {{start, 0}};
      colours[start] = Colour::kOpen;
      while (!path.empty()) {
        Step& step = path.back();
        if (step.next == edges_[step.document].size()) {
          colours[step.document] = Colour::kDone;
          path.pop_back();
          continue;
        }
        const Edge edge = edges_[step.document][step.next++];
        if (colours[edge.to] == Colour::kWhite) {
          colours[edge.to] = Colour::kOpen;
          path.push_back({edge.to, 0});
        } else if (colours[edge.to] == Colour::kOpen) {
          auto first = std::find_if(path.begin(), path.end(), [&](const Step& each) { return each.document == edge.to; });
          Diagnostic& fault = context_.fault(Code::kImportCycle, edge.span, "imports form a circle",
                                             first + 1 == path.end() ? "this file imports itself" : "and this one closes it");
          for (; first + 1 != path.end(); ++first) {
            fault.secondary.push_back({edges_[first->document][first->next - 1].span, "imports the next"});
          }
          fault.hints.push_back("move what both need into a third file that imports neither");
        }
      }
    }
  }

  Context& context_;
  std::vector<SourceId> queue_;  // by DocumentIndex
  std::unordered_map<std::string, size_t> by_path_;
  std::vector<std::vector<Edge>> edges_;
  std::vector<bool> own_faults_;
  std::unordered_map<std::string, SourceId> list_files_;
  const fs::path here_ = working_folder();
  fs::path shared_;
  std::vector<fs::path> roots_;
};

}  // namespace

void load_documents(Context& context, const std::vector<SourceId>& files) {
  Loader(context).load(files);
}

}  // namespace recipe::checking
