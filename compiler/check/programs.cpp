// SPDX-License-Identifier: Apache-2.0
// `program perl { getopt "e:c" long ["eval="] ends [c] posix }` → one OptionTable for each of its names.
#include <fmt/format.h>

#include <algorithm>

#include "compiler/check/context.h"
#include "compiler/check/suggest.h"
#include "runtime/base/pattern.h"

namespace recipe::checking {
namespace {

class ProgramReader {
 public:
  ProgramReader(Context& context, DocumentIndex document, const WrittenProgram& written)
      : context_(context), document_(document), written_(written) {}

  OptionTable read() {
    for (const WrittenOptionItem& item : written_.items) {
      if (item.key.text == "getopt") {
        getopt(item);
      } else if (item.key.text == "long") {
        named(item, table_.longs);
      } else if (item.key.text == "word") {
        named(item, table_.words);
      } else if (item.key.text == "posix" || item.key.text == "permute") {
        order(item);
      } else if (item.key.text != "ends") {
        unknown(item);
      }
    }
    for (const WrittenOptionItem& item : written_.items) {
      if (item.key.text == "ends") ends(item);
    }
    return std::move(table_);
  }

 private:
  void wrong(Span span, std::string message, std::string label) {
    context_.fault(Code::kWrongProgram, span, std::move(message), std::move(label));
  }

  void unknown(const WrittenOptionItem& item) {
    static constexpr std::string_view kKeys[] = {"getopt", "long", "word", "ends", "posix", "permute"};
    const std::string near = suggest(item.key.text, kKeys);
    context_.fault(Code::kUnknownKey, item.key.span, fmt::format("a program has no key `{}`", item.key.text),
                   near.empty() ? "the keys are `getopt`, `long`, `word`, `ends`, `posix` and `permute`"
                                : fmt::format("did you mean `{}`?", near));
  }

  void order(const WrittenOptionItem& item) {
    if (item.value) wrong(item.key.span, fmt::format("`{}` stands alone", item.key.text), "takes no value");
    if (order_ != nullptr) {
      Diagnostic& fault = context_.fault(order_->text == item.key.text ? Code::kDuplicateKey : Code::kWrongProgram,
                                         item.key.span, "a program is `posix` or `permute`", "said again here");
      fault.secondary.push_back({order_->span, "first said here"});
      return;
    }
    order_ = &item.key;
    table_.permute = item.key.text == "permute";
  }

  bool texts(const WrittenOptionItem& item, std::vector<Item>& out) {
    if (!item.value) {
      wrong(item.key.span, fmt::format("`{}` wants a list", item.key.text), "has none");
      return false;
    }
    if (!collect(context_, {document_, nullptr}, *item.value, true, out)) return false;
    const auto is_text = [&](const Item& each) {
      const WrittenValue& value = context_.written(each);
      const bool digit = value.form == ValueForm::kInt && value.text.size() == 1;  // ends [0]
      if (digit || value.form == ValueForm::kString || value.form == ValueForm::kWord) return true;
      context_.fault(Code::kWrongProgram, value.span, fmt::format("`{}` wants names of options", item.key.text),
                     fmt::format("is {}", form_name(value.form)));
      return false;
    };
    return std::all_of(out.begin(), out.end(), is_text);
  }

  void add(std::vector<OptionSpec>& to, OptionSpec option, Span span) {
    const bool known = std::any_of(to.begin(), to.end(), [&](const OptionSpec& each) { return each.name == option.name; });
    if (known) return wrong(span, fmt::format("the option `{}` is declared twice", option.name), "leave one out");
    to.push_back(std::move(option));
  }

  // "e:c%x::": a letter, then how it takes a value
  void getopt(const WrittenOptionItem& item) {
    if (!item.value) return wrong(item.key.span, "`getopt` wants a string", "write it as in `getopt \"c:hv\"`");
    const std::optional<Item> read = scalar(context_, {document_, nullptr}, *item.value);
    if (!read) return;
    const WrittenValue& value = context_.written(*read);
    if (value.form != ValueForm::kString && value.form != ValueForm::kWord)
      return wrong(value.span, "`getopt` wants a string", "write it as in `getopt \"c:hv\"`");
    const std::string& text = value.text;
    for (size_t i = 0; i < text.size(); ++i) {
      const char letter = text[i];
      if (letter <= ' ' || letter > '~' || letter == ':' || letter == '-' || letter == '%' || (letter == '+' && i == 0)) {
        return wrong(value.span, fmt::format("`{}` is no letter of an option", spell_letter(letter)),
                     letter == ':' || letter == '%' ? "stands behind a letter"
                                                    : "write `posix` or `permute` for the order of arguments");
      }
      OptionSpec option{std::string(1, letter), ValueKind::kNone, false};
      if (i + 2 < text.size() && text[i + 1] == ':' && text[i + 2] == ':') {
        option.value = ValueKind::kOptional;
        i += 2;
      } else if (i + 1 < text.size() && (text[i + 1] == ':' || text[i + 1] == '%')) {
        option.value = text[i + 1] == ':' ? ValueKind::kRequired : ValueKind::kDigits;
        ++i;
      }
      add(table_.shorts, std::move(option), value.span);
    }
  }

  static std::string spell_letter(char c) {
    return c > ' ' && c <= '~' ? std::string(1, c) : fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
  }

  // "exec=" takes a value, "color=?" may, "version" does not
  void named(const WrittenOptionItem& item, std::vector<OptionSpec>& to) {
    std::vector<Item> items;
    if (!texts(item, items)) return;
    for (const Item& each : items) {
      const WrittenValue& value = context_.written(each);
      OptionSpec option{value.text, ValueKind::kNone, false};
      if (option.name.ends_with("=?")) {
        option.value = ValueKind::kOptional;
        option.name.resize(option.name.size() - 2);
      } else if (option.name.ends_with('=')) {
        option.value = ValueKind::kRequired;
        option.name.pop_back();
      }
      if (option.name.empty() || option.name[0] == '-' || option.name.back() == ':' ||
          option.name.find_first_of(std::string_view("= \t\n\0", 5)) != std::string::npos) {
        wrong(value.span, fmt::format("{} is no name of an option", spell_value(context_, each)),
              "write it without dashes, `=` behind it where it takes a value: `\"eval=\"`");
        continue;
      }
      add(to, std::move(option), value.span);
    }
  }

  void ends(const WrittenOptionItem& item) {
    std::vector<Item> items;
    if (!texts(item, items)) return;
    for (const Item& each : items) {
      const WrittenValue& value = context_.written(each);
      bool known = false;
      for (std::vector<OptionSpec>* options : {&table_.shorts, &table_.longs, &table_.words}) {
        for (OptionSpec& option : *options) {
          if (option.name != value.text) continue;
          option.ends = true;
          known = true;
        }
      }
      if (!known) {
        context_.fault(Code::kUnknownOption, value.span, fmt::format("the option `{}` is not declared", value.text),
                       "declare it in `getopt`, `long` or `word`");
      }
    }
  }

  Context& context_;
  DocumentIndex document_;
  const WrittenProgram& written_;
  OptionTable table_;
  const Word* order_ = nullptr;
};

}  // namespace

void check_programs(Context& context) {
  std::unordered_map<std::string, Span> seen;
  RecipeSet& set = context.compilation.set;
  for (DocumentIndex i = 0; i < context.scopes.size(); ++i) {
    for (const WrittenProgram& written : context.document(i).programs) {
      const size_t before = context.faults;
      OptionTable table = ProgramReader(context, i, written).read();
      for (const Word& name : written.names) {
        if (const Status read = check_glob(name.text); !read) {
          context.fault(Code::kWrongPattern, name.span, "the glob cannot be read", read.error().message());
          continue;
        }
        if (name.text.empty() || name.text.find('/') != std::string::npos) {
          context.fault(Code::kWrongProgram, name.span, "a program is known by its file's name",
                        "write it without folders, as in `perl`");
          continue;
        }
        const auto [first, fresh] = seen.emplace(name.text, name.span);
        if (!fresh) {
          Diagnostic& fault =
              context.fault(Code::kDuplicateProgram, name.span, fmt::format("the program `{}` is described twice", name.text),
                            "described again here");
          fault.secondary.push_back({first->second, "first described here"});
          continue;
        }
        if (context.faults != before) continue;
        table.pattern = name.text;
        set.option_tables.push_back(table);
        set.option_table_spans.push_back(name.span);
      }
    }
  }
}

}  // namespace recipe::checking
