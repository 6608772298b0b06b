// SPDX-License-Identifier: Apache-2.0
#include "compiler/check/left.h"

#include <fmt/format.h>

#include "bpf/abi/limits.h"

namespace recipe::checking {
namespace {

class LeftReader {
 public:
  LeftReader(Context& context, const std::vector<Loop>& loops, std::vector<UsedField>& used)
      : context_(context), loops_(loops), used_(used) {}

  std::optional<Left> read(Place place, const WrittenSubject& written) {
    const std::optional<ResolvedSubject> resolved =
        resolve_subject(context_, place, loops_, written.path.text, written.path.span);
    if (!resolved || resolved->kind == SubjectKind::kHole) return std::nullopt;
    if (resolved->kind == SubjectKind::kRecord) {
      context_.fault(Code::kWrongOperator, written.path.span, fmt::format("`{}` is a record", resolved->spelled),
                     fmt::format("test one of its fields, as in `{}.name`", resolved->spelled));
      return std::nullopt;
    }
    Left out;
    out.subject = resolved->subject;
    out.type = resolved->type;
    out.bit = type_bit(resolved->type);
    out.spelled = resolved->spelled;
    if (out.subject.variable == 0) used_.push_back({out.subject.field, resolved->span});
    if (written.form == SubjectForm::kCount) {
      if (!take_count(written, out)) return std::nullopt;
    } else if (written.form == SubjectForm::kIndex && type_bit(out.type) == kListBit) {
      if (!take_element(place, written, out)) return std::nullopt;
    } else if (written.form == SubjectForm::kIndex || out.type == Type::kMap) {
      if (!take_key(place, written, out)) return std::nullopt;
    } else if (written.form != SubjectForm::kPlain && !select(place, written, out)) {
      return std::nullopt;
    }
    if (written.over != WrittenSubject::Over::kNone && !reduce(written, out)) return std::nullopt;
    return out;
  }

 private:
  // count(argv)
  bool take_count(const WrittenSubject& written, Left& out) {
    if (type_bit(out.type) != kListBit || out.subject.variable != 0) {
      context_.fault(Code::kNotAList, written.path.span, fmt::format("`{}` is no list", out.spelled),
                     fmt::format("is {}", with_article(out.type)));
      return false;
    }
    out.subject.selector = Selector::kCount;
    out.spelled = fmt::format("count({})", out.spelled);
    out.type = Type::kInt;
    out.bit = kIntBit;
    return true;
  }

  // argv[0]
  bool take_element(Place place, const WrittenSubject& written, Left& out) {
    if (out.type != Type::kStringList) {
      context_.fault(Code::kWrongOperator, written.path.span, fmt::format("`{}` has no elements by number", out.spelled),
                     fmt::format("write `any p in {}: p.name == ...`", out.spelled));
      return false;
    }
    const std::optional<Item> argument = scalar(context_, place, *written.argument);
    const std::optional<uint32_t> number = argument ? position(*argument, "an element") : std::nullopt;
    if (!number) return false;
    out.subject.selector = Selector::kElement;
    out.subject.operand = *number;
    out.spelled += fmt::format("[{}]", *number);
    out.type = Type::kString;
    out.bit = kStringBit | kPathBit;  // an argument may well be a path
    return true;
  }

  // Which one of a list; nullopt: reported.
  std::optional<uint32_t> position(const Item& argument, std::string_view what) {
    constexpr int64_t kMost = 255;
    const WrittenValue& number = context_.written(argument);
    if (number.form == ValueForm::kInt && number.number >= 0 && number.number <= kMost)
      return static_cast<uint32_t>(number.number);
    context_.fault(Code::kWrongLiteral, number.span, fmt::format("{} is counted from 0", what),
                   fmt::format("write a number up to {}", kMost));
    return std::nullopt;
  }

  // env["LD_PRELOAD"]
  bool take_key(Place place, const WrittenSubject& written, Left& out) {
    if (out.type != Type::kMap) {
      context_.fault(Code::kWrongKey, written.path.span,
                     fmt::format("`{}` is {} and has no keys", out.spelled, with_article(out.type)), "only a map has");
      return false;
    }
    if (written.form != SubjectForm::kIndex || !written.argument) {
      context_.fault(Code::kMapWithoutKey, written.path.span,
                     fmt::format("`{}` is {}, and a test asks one of them", out.spelled, with_article(out.type)),
                     fmt::format("name it, as in `{}[\"LD_PRELOAD\"]`", out.spelled));
      return false;
    }
    const std::optional<Item> argument = scalar(context_, place, *written.argument);
    if (!argument) return false;
    const WrittenValue& key = context_.written(*argument);
    if (key.form != ValueForm::kString) {
      const bool word = key.form == ValueForm::kWord || key.form == ValueForm::kPath;
      Diagnostic& fault =
          context_.fault(Code::kWrongKey, key.span, fmt::format("a key is a string, and this is {}", form_name(key.form)),
                         word ? fmt::format("write `\"{}\"`", key.text) : "write the name in quotes");
      if (word) fault.fixes.push_back({key.span, fmt::format("\"{}\"", key.text), "write it as a string"});
      return false;
    }
    if (!is_key(key.text)) {
      context_.fault(Code::kWrongKey, key.span, "no variable that is read has such a name",
                     fmt::format("write 1 to {} printable characters without `=`", RECIPE_ENV_NAME_BYTES));
      return false;
    }
    context_.keys.emplace(key.text, key.span);
    out.subject.selector = Selector::kKey;
    out.subject.option = key.text;
    out.spelled += fmt::format("[\"{}\"]", key.text);
    out.over = Over::kAnyElement;
    out.type = Type::kString;
    out.bit = kStringBit | kPathBit;  // a value may well be a path
    return true;
  }

  // argv option "-o", argv operand 0
  bool select(Place place, const WrittenSubject& written, Left& out) {
    if (out.type != Type::kStringList || !written.argument) {
      context_.fault(Code::kWrongOperator, written.path.span,
                     fmt::format("`{}` is {} and has no options and operands", out.spelled, with_article(out.type)),
                     "only `argv` has");
      return false;
    }
    const std::optional<Item> argument = scalar(context_, place, *written.argument);
    if (!argument) return false;
    if (written.form == SubjectForm::kOption) {
      std::optional<std::string> option = check_option(context_, *argument);
      if (!option) return false;
      out.subject.selector = Selector::kOption;
      out.spelled += fmt::format(" option {}", spell_value(context_, *argument));
      out.subject.option = std::move(*option);
      out.over = Over::kAnyElement;
    } else {
      const std::optional<uint32_t> number = position(*argument, "an operand");
      if (!number) return false;
      out.subject.selector = Selector::kOperand;
      out.subject.operand = *number;
      out.spelled += fmt::format(" operand {}", *number);
    }
    out.type = Type::kString;
    out.bit = kStringBit | kPathBit;  // an argument may well be a path
    return true;
  }

  // any argv like "...", all argv ...
  bool reduce(const WrittenSubject& written, Left& out) {
    const bool list = out.type == Type::kStringList || out.subject.selector == Selector::kOption;
    if (!list) {
      context_.fault(Code::kNotAList, written.path.span, fmt::format("`{}` is no list", out.spelled),
                     out.type == Type::kRecordList ? fmt::format("write `any p in {}: p.name == ...`", out.spelled)
                                                   : fmt::format("is {}: leave `any` and `all` out", with_article(out.type)));
      return false;
    }
    out.over = written.over == WrittenSubject::Over::kAny ? Over::kAnyElement : Over::kAllElements;
    if (out.type == Type::kStringList) out.bit = kStringBit;
    out.type = Type::kString;
    return true;
  }

  Context& context_;
  const std::vector<Loop>& loops_;
  std::vector<UsedField>& used_;
};

}  // namespace

std::optional<Left> read_left(Context& context, Place place, const std::vector<Loop>& loops, const WrittenSubject& written,
                              std::vector<UsedField>& used) {
  return LeftReader(context, loops, used).read(place, written);
}

}  // namespace recipe::checking
