// SPDX-License-Identifier: Apache-2.0
// See build_event.h. For each field the values that its tests suggest are tried against all of its wishes; `variant` chooses
// other alternatives of an `or` and other values where several would do.
#include "compiler/prove/build_event.h"

#include <algorithm>
#include <map>

#include "compiler/prove/shapes.h"
#include "compiler/prove/tests.h"
#include "compiler/prove/values.h"
#include "runtime/base/address.h"
#include "runtime/base/path.h"
#include "runtime/base/pattern.h"

namespace recipe::prove {
namespace {

constexpr size_t kMostSamples = 64;   // values of one field that are tried
constexpr size_t kMostLiterals = 12;  // of one test that suggest values

using Ancestor = EventValues::AncestorValues;

struct Question {
  const Test* test;
  bool truth;
};

class Builder {
 public:
  Builder(EventId event, const World& world, size_t variant) : world_(world), variant_(variant) { values_.event = event; }

  bool run(const std::vector<Wish>& wishes) {
    for (const Wish& wish : wishes) {
      if (!wish_for(wish.term, wish.truth)) return false;
    }
    return names_first() && scalars() && ancestors() && arguments() && keys();
  }
  EventValues take() { return std::move(values_); }

 private:
  size_t choose(size_t count) {
    const size_t choice = variant_left_ % count;
    variant_left_ /= count;
    return choice;
  }

  // Splits a wish into questions about fields.
  bool wish_for(const Term& term, bool truth) {
    const PredicateNode& node = term.predicate->nodes[term.node];
    switch (node.kind) {
      case PredicateKind::kTrue:
      case PredicateKind::kFalse:
        return (node.kind == PredicateKind::kTrue) == truth;
      case PredicateKind::kNot:
        return wish_for({term.predicate, term.node + 1}, !truth);
      case PredicateKind::kAnd:
      case PredicateKind::kOr: {
        std::vector<uint32_t> children;
        for (uint32_t at = term.node + 1; at < node.end; at = term.predicate->nodes[at].end) children.push_back(at);
        if ((node.kind == PredicateKind::kAnd) != truth)
          return wish_for({term.predicate, children[choose(children.size())]}, truth);
        return std::all_of(children.begin(), children.end(), [&](uint32_t at) {
          return wish_for({term.predicate, at}, truth);
        });
      }
      case PredicateKind::kTest: {
        const Test& test = term.narrowed != nullptr ? *term.narrowed : term.predicate->tests[node.test];
        if (test.subject.variable > 0) {
          loop_questions_[test.subject.field].push_back({&test, truth != node.negated});
        } else if (test.subject.selector != Selector::kCount && test.subject.selector != Selector::kElement) {
          // How many elements there are, and which one stands where, is left to chance: who judges the event sees it.
          questions_[test.subject.field].push_back({&test, truth != node.negated});
        }
        return true;
      }
      case PredicateKind::kAny:
      case PredicateKind::kAll:
        return loop(term, truth != node.negated);
    }
    return false;
  }

  // `any p in process.ancestors` that should hold gets an ancestor of its own; one that should not gets none.
  bool loop(const Term& term, bool truth) {
    const PredicateNode& node = term.predicate->nodes[term.node];
    if (node.list != FieldId::process_ancestors) return !truth;
    if (!truth && node.kind == PredicateKind::kAny) return true;
    loop_questions_.clear();
    if (!wish_for({term.predicate, term.node + 1}, truth)) return false;
    Ancestor ancestor;
    for (const auto& [field, questions] : loop_questions_) {
      const std::optional<Literal> value = value_for(questions, "");
      if (!value) return false;
      set(ancestor, field, *value);
    }
    loop_questions_.clear();
    ancestors_.push_back(std::move(ancestor));
    return true;
  }

  static void set(Ancestor& ancestor, FieldId field, const Literal& value) {
    const auto* text = std::get_if<std::string>(&value);
    const auto* number = std::get_if<int64_t>(&value);
    if (number != nullptr && field == FieldId::ancestor_pid) ancestor.pid = *number;
    if (number != nullptr && field == FieldId::ancestor_uid) ancestor.uid = *number;
    if (text == nullptr) return;
    if (field == FieldId::ancestor_name) ancestor.name = *text;
    if (field == FieldId::ancestor_comm) ancestor.comm = *text;
    if (field == FieldId::ancestor_exe) ancestor.exe = *text;
    if (field == FieldId::ancestor_cmdline) ancestor.cmdline = *text;
  }

  static bool meets(const std::vector<Question>& questions, const Literal& value) {
    return std::all_of(questions.begin(), questions.end(), [&](const Question& each) {
      const std::optional<bool> held = holds(*each.test, value);
      return !held || *held == each.truth;
    });
  }

  void suggest_text(const Test& test, const std::string& literal, const std::string& name, std::vector<Literal>& out) const {
    const TextKind kind = text_kind(test.subject);
    const std::string plain = [&]() -> std::string {
      if (test.op == Operator::kMatches) return sample_regex(literal);
      const auto shapes = shapes_of(test, literal, false);
      return shapes && !shapes->empty() ? sample(shapes->back()) : literal;
    }();
    const bool path = kind == TextKind::kPath;
    if (kind == TextKind::kDomain && plain.starts_with('.')) out.emplace_back("x" + plain);
    if (!name.empty() && path) {
      std::string below = plain;
      if (!below.ends_with('/')) below += '/';
      out.emplace_back(below + name);
    }
    out.emplace_back(plain);
    if (path && !plain.starts_with('/')) out.emplace_back("/x/" + plain);
    if (path && plain.starts_with('/')) out.emplace_back("/x" + plain);
    if (test.op != Operator::kEquals) {
      out.emplace_back(plain + (path ? "/x" : "x"));
      out.emplace_back((kind == TextKind::kDomain ? "x." : path ? "/x" : "x") + plain);
      out.emplace_back(plain + "1");
    }
  }

  // A value that meets all questions of one field. name: what a path should end in; empty: anything.
  std::optional<Literal> value_for(const std::vector<Question>& questions, const std::string& name) {
    std::vector<Literal> tries;
    const FieldId field = questions.front().test->subject.field;
    const Type type = field == FieldId::kNone ? Type::kString : info(field).type;
    std::vector<std::string> fronts, backs;
    for (const Question& each : questions) {
      size_t taken = 0;
      for (const Literal& literal : each.test->literals) {
        if (++taken > kMostLiterals) break;
        if (const auto* number = std::get_if<int64_t>(&literal)) {
          int64_t near = 0;
          for (const int64_t more : {int64_t{0}, int64_t{1}, int64_t{-1}}) {
            if (!__builtin_add_overflow(*number, more, &near)) tries.emplace_back(near);
          }
          if (type == Type::kFlags && *number > 0) tries.emplace_back(*number & -*number);
          continue;
        }
        const std::string& text = std::get<std::string>(literal);
        if (type == Type::kIp) {
          std::string address = text.substr(0, kAddressBytes);
          tries.emplace_back(address);
          address.back() = static_cast<char>(address.back() + 1);
          tries.emplace_back(address);
          continue;
        }
        if (!each.truth) continue;
        suggest_text(*each.test, text, name, tries);
        const bool ends =
            each.test->op == Operator::kEndsWith || each.test->op == Operator::kContains || each.test->op == Operator::kMatches;
        (ends ? backs : fronts)
            .push_back(each.test->op == Operator::kMatches ? sample_regex(text)
                       : each.test->op == Operator::kLike  ? glob_prefix(text)
                                                           : text);
      }
      if (each.truth && each.test->table != 0) suggest_entry(*each.test, tries);
      if (each.truth && each.test->op == Operator::kHas) combine_flags(questions, tries);
    }
    for (size_t i = 0; i < fronts.size() && tries.size() < kMostSamples; ++i) {
      for (const std::string& back : backs) {
        tries.emplace_back(fronts[i] + back);
        tries.emplace_back(fronts[i] + "/x" + back);
      }
    }
    if (is_number(type)) {
      for (const int64_t number : {int64_t{1000}, int64_t{0}, int64_t{1}}) tries.emplace_back(number);
    } else if (type != Type::kIp) {
      for (const char* text : {"x", "/x/other", "other"}) tries.emplace_back(std::string(text));
      if (!name.empty()) tries.emplace_back("/x/" + name);
    }
    std::vector<Literal> good;
    for (const Literal& each : tries) {
      if (std::holds_alternative<int64_t>(each) != is_number(type)) continue;
      const auto* text = std::get_if<std::string>(&each);
      if (text == nullptr && !is_possible(field, std::get<int64_t>(each))) continue;
      if (text != nullptr && !name.empty() && last_component(*text) != name) continue;
      if (text != nullptr && type == Type::kDomain && !is_domain(*text)) continue;
      if (meets(questions, each) && std::find(good.begin(), good.end(), each) == good.end()) good.push_back(each);
    }
    if (good.empty()) return std::nullopt;
    return good[variant_ % std::min<size_t>(good.size(), 4)];
  }

  static bool is_number(Type type) { return storage_of(type) == Storage::kNumber; }

  static void combine_flags(const std::vector<Question>& questions, std::vector<Literal>& tries) {
    int64_t bits = 0, without = 0;
    for (const Question& each : questions) {
      for (const Literal& literal : each.test->literals) {
        if (const auto* mask = std::get_if<int64_t>(&literal)) (each.truth ? bits : without) |= *mask;
      }
    }
    tries.emplace_back(bits & ~without);
  }

  void suggest_entry(const Test& test, std::vector<Literal>& tries) const {
    if (world_.lists == nullptr || test.table > world_.lists->size()) return;
    const ValueTable& list = (*world_.lists)[test.table - 1];
    if (!list.entries.empty()) tries.emplace_back(list.bytes.substr(0, list.entries[0]));
  }

  [[nodiscard]] const std::vector<Question>* questions_of(FieldId field) const {
    const auto found = questions_.find(field);
    return found == questions_.end() ? nullptr : &found->second;
  }

  // nullopt: it stays absent. false in `ok`: nothing meets the wishes.
  std::optional<Literal> decide(FieldId field, const std::string& name, bool& ok) {
    const std::vector<Question>* questions = questions_of(field);
    if (questions == nullptr) return std::nullopt;
    bool needed = false, wanted_absent = false;
    for (const Question& each : *questions) {
      needed = needed || each.truth;
      wanted_absent = wanted_absent || (each.test->op == Operator::kExists && !each.truth);
    }
    if (wanted_absent && !needed) return std::nullopt;
    // Where only "not this" is asked the field may be missing; a value that is another is the better example.
    const std::optional<Literal> value = value_for(*questions, name);
    ok = ok && (value || !needed);
    return wanted_absent ? std::nullopt : value;
  }

  // A path and the name of its last component agree.
  bool pair(FieldId name, FieldId path) {
    bool ok = true;
    const std::optional<Literal> last = decide(name, "", ok);
    const std::optional<Literal> whole = decide(path, last ? std::get<std::string>(*last) : "", ok);
    if (whole) values_.texts.emplace_back(path, std::get<std::string>(*whole));
    if (last) values_.texts.emplace_back(name, std::get<std::string>(*last));
    done_.push_back(name);
    done_.push_back(path);
    return ok;
  }

  bool names_first() {
    bool ok = pair(FieldId::process_name, FieldId::process_exe);
    if (has_field(values_.event, FieldId::file_path)) ok = pair(FieldId::file_name, FieldId::file_path) && ok;
    return ok;
  }

  static FieldId as_element(FieldId field) {
    switch (field) {
      case FieldId::process_parent_pid:
        return FieldId::ancestor_pid;
      case FieldId::process_parent_uid:
        return FieldId::ancestor_uid;
      case FieldId::process_parent_name:
        return FieldId::ancestor_name;
      case FieldId::process_parent_comm:
        return FieldId::ancestor_comm;
      case FieldId::process_parent_exe:
        return FieldId::ancestor_exe;
      case FieldId::process_parent_cmdline:
        return FieldId::ancestor_cmdline;
      default:
        return FieldId::kNone;
    }
  }

  bool scalars() {
    bool ok = true;
    Ancestor parent;
    bool has_parent = false;
    for (const auto& [field, questions] : questions_) {
      const Type type = info(field).type;
      if (std::find(done_.begin(), done_.end(), field) != done_.end() || storage_of(type) > Storage::kText ||
          field == FieldId::process_cmdline)
        continue;
      const std::optional<Literal> value = decide(field, "", ok);
      if (!value) continue;
      if (as_element(field) != FieldId::kNone) {
        set(parent, as_element(field), *value);
        has_parent = true;
      } else if (const auto* number = std::get_if<int64_t>(&*value)) {
        values_.numbers.emplace_back(field, *number);
      } else {
        values_.texts.emplace_back(field, std::get<std::string>(*value));
      }
    }
    if (has_parent) ancestors_.insert(ancestors_.begin(), std::move(parent));
    return ok;
  }

  bool ancestors() {
    if (!ancestors_.empty()) values_.ancestors = ancestors_;
    return true;
  }

  [[nodiscard]] std::string program() const {
    for (const auto& [field, text] : values_.texts) {
      if (field == FieldId::process_name) return text;
      if (field == FieldId::process_exe) return std::string(last_component(text));
    }
    return "x";
  }

  // Whether the program's table says that the option takes a value in the next element.
  [[nodiscard]] bool takes_value(const std::string& option) const {
    if (world_.option_tables == nullptr) return false;
    const std::string name = program();
    for (const OptionTable& table : *world_.option_tables) {
      if (table.pattern != name && !glob_matches(table.pattern, name, {})) continue;
      for (const auto* specs : {&table.shorts, &table.longs, &table.words}) {
        for (const OptionSpec& spec : *specs) {
          if (spec.name == option && spec.value == ValueKind::kRequired) return true;
        }
      }
      return false;
    }
    return false;
  }

  void add_option(std::vector<std::string>& argv, const std::string& dashed, const std::string& bare) const {
    argv.push_back(dashed);
    if (takes_value(bare)) argv.push_back("x");
  }

  bool arguments() {
    std::vector<Question> questions;
    if (const auto* of_argv = questions_of(FieldId::argv)) questions = *of_argv;
    std::vector<std::string> argv = {program()}, operands;
    bool needed = !questions.empty(), absent = false;
    std::vector<Question> elements, all;
    for (const Question& each : questions) {
      const Test& test = *each.test;
      if (test.op == Operator::kExists && test.subject.selector == Selector::kNone) {
        absent = absent || !each.truth;
      } else if (test.op == Operator::kHasFlag || test.op == Operator::kHasOption) {
        if (!each.truth) continue;
        const std::string& name = std::get<std::string>(test.literals[choose(test.literals.size())]);
        const size_t bare = name.find_first_not_of('-');
        add_option(argv, test.op == Operator::kHasFlag ? "-" + name : name,
                   bare == std::string::npos ? name : name.substr(bare));
      } else if (test.subject.selector == Selector::kOption) {
        if (!each.truth) continue;
        const auto value = test.op == Operator::kExists ? std::optional<Literal>("x") : value_for({each}, "");
        if (!value) return false;
        argv.push_back(test.subject.option);
        argv.push_back(std::get<std::string>(*value));
      } else if (test.subject.selector == Selector::kOperand) {
        if (!each.truth) continue;
        const auto value = test.op == Operator::kExists ? std::optional<Literal>("x") : value_for({each}, "");
        if (!value) return false;
        operands.resize(std::max<size_t>(operands.size(), test.subject.operand + 1), "x");
        operands[test.subject.operand] = std::get<std::string>(*value);
      } else if (test.over == Over::kAllElements) {
        all.push_back(each);
      } else {
        elements.push_back(each);
      }
    }
    if (const auto* line = questions_of(FieldId::process_cmdline)) {
      needed = true;
      if (!command_line(*line, argv)) return false;
    }
    if (absent) return true;
    for (const Question& each : elements) {
      if (!each.truth) continue;
      // The element meets this question and none of those that no element may meet.
      std::vector<Question> mine = {each};
      for (const Question& other : elements) {
        if (!other.truth) mine.push_back(other);
      }
      const std::optional<Literal> value = value_for(mine, "");
      if (!value) return false;
      const std::string& text = std::get<std::string>(*value);
      if (std::find(argv.begin(), argv.end(), text) == argv.end()) argv.push_back(text);
    }
    argv.insert(argv.end(), operands.begin(), operands.end());
    if (!all.empty() && !all_elements(all, argv)) return false;
    if (needed) values_.argv = argv;
    return true;
  }

  // `all argv ...`: every element meets each, argv[0] too.
  static bool all_elements(const std::vector<Question>& all, std::vector<std::string>& argv) {
    for (const Question& each : all) {
      if (!each.truth) {
        argv.emplace_back("x");
        continue;
      }
      argv.erase(std::remove_if(argv.begin(), argv.end(), [&](const std::string& text) { return !meets({each}, text); }),
                 argv.end());
    }
    return true;
  }

  // A line is its elements with one space between; the program's name comes first unless the line says more.
  bool command_line(const std::vector<Question>& questions, std::vector<std::string>& argv) {
    const bool needed = std::any_of(questions.begin(), questions.end(), [](const Question& each) { return each.truth; });
    if (!needed) return true;
    const std::optional<Literal> line = value_for(questions, "");
    if (!line) return false;
    const std::string& text = std::get<std::string>(*line);
    std::vector<std::string> words;
    for (size_t at = 0; at <= text.size();) {
      const size_t end = std::min(text.find(' ', at), text.size());
      words.push_back(text.substr(at, end - at));
      at = end + 1;
    }
    const bool begins = std::any_of(questions.begin(), questions.end(), [](const Question& each) {
      return each.truth && (each.test->op == Operator::kStartsWith || each.test->op == Operator::kEquals ||
                            each.test->op == Operator::kMatches || each.test->op == Operator::kLike);
    });
    if (begins) argv.clear();
    argv.insert(argv.end(), words.begin(), words.end());
    return true;
  }

  bool keys() {
    for (const auto& [field, questions] : questions_) {
      if (info(field).type == Type::kMap) {
        std::vector<std::string> list;
        for (const Question& each : questions) {
          if (!each.truth) continue;
          const auto value = each.test->op == Operator::kExists ? std::optional<Literal>("x") : value_for({each}, "");
          if (!value) return false;
          list.push_back(each.test->subject.option + "=" + std::get<std::string>(*value));
        }
        if (!list.empty()) values_.lists.emplace_back(field, std::move(list));
      } else if (info(field).type == Type::kStringList && field != FieldId::argv) {
        if (info(field).origin == Origin::kState) {
          if (std::any_of(questions.begin(), questions.end(), [](const Question& each) { return each.truth; })) return false;
          continue;
        }
        std::vector<std::string> list;
        for (const Question& each : questions) {
          if (!each.truth) continue;
          const auto value = each.test->op == Operator::kExists ? std::optional<Literal>("x") : value_for({each}, "");
          if (!value) return false;
          list.push_back(std::get<std::string>(*value));
        }
        if (!list.empty()) values_.lists.emplace_back(field, std::move(list));
      }
    }
    return true;
  }

  const World& world_;
  const size_t variant_;
  size_t variant_left_ = variant_;
  EventValues values_;
  std::map<FieldId, std::vector<Question>> questions_, loop_questions_;
  std::vector<Ancestor> ancestors_;
  std::vector<FieldId> done_;
};

}  // namespace

std::vector<EventValues> build_events(EventId event, const std::vector<Wish>& wishes, const World& world, size_t most) {
  constexpr size_t kVariantsEach = 4;
  std::vector<EventValues> built;
  for (size_t variant = 0; variant < most * kVariantsEach && built.size() < most; ++variant) {
    Builder builder(event, world, variant);
    if (!builder.run(wishes)) continue;
    EventValues values = builder.take();
    if (encode_record(values).ok()) built.push_back(std::move(values));
  }
  return built;
}

}  // namespace recipe::prove
