// SPDX-License-Identifier: Apache-2.0
// argv → options and operands, by getopt_long's rules. One pass; nothing is copied.
#include "runtime/match/options.h"

#include "runtime/base/pattern.h"

namespace recipe {
namespace {

constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
constexpr bool is_hex(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}
constexpr bool is_alnum(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

const OptionSpec* find_spec(const std::vector<OptionSpec>& specs, std::string_view name) {
  for (const OptionSpec& spec : specs) {
    if (spec.name == name) return &spec;
  }
  return nullptr;
}

// 0777 of -0777e, x1f of -0x1fe, nothing of -le.
size_t glued_digits(std::string_view rest) {
  size_t n = 0;
  if (rest.size() > 1 && rest[0] == 'x' && is_hex(rest[1])) {
    for (n = 1; n < rest.size() && is_hex(rest[n]);) ++n;
    return n;
  }
  while (n < rest.size() && is_digit(rest[n])) ++n;
  return n;
}

class Parse {
 public:
  Parse(std::span<const std::string_view> argv, bool truncated, const OptionTable* table, ParsedCommand& out)
      : argv_(argv),
        truncated_(truncated),
        table_(table),
        out_(out),
        known_(truncated && !argv.empty() ? argv.size() - 1 : argv.size()) {}

  void run() {
    while (at_ < known_ && !ended_) {
      const std::string_view element = argv_[at_];
      if (element.size() < 2 || element[0] != '-') {
        if (table_ == nullptr || !table_->permute) {
          ended_ = true;
          break;
        }
        out_.operands.push_back(at_++);
      } else if (element == "--") {
        ++at_;
        ended_ = true;
      } else if (element[1] == '-') {
        whole(element.substr(2), 2, table_ != nullptr ? &table_->longs : nullptr);
      } else if (!word(element.substr(1))) {
        cluster(element.substr(1));
      }
    }
    // What is cut, or lies behind the cut, would have been asked.
    if (truncated_ && !ended_) out_.open = true;
    if (ended_ && !out_.open) {
      for (; at_ < argv_.size(); ++at_) out_.operands.push_back(at_);
    }
  }

 private:
  void add(std::string_view name, uint32_t dashes) { out_.options.push_back({name, dashes, {}, false, at_}); }
  void give(std::string_view value) {
    out_.options.back().value = value;
    out_.options.back().has_value = true;
  }
  // The value that stands in the next element, where there is one and it is whole.
  void take_next() {
    if (at_ + 1 < known_) {
      give(argv_[++at_]);
    } else if (truncated_) {
      out_.open = true;
      ended_ = true;
    }
  }

  // --name, --name=value, and words behind one dash.
  void whole(std::string_view text, uint32_t dashes, const std::vector<OptionSpec>* specs) {
    const size_t equals = text.find('=');
    const std::string_view name = text.substr(0, equals);
    const OptionSpec* const spec = specs != nullptr ? find_spec(*specs, name) : nullptr;
    add(name, dashes);
    if (equals != std::string_view::npos) {
      give(text.substr(equals + 1));
    } else if (spec != nullptr && spec->value == ValueKind::kRequired) {
      take_next();
    }
    if (spec != nullptr && spec->ends) ended_ = true;
    ++at_;
  }

  bool word(std::string_view text) {
    if (table_ == nullptr) return false;
    const OptionSpec* spec = find_spec(table_->words, text);
    if (spec == nullptr) {
      const size_t equals = text.find('=');
      if (equals == std::string_view::npos) return false;
      spec = find_spec(table_->words, text.substr(0, equals));
      if (spec == nullptr || spec->value == ValueKind::kNone) return false;
    }
    whole(text, 1, &table_->words);
    return true;
  }

  void cluster(std::string_view text) {
    for (size_t i = 0; i < text.size() && !ended_; ++i) {
      // Without a table a value may be glued on: what is no letter or digit is not read as an option.
      if (table_ == nullptr && i > 0 && !is_alnum(text[i])) break;
      const std::string_view name = text.substr(i, 1), rest = text.substr(i + 1);
      const OptionSpec* const spec = table_ != nullptr ? find_spec(table_->shorts, name) : nullptr;
      add(name, 1);
      if (spec == nullptr) continue;
      if (spec->ends) ended_ = true;
      if (spec->value == ValueKind::kDigits) {
        const size_t digits = glued_digits(rest);
        if (digits > 0) give(rest.substr(0, digits));
        i += digits;
      } else if (spec->value != ValueKind::kNone) {
        if (!rest.empty()) {
          give(rest);
        } else if (spec->value == ValueKind::kRequired) {
          take_next();
        }
        break;
      }
    }
    ++at_;
  }

  std::span<const std::string_view> argv_;
  bool truncated_;
  const OptionTable* table_;
  ParsedCommand& out_;
  size_t known_;     // elements that are whole
  uint32_t at_ = 1;  // argv[0] is the program
  bool ended_ = false;
};

}  // namespace

void parse_options(std::span<const std::string_view> argv, bool truncated, const OptionTable* table, ParsedCommand& out) {
  out.options.clear();
  out.operands.clear();
  out.open = false;
  Parse(argv, truncated, table, out).run();
}

const OptionTable* find_table(std::span<const OptionTable> tables, std::string_view name) {
  for (const OptionTable& table : tables) {
    if (table.pattern == name) return &table;
  }
  for (const OptionTable& table : tables) {
    if (glob_matches(table.pattern, name, {})) return &table;
  }
  return nullptr;
}

}  // namespace recipe
