// SPDX-License-Identifier: Apache-2.0
// `list NAME: TYPE = file "..."`: one entry a line, what stands behind white space is its note, `#` begins a comment.
//
//   # curated 2026-11-01
//   evil.example        phishing kit of October
//
// At most kInlined entries without notes become written values, as if they stood in brackets: the kernel's index sees them. All
// else is a table (ValueTable): one text and where its entries end, some 30 bytes an entry, never a literal each.
#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "compiler/check/addresses.h"
#include "compiler/check/literals.h"
#include "compiler/check/suggest.h"

namespace recipe::checking {
namespace {

constexpr size_t kInlined = 256;
constexpr size_t kMaxEntries = 4'000'000;
constexpr size_t kMaxEntryBytes = 4096;  // a path's length
constexpr size_t kMaxNoteBytes = 512;
constexpr size_t kShownFaults = 20;  // of one file

constexpr std::pair<std::string_view, Type> kTypes[] = {{"string", Type::kString}, {"path", Type::kPath},
                                                        {"domain", Type::kDomain}, {"ip", Type::kIp},
                                                        {"int", Type::kInt},       {"port", Type::kPort}};

std::optional<Type> list_type(Context& context, const WrittenList& list) {
  if (!list.type) return Type::kString;
  std::vector<std::string_view> names;
  std::string all;
  for (const auto& [name, type] : kTypes) {
    if (name == list.type->text) return type;
    names.push_back(name);
    all += fmt::format("{}`{}`", all.empty() ? "" : ", ", name);
  }
  const std::string near = suggest(list.type->text, names);
  context.fault(Code::kWrongListType, list.type->span, fmt::format("no list has the type `{}`", list.type->text),
                near.empty() ? "the types are " + all : fmt::format("did you mean `{}`?", near));
  return std::nullopt;
}

Code code_of(Type type) {
  return type == Type::kIp       ? Code::kWrongAddress
         : type == Type::kDomain ? Code::kWrongDomain
         : type == Type::kPath   ? Code::kWrongPath
                                 : Code::kWrongLiteral;
}

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\r';
}

class FileReader {
 public:
  FileReader(Context& context, const WrittenList& list, SourceId source, Type type)
      : context_(context), list_(list), source_(source), type_(type), text_(context.compilation.sources[source].text) {}

  // false: reported.
  bool run() {
    table_.name = list_.name.text;
    table_.path = list_.file->text;
    table_.bytes.reserve(text_.size());
    for (size_t at = 0; at < text_.size();) {
      const size_t end = std::min(text_.find('\n', at), text_.size());
      if (!line(at, end)) return false;
      at = end + 1;
    }
    if (faults_ > kShownFaults) {
      context_.fault(code_of(type_), list_.file->span, fmt::format("{} entries of `{}` cannot be", faults_, list_.file->text),
                     fmt::format("the first {} are shown", kShownFaults));
    }
    if (faults_ == 0 && table_.entries.empty()) {
      context_.fault(Code::kEmptyList, list_.file->span, fmt::format("the list `{}` is empty", list_.name.text),
                     "a test of it is never true");
      return false;
    }
    return faults_ == 0;
  }

  [[nodiscard]] bool is_short() const { return places_.size() <= kInlined && !has_notes_; }
  [[nodiscard]] ValueTable take() { return std::move(table_); }
  [[nodiscard]] const std::vector<Span>& places() const { return places_; }

 private:
  bool line(size_t begin, size_t end) {
    while (begin < end && is_blank(text_[begin])) ++begin;
    while (end > begin && is_blank(text_[end - 1])) --end;
    if (begin == end || text_[begin] == '#') return true;
    size_t entry_end = begin;
    while (entry_end < end && !is_blank(text_[entry_end])) ++entry_end;
    size_t note = entry_end;
    while (note < end && is_blank(text_[note])) ++note;
    std::string_view words = text_.substr(note, end - note);
    if (words.starts_with('#')) words = {};
    if (table_.entries.size() / 2 >= kMaxEntries) {
      context_.fault(Code::kTooLarge, list_.file->span,
                     fmt::format("`{}` has more than {} entries", list_.file->text, kMaxEntries),
                     "split it into several lists");
      return false;
    }
    const Span place{source_, static_cast<uint32_t>(begin), static_cast<uint32_t>(entry_end)};
    NetworkLiteral entry = read(text_.substr(begin, entry_end - begin));
    if (!entry.fault && words.size() > kMaxNoteBytes)
      entry.fault = NetworkFault{"the note is too long", fmt::format("at most {} bytes", kMaxNoteBytes), {}};
    if (entry.fault) {
      // The last ones of a long file of another kind are not worth a line each.
      if (++faults_ <= kShownFaults) {
        context_.fault(code_of(type_), place, std::move(entry.fault->message), std::move(entry.fault->label))
            .secondary.push_back({list_.name.span, "of this list"});
      } else {
        context_.silent_fault();
      }
      return true;
    }
    if (table_.bytes.size() + entry.value.size() + words.size() > std::numeric_limits<uint32_t>::max()) return false;
    table_.bytes += entry.value;
    table_.entries.push_back(static_cast<uint32_t>(table_.bytes.size()));
    table_.bytes += words;
    table_.entries.push_back(static_cast<uint32_t>(table_.bytes.size()));
    has_notes_ = has_notes_ || !words.empty();
    if (places_.size() <= kInlined) places_.push_back(place);
    return true;
  }

  [[nodiscard]] NetworkLiteral read(std::string_view entry) const {
    const auto wrong = [](std::string message, std::string label) {
      return NetworkLiteral{{}, NetworkFault{std::move(message), std::move(label), {}}};
    };
    if (entry.size() > kMaxEntryBytes) return wrong("the entry is too long", fmt::format("at most {} bytes", kMaxEntryBytes));
    if (entry.find('\0') != std::string_view::npos) return wrong("the entry holds a NUL byte", "no value holds one");
    if (entry.front() == '"') return wrong("the entry begins with a quote", "entries stand without quotes");
    if (type_ == Type::kDomain) return read_domain(entry);
    if (type_ == Type::kIp) return read_range(entry);
    std::string value(entry);
    if (type_ == Type::kPath) {
      if (value.front() != '/') return wrong(fmt::format("`{}` is no absolute path", value), "does not begin with `/`");
      while (value.size() > 1 && value.back() == '/') value.pop_back();
    }
    return {std::move(value), std::nullopt};
  }

  Context& context_;
  const WrittenList& list_;
  SourceId source_;
  Type type_;
  std::string_view text_;
  ValueTable table_;
  std::vector<Span> places_;  // the first ones
  size_t faults_ = 0;
  bool has_notes_ = false;
};

// As if the entries stood in brackets.
void write_values(Document& document, WrittenList& list, const std::vector<Span>& places, std::string_view text) {
  WrittenValue whole;
  whole.form = ValueForm::kList;
  whole.span = list.file->span;
  for (const Span& place : places) {
    WrittenValue value;
    value.form = ValueForm::kString;
    value.span = place;
    value.text = text.substr(place.begin, place.end - place.begin);
    document.values.push_back(std::move(value));
    whole.items.push_back(ValueId{static_cast<uint32_t>(document.values.size() - 1)});
  }
  document.values.push_back(std::move(whole));
  list.value = ValueId{static_cast<uint32_t>(document.values.size() - 1)};
}

// list x: domain = ["a.example"]: each value is one of that type, wherever the list is used.
void check_values(Context& context, DocumentIndex document, const WrittenList& list, Type type) {
  for (const ValueId id : context.document(document)[list.value].items) {
    const WrittenValue& value = context.document(document)[id];
    if (value.form == ValueForm::kSplice || value.form == ValueForm::kList || value.form == ValueForm::kObject) continue;
    static_cast<void>(check_literal(context, {Operator::kEquals, type, FieldId::kNone, false, list.name.text},
                                    {document, id, nullptr, true}));
  }
}

}  // namespace

void read_lists(Context& context) {
  for (DocumentIndex i = 0; i < context.scopes.size(); ++i) {
    Document& document = context.compilation.set.documents[i];
    for (uint32_t j = 0; j < document.lists.size(); ++j) {
      WrittenList& list = document.lists[j];
      const std::optional<Type> type = list_type(context, list);
      if (!type) continue;
      if (!list.file) {
        if (list.type) check_values(context, i, list, *type);
        continue;
      }
      const std::optional<SourceId> source = context.scopes[i].list_files[j];
      if (!source) continue;
      if (*type == Type::kInt || *type == Type::kPort) {
        context.fault(Code::kWrongListType, list.type->span, "numbers are not read from a file", "write them as `[1, 2]`");
        continue;
      }
      FileReader reader(context, list, *source, *type);
      if (!reader.run()) continue;
      if (reader.is_short()) {
        write_values(document, list, reader.places(), context.compilation.sources[*source].text);
        continue;
      }
      context.compilation.set.tables.push_back(reader.take());
      context.table_types.push_back(*type);
      context.scopes[i].lists[j].table = static_cast<uint32_t>(context.compilation.set.tables.size());
    }
  }
}

}  // namespace recipe::checking
