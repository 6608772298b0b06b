// SPDX-License-Identifier: Apache-2.0
// --emit=recipe and --emit=predicate: names, stable, one line a node.
#include <fmt/format.h>

#include "compiler/check/check.h"
#include "runtime/artefact/dump.h"
#include "runtime/artefact/names.h"

namespace recipe {
namespace {

std::string indent(const std::string& text, std::string_view by) {
  std::string out;
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find('\n', at), text.size());
    out += by;
    out.append(text, at, end - at);
    out += '\n';
    at = end + 1;
  }
  return out;
}

std::string quote_all(const std::vector<std::string>& texts) {
  std::string out = "[";
  for (const std::string& text : texts) out += (out.size() > 1 ? ", " : "") + quote(text);
  return out + "]";
}

std::string print_message(const std::vector<MessagePart>& parts) {
  std::string out;
  for (const MessagePart& part : parts) {
    if (const auto* field = std::get_if<FieldId>(&part)) {
      out += fmt::format("{{{}}}", info(*field).name);
      continue;
    }
    for (const char c : std::get<std::string>(part)) {
      if (c == '{' || c == '}') out += c;
      out += c;
    }
  }
  return quote(out);
}

std::string print_ancestor(const EventValues::AncestorValues& ancestor) {
  std::string out;
  const auto add = [&](std::string_view name, const std::string& value) {
    out += fmt::format("{}{}: {}", out.empty() ? "" : ", ", name, value);
  };
  if (ancestor.pid) add("pid", std::to_string(*ancestor.pid));
  if (ancestor.uid) add("uid", std::to_string(*ancestor.uid));
  if (ancestor.name) add("name", quote(*ancestor.name));
  if (ancestor.comm) add("comm", quote(*ancestor.comm));
  if (ancestor.exe) add("exe", quote(*ancestor.exe));
  if (ancestor.cmdline) add("cmdline", quote(*ancestor.cmdline));
  if (ancestor.start_time) add("start_time", std::to_string(*ancestor.start_time));
  return "{" + out + "}";
}

std::string print_event(const EventValues& event) {
  std::string out;
  for (const auto& [field, number] : event.numbers) out += fmt::format("{}: {}\n", info(field).name, number);
  for (const auto& [field, text] : event.texts) out += fmt::format("{}: {}\n", info(field).name, quote(text));
  if (event.argv) out += fmt::format("argv: {}\n", quote_all(*event.argv));
  if (event.ancestors) {
    std::string all;
    for (const auto& ancestor : *event.ancestors) all += (all.empty() ? "" : ", ") + print_ancestor(ancestor);
    out += fmt::format("process.ancestors: [{}]\n", all);
  }
  return out;
}

std::string print_throttle(const Throttle& throttle) {
  std::string by;
  for (const FieldId field : throttle.by) by += fmt::format("{}{}", by.empty() ? " by " : ", ", info(field).name);
  constexpr uint64_t kMillisecond = 1'000'000;
  const std::string period = throttle.period_ns % (1000 * kMillisecond) == 0
                                 ? fmt::format("{}s", throttle.period_ns / (1000 * kMillisecond))
                             : throttle.period_ns % kMillisecond == 0 ? fmt::format("{}ms", throttle.period_ns / kMillisecond)
                                                                      : fmt::format("{}ns", throttle.period_ns);
  return fmt::format("throttle {} per {}{}\n", throttle.count, period, by);
}

std::string print_info(const RecipeInfo& info) {
  std::string out = fmt::format("title {}\n", quote(info.title));
  const auto add = [&](std::string_view key, const std::string& value) {
    if (!value.empty()) out += fmt::format("{} {}\n", key, value);
  };
  const auto text = [&](std::string_view key, const std::string& value) {
    if (!value.empty()) add(key, quote(value));
  };
  const auto list = [&](std::string_view key, const std::vector<std::string>& values) {
    if (!values.empty()) add(key, quote_all(values));
  };
  add("category", info.category);
  add("method", info.method);
  add("importance", std::string(importance_name(info.importance)));
  for (const AttackReference& reference : info.attack) {
    out += fmt::format("attack {}", reference.id);
    out += reference.name.empty() ? "\n" : fmt::format(" {} ({})\n", quote(reference.name), reference.tactic);
  }
  list("tags", info.tags);
  add("version", std::to_string(info.version));
  add("status", std::string(status_name(info.status)));
  text("author", info.author);
  list("references", info.references);
  list("false_positives", info.false_positives);
  if (!info.enabled) add("enabled", "false");
  text("deprecated", info.deprecated);
  if (info.throttle) out += print_throttle(*info.throttle);
  text("doc quick", info.doc.quick);
  text("doc analysis", info.doc.analysis);
  text("doc implications", info.doc.implications);
  list("doc actions", info.doc.actions);
  return out;
}

std::string print_node(const PredicateNode& node, const Predicate& predicate, size_t loops) {
  const std::string_view no = node.negated ? "not " : "";
  switch (node.kind) {
    case PredicateKind::kFalse:
      return "false";
    case PredicateKind::kTrue:
      return "true";
    case PredicateKind::kNot:
      return "not";
    case PredicateKind::kAnd:
      return "and";
    case PredicateKind::kOr:
      return "or";
    case PredicateKind::kTest:
      return spell(predicate.tests[node.test], node.negated);
    case PredicateKind::kAny:
      return fmt::format("{}any {} in {}", no, loop_variable(static_cast<uint32_t>(loops + 1)), info(node.list).name);
    case PredicateKind::kAll:
      return fmt::format("{}all {} in {}", no, loop_variable(static_cast<uint32_t>(loops + 1)), info(node.list).name);
  }
  return "";
}

}  // namespace

std::string print(const Predicate& predicate) {
  std::string out;
  std::vector<uint32_t> open, loops;  // ends of the enclosing nodes; of the enclosing loops
  for (uint32_t i = 0; i < predicate.nodes.size(); ++i) {
    const PredicateNode& node = predicate.nodes[i];
    while (!open.empty() && open.back() <= i) open.pop_back();
    while (!loops.empty() && loops.back() <= i) loops.pop_back();
    out += std::string(2 * open.size(), ' ') + print_node(node, predicate, loops.size()) + "\n";
    open.push_back(node.end);
    if (node.kind == PredicateKind::kAny || node.kind == PredicateKind::kAll) loops.push_back(node.end);
  }
  return out;
}

std::string print(const Recipe& recipe, const Sources& sources) {
  const Position position = sources.position(recipe.span.source, recipe.span.begin);
  std::string out = fmt::format("recipe {} at {}:{}\n", recipe.info.name, sources[recipe.span.source].path, position.line);
  out += indent(print_info(recipe.info), "  ");
  if (!recipe.evasions.empty()) out += fmt::format("  evasions {}\n", quote_all(recipe.evasions));
  for (const On& on : recipe.ons) {
    out += fmt::format("  on {} importance {} message {}\n", info(on.event).name, importance_name(on.importance),
                       print_message(on.message));
    out += indent(print(on.when), "    ");
    if (!on.report) out += "    not reported\n";
    for (const MarkAction& mark : on.marks) out += "    " + spell(mark) + "\n";
    if (on.count != 0) out += "    " + spell(recipe.state.counts[on.count - 1]) + "\n";
    if (on.step != 0) out += "    step " + recipe.state.sequence->steps[on.step - 1].name + "\n";
  }
  if (recipe.state.sequence) out += "  " + spell(*recipe.state.sequence) + "\n";
  if (recipe.state.seen) out += "  " + spell(*recipe.state.seen) + "\n";
  for (const Except& except : recipe.exceptions) {
    out += fmt::format("  except {}\n", quote(except.title)) + indent(print(except.when), "    ");
  }
  static constexpr std::string_view kExpected[] = {"match", "nothing", "mark"};
  for (const RecipeTest& test : recipe.tests) {
    out += fmt::format("  test {} {}{} {}\n", quote(test.title), test.todo ? "todo " : "",
                       kExpected[static_cast<size_t>(test.expectation)],
                       test.steps.empty() ? "in " + quote(test.events) : std::string(info(test.steps[0].event).name));
    if (test.importance) out += fmt::format("    importance {}\n", importance_name(*test.importance));
    if (test.clause != 0) out += fmt::format("    clause {}\n", test.clause);
    for (const EventValues& step : test.steps) {
      if (&step != test.steps.data())
        out += fmt::format("  then {} at {} ms\n", info(step.event).name, step.time_unix_ns / 1'000'000);
      out += indent(print_event(step), "    ");
    }
  }
  return out;
}

}  // namespace recipe
