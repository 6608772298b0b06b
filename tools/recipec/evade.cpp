// SPDX-License-Identifier: Apache-2.0
#include "tools/recipec/evade.h"

#include <algorithm>
#include <cctype>
#include <optional>
#include <sstream>

#include "compiler/check/suggest.h"
#include "runtime/match/options.h"
#include "tools/recipec/test_runner.h"

namespace recipe::recipec {
namespace {

constexpr size_t kPadding = 16'384;  // bytes: more than the kernel reads of a command line

using Rewritten = std::optional<EventValues>;  // nullopt: the trick does not fit the event

std::optional<std::string> text_of(const EventValues& event, FieldId field) {
  for (const auto& [id, text] : event.texts) {
    if (id == field) return text;
  }
  return std::nullopt;
}

void set_text(EventValues& event, FieldId field, const std::string& value) {
  for (auto& [id, text] : event.texts) {
    if (id == field) text = value;
  }
}

std::string program_of(const EventValues& event) {
  if (const auto name = text_of(event, FieldId::process_name)) return *name;
  const std::string exe = text_of(event, FieldId::process_exe).value_or("");
  return exe.substr(exe.rfind('/') + 1);
}

// The program under another name, in every place that shows it.
Rewritten renamed_to(const EventValues& event, const std::function<std::string(const std::string&)>& rename) {
  if (event.event != EventId::exec) return std::nullopt;
  EventValues out = event;
  const auto exe = text_of(event, FieldId::process_exe);
  if (!exe && !text_of(event, FieldId::process_name)) return std::nullopt;
  const std::string name = program_of(event), other = rename(name);
  set_text(out, FieldId::process_name, other);
  if (exe) set_text(out, FieldId::process_exe, exe->substr(0, exe->rfind('/') + 1) + other);
  constexpr size_t kCommBytes = 15;
  set_text(out, FieldId::process_comm, other.substr(0, kCommBytes));
  set_text(out, FieldId::process_cmdline, "");
  std::erase_if(out.texts, [](const auto& each) { return each.first == FieldId::process_cmdline; });
  if (out.argv && !out.argv->empty() && (*out.argv)[0].ends_with(name)) {
    std::string& first = (*out.argv)[0];
    first = first.substr(0, first.size() - name.size()) + other;
  }
  return out;
}

// The arguments rewritten; nullopt: they are as they were.
Rewritten with_arguments(const EventValues& event, const std::function<void(std::vector<std::string>&)>& change) {
  if (!event.argv) return std::nullopt;
  EventValues out = event;
  change(*out.argv);
  if (out.argv == event.argv) return std::nullopt;
  std::erase_if(out.texts, [](const auto& each) { return each.first == FieldId::process_cmdline; });
  return out;
}

using Ancestor = EventValues::AncestorValues;
constexpr std::pair<FieldId, std::optional<std::string> Ancestor::*> kParentTexts[] = {
    {FieldId::process_parent_name, &Ancestor::name},
    {FieldId::process_parent_comm, &Ancestor::comm},
    {FieldId::process_parent_exe, &Ancestor::exe},
    {FieldId::process_parent_cmdline, &Ancestor::cmdline},
};
constexpr std::pair<FieldId, std::optional<int64_t> Ancestor::*> kParentNumbers[] = {
    {FieldId::process_parent_pid, &Ancestor::pid},
    {FieldId::process_parent_uid, &Ancestor::uid},
    {FieldId::process_parent_start_time, &Ancestor::start_time},
};

// What the values say of process.parent is said of `parent` instead. Gives how many did.
template <class Values, class Members>
size_t move_parent(Values& values, const Members& members, Ancestor& parent) {
  return std::erase_if(values, [&](const auto& value) {
    const auto member =
        std::find_if(std::begin(members), std::end(members), [&](const auto& each) { return each.first == value.first; });
    if (member == std::end(members)) return false;
    parent.*(member->second) = value.second;
    return true;
  });
}

Rewritten below(const EventValues& event, const char* name, const char* exe) {
  EventValues out = event;
  Ancestor parent;
  parent.name = name;
  parent.exe = exe;
  if (!out.ancestors) out.ancestors.emplace();
  // Fields of process.parent are the first of the list: what they say is said of the second now.
  const bool unknown = out.ancestors->empty();
  if (unknown) out.ancestors->emplace_back();
  Ancestor& known = out.ancestors->front();
  const size_t said = move_parent(out.texts, kParentTexts, known) + move_parent(out.numbers, kParentNumbers, known);
  if (unknown && said == 0) out.ancestors->clear();
  out.ancestors->insert(out.ancestors->begin(), parent);
  return out;
}

bool is_short(const std::string& word) {
  return word.size() == 2 && word[0] == '-' && std::isalnum(static_cast<unsigned char>(word[1])) != 0;
}
bool is_long(const std::string& word) {
  return word.size() > 3 && word.starts_with("--");
}
bool is_value(const std::string& word) {
  return !word.empty() && word[0] != '-';
}

// What the elements of a command line, which must outlive it unchanged, are to its program. Without a table of its options all
// that looks like one may be one.
class Elements {
 public:
  Elements(const std::vector<std::string>& argv, const OptionTable* table) : known_(table != nullptr) {
    if (!known_) return;
    views_.assign(argv.begin(), argv.end());
    parse_options(views_, false, table, parsed_);
  }

  [[nodiscard]] bool is_option(size_t element) const { return !known_ || options_at(element) > 0; }
  // Its value is the next element.
  [[nodiscard]] bool takes_next(size_t element) const {
    return !known_ ||
           (has_value(element) && element + 1 < views_.size() && last(element).value.data() == views_[element + 1].data());
  }
  // Letters behind one dash, none of which has a value but the last.
  [[nodiscard]] bool is_flags(size_t element) const { return !known_ || (options_at(element) > 0 && !has_value(element)); }
  [[nodiscard]] bool is_cluster(size_t element, size_t letters) const { return !known_ || options_at(element) == letters; }

 private:
  [[nodiscard]] size_t options_at(size_t element) const {
    return static_cast<size_t>(std::count_if(parsed_.options.begin(), parsed_.options.end(),
                                             [&](const ParsedOption& option) { return option.element == element; }));
  }
  [[nodiscard]] const ParsedOption& last(size_t element) const {
    return *std::find_if(parsed_.options.rbegin(), parsed_.options.rend(),
                         [&](const ParsedOption& option) { return option.element == element; });
  }
  [[nodiscard]] bool has_value(size_t element) const { return options_at(element) > 0 && last(element).has_value; }

  bool known_;
  std::vector<std::string_view> views_;
  ParsedCommand parsed_;
};

Rewritten versioned(const EventValues& event, const OptionTable* /*table*/) {
  return renamed_to(event, [](const std::string& name) {
    return name + (std::isdigit(static_cast<unsigned char>(name.back())) != 0 ? ".11" : "5.36");
  });
}
Rewritten renamed(const EventValues& event, const OptionTable* /*table*/) {
  return renamed_to(event, [](const std::string&) { return "updated"; });
}
Rewritten from_memory(const EventValues& event, const OptionTable* /*table*/) {
  const auto exe = text_of(event, FieldId::process_exe);
  if (event.event != EventId::exec || !exe) return std::nullopt;
  Rewritten out = renamed_to(event, [](const std::string&) { return "memfd:x"; });
  if (out) set_text(*out, FieldId::process_exe, "/memfd:x");
  return out;
}
Rewritten other_argv0(const EventValues& event, const OptionTable* /*table*/) {
  return with_arguments(event, [](auto& argv) {
    if (!argv.empty()) argv[0] = "-";
  });
}
Rewritten glued(const EventValues& event, const OptionTable* table) {
  return with_arguments(event, [&](auto& argv) {
    const Elements elements(argv, table);
    for (size_t i = 1; i + 1 < argv.size(); ++i) {
      if (!is_short(argv[i]) || !is_value(argv[i + 1]) || !elements.takes_next(i)) continue;
      argv[i] += argv[i + 1];
      argv.erase(argv.begin() + static_cast<ptrdiff_t>(i) + 1);
      return;
    }
  });
}
Rewritten clustered(const EventValues& event, const OptionTable* table) {
  return with_arguments(event, [&](auto& argv) {
    const Elements elements(argv, table);
    for (size_t i = 1; i + 1 < argv.size(); ++i) {
      if (!is_short(argv[i]) || !is_short(argv[i + 1]) || !elements.is_flags(i) || !elements.is_option(i + 1)) continue;
      std::vector<std::string> changed = argv;
      changed[i] += changed[i + 1].substr(1);
      changed.erase(changed.begin() + static_cast<ptrdiff_t>(i) + 1);
      if (!Elements(changed, table).is_cluster(i, 2)) continue;  // the second letter has become the first one's value
      argv = std::move(changed);
      return;
    }
  });
}
Rewritten separated(const EventValues& event, const OptionTable* table) {
  return with_arguments(event, [&](auto& argv) {
    const Elements elements(argv, table);
    for (size_t i = 1; i < argv.size(); ++i) {
      const std::string word = argv[i];
      const bool cluster = word.size() == 3 && word[0] == '-' && std::isalpha(static_cast<unsigned char>(word[1])) != 0 &&
                           std::isalpha(static_cast<unsigned char>(word[2])) != 0;
      if (!cluster || !elements.is_cluster(i, 2)) continue;
      argv[i] = word.substr(0, 2);
      argv.insert(argv.begin() + static_cast<ptrdiff_t>(i) + 1, std::string("-") + word[2]);
      return;
    }
  });
}
Rewritten with_equals(const EventValues& event, const OptionTable* table) {
  return with_arguments(event, [&](auto& argv) {
    const Elements elements(argv, table);
    for (size_t i = 1; i + 1 < argv.size(); ++i) {
      const bool bare = is_long(argv[i]) && argv[i].find('=') == std::string::npos;
      if (!bare || !is_value(argv[i + 1]) || !elements.takes_next(i)) continue;
      argv[i] += "=" + argv[i + 1];
      argv.erase(argv.begin() + static_cast<ptrdiff_t>(i) + 1);
      return;
    }
  });
}
Rewritten without_equals(const EventValues& event, const OptionTable* table) {
  return with_arguments(event, [&](auto& argv) {
    for (size_t i = 1; i < argv.size(); ++i) {
      const size_t equals = argv[i].find('=');
      if (!is_long(argv[i]) || equals == std::string::npos) continue;
      std::vector<std::string> changed = argv;
      changed[i].resize(equals);
      changed.insert(changed.begin() + static_cast<ptrdiff_t>(i) + 1, argv[i].substr(equals + 1));
      if (!Elements(changed, table).takes_next(i)) continue;  // an optional value stands behind `=` alone
      argv = std::move(changed);
      return;
    }
  });
}
Rewritten permuted(const EventValues& event, const OptionTable* table) {
  if (table != nullptr && !table->permute) return std::nullopt;
  return with_arguments(event, [&](auto& argv) {
    if (argv.empty() || std::find(argv.begin(), argv.end(), "--") != argv.end()) return;
    const Elements elements(argv, table);
    std::vector<std::string> front = {argv[0]}, back;
    for (size_t i = 1; i < argv.size(); ++i) {
      // Without a table, what a word behind it is nobody knows.
      const bool alone = table != nullptr || i + 1 == argv.size() || !is_value(argv[i + 1]);
      const bool moves = is_long(argv[i]) && argv[i].find('=') == std::string::npos && elements.is_option(i) && alone;
      (moves ? back : front).push_back(argv[i]);
      if (moves && table != nullptr && elements.takes_next(i)) back.push_back(argv[++i]);
    }
    front.insert(front.end(), back.begin(), back.end());
    argv = std::move(front);
  });
}
Rewritten wrapped(const EventValues& event, const OptionTable* /*table*/) {
  return below(event, "timeout", "/usr/bin/timeout");
}
Rewritten below_shell(const EventValues& event, const OptionTable* /*table*/) {
  return below(event, "sh", "/bin/sh");
}
Rewritten slashes(const EventValues& event, const OptionTable* /*table*/) {
  return with_arguments(event, [](auto& argv) {
    for (size_t i = 1; i < argv.size(); ++i) {
      const size_t slash = argv[i].find('/', 1);
      if (argv[i][0] == '/' && slash != std::string::npos)
        argv[i] = "/" + argv[i].substr(0, slash) + "/." + argv[i].substr(slash);
    }
  });
}
Rewritten padded(const EventValues& event, const OptionTable* /*table*/) {
  return with_arguments(event, [](auto& argv) {
    if (argv.size() > 1) argv.insert(argv.begin() + 1, "--padding=" + std::string(kPadding, 'x'));
  });
}

struct Trick {
  Rewritten (*rewrite)(const EventValues&, const OptionTable* table);  // of the program; nullptr: none
  TrickInfo info;
};
#define EVASION(function, name, doc) {function, {name, doc}},
constexpr Trick kTricks[] = {
#include "tools/recipec/evasions.def"
};
#undef EVASION

std::vector<std::string_view> trick_names() {
  std::vector<std::string_view> names;
  for (const Trick& trick : kTricks) names.push_back(trick.info.name);
  return names;
}

// The tricks that stand before the colons of a recipe's `evasions`.
std::set<std::string, std::less<>> named_by(const Recipe& recipe) {
  std::set<std::string, std::less<>> names;
  for (const std::string& evasion : recipe.evasions) {
    const size_t colon = evasion.find(':');
    std::istringstream head(colon == std::string::npos ? "" : evasion.substr(0, colon));
    for (std::string name; std::getline(head >> std::ws, name, ',');) {
      name.erase(name.find_last_not_of(" \t\n") + 1);
      names.insert(name);
    }
  }
  return names;
}

}  // namespace

const std::vector<TrickInfo>& all_tricks() {
  static const std::vector<TrickInfo> kAll = [] {
    std::vector<TrickInfo> all;
    for (const Trick& trick : kTricks) all.push_back(trick.info);
    return all;
  }();
  return kAll;
}

Result<std::vector<EvasionReport>> evade(const Compilation& compilation,
                                         const std::function<bool(const std::string& path)>& wanted) {
  Result<Harness> harness = Harness::build(compilation.artefact);
  if (!harness.ok()) return harness.error();
  TestRunner runner(std::move(*harness));
  std::vector<EvasionReport> reports;
  for (uint32_t i = 0; i < compilation.set.recipes.size(); ++i) {
    const Recipe& recipe = compilation.set.recipes[i];
    if (!wanted(compilation.sources[recipe.span.source].path)) continue;
    EvasionReport report{recipe.info.name, {}, {}};
    const std::set<std::string, std::less<>> named = named_by(recipe);
    for (const Trick& trick : kTricks) {
      EvasionRow row{trick.info.name};
      for (const RecipeTest& test : recipe.tests) {
        if (test.expectation != TestExpectation::kMatch || test.wait_ns > 0 || test.todo) continue;
        RecipeTest changed = test;
        const EventValues& event = test.steps.back();
        const OptionTable* table = find_table(compilation.artefact.option_tables, program_of(event));
        const Rewritten last = trick.rewrite(event, table);
        if (!last || !encode_record(*last).ok()) continue;
        changed.steps.back() = *last;
        const std::vector<RecipeId> told = runner.told_by(changed);
        ++row.tried;
        if (std::find(told.begin(), told.end(), RecipeId{i}) != told.end()) {
          ++row.matched;
        } else if (!told.empty()) {
          ++row.elsewhere;
          for (const RecipeId other : told) row.tellers.insert(compilation.set.recipes[other.index()].info.name);
        } else if (row.escaped.empty()) {
          row.escaped = test.title;
        }
      }
      row.named = named.contains(row.trick);
      if (row.named && row.tried > 0 && row.matched == row.tried)
        report.wrong.push_back("`" + std::string(row.trick) + "` is named, and every form matches: leave it out");
      if (row.tried > 0) report.rows.push_back(std::move(row));
    }
    for (const std::string& name : named) {
      const std::string near = suggest(name, trick_names());
      if (!near.empty() && near != name) report.wrong.push_back("`" + name + "` is no trick: did you mean `" + near + "`?");
    }
    reports.push_back(std::move(report));
  }
  return reports;
}

}  // namespace recipe::recipec
