// SPDX-License-Identifier: Apache-2.0
// See trace.h. A term is evaluated by the very matcher that judges whole programs: each becomes the program of a trigger of its
// own in a small artefact made for the question.
#include "runtime/match/trace.h"

#include <algorithm>

#include "runtime/artefact/dump.h"
#include "runtime/base/address.h"

namespace recipe {
namespace {

// The subtree of `node` as a program. Terms stand outside every loop, so variables count as before.
Program alone(const Program& program, uint32_t node) {
  Program out;
  const uint32_t end = program.nodes[node].end;
  for (uint32_t i = node; i < end; ++i) {
    ProgramNode copy = program.nodes[i];
    copy.end -= node;
    copy.passage = 0;
    if (copy.kind == NodeKind::kTest) {
      out.tests.push_back(program.tests[copy.test]);
      copy.test = static_cast<uint32_t>(out.tests.size() - 1);
    }
    out.nodes.push_back(copy);
  }
  return out;
}

std::string marks_of(FieldId field, const Event& event, Context& context, const Marks& marks) {
  const Marks::Answer answer =
      field == FieldId::process_marked ? marks.of_process(event, context.ancestors(event)) : marks.of_file(event);
  std::string out;
  for (const Mark* mark : answer.marks) out += (out.empty() ? "" : ", ") + marks.name(*mark);
  return "[" + out + "]";
}

std::string value_of(FieldId field, const Event& event, Context& context, const Marks& marks) {
  const FieldInfo& row = info(field);
  if (row.origin == Origin::kState) return marks_of(field, event, context, marks);
  switch (row.type) {
    case Type::kBool:
    case Type::kFlags: {
      const auto number = event.number(field);
      return number ? "[" + flag_names(field, *number) + "]" : "absent";
    }
    case Type::kIp: {
      const auto text = event.text(field);
      return text ? format_address(*text) : "absent";
    }
    case Type::kPort:
    case Type::kInt: {
      const auto number = event.number(field);
      return number ? std::to_string(*number) : "absent";
    }
    case Type::kString:
    case Type::kPath:
    case Type::kDomain: {
      if (const auto text = event.text(field)) return quote(*text);
      const auto asked = context.text(event, field);
      return asked ? quote(*asked) : "absent";
    }
    case Type::kMap:
    case Type::kStringList: {
      if (!event.has(field)) return "absent";
      std::string out;
      for (const std::string_view element : event.texts(field)) out += (out.empty() ? "" : ", ") + quote(element);
      return "[" + out + "]";
    }
    case Type::kRecordList: {
      if (!event.has(field)) return "absent";
      std::string out;
      for (const Ancestor& each : event.ancestors()) {
        if (!out.empty()) out += ", ";
        out += each.name ? std::string(*each.name) : each.pid ? "pid " + std::to_string(*each.pid) : "?";
      }
      return "[" + out + "]";
    }
  }
  return "";
}

}  // namespace

std::string_view truth_name(Truth truth) {
  switch (truth) {
    case Truth::kFalse:
      return "false";
    case Truth::kUnknown:
      return "unknown";
    case Truth::kTrue:
      return "true";
  }
  return "";
}

std::string_view mark(Truth truth) {
  switch (truth) {
    case Truth::kFalse:
      return "✗";
    case Truth::kUnknown:
      return "?";
    case Truth::kTrue:
      return "✓";
  }
  return "";
}

std::string describe(const Program& program, uint32_t node, const Event& event, Context& context, const Marks& marks) {
  // One field each, in the order in which the term asks; elements of a loop are shown by their list.
  std::vector<FieldId> fields;
  const auto note = [&](FieldId field) {
    if (field == FieldId::kNone || info(field).list != FieldId::kNone) return;
    if (std::find(fields.begin(), fields.end(), field) == fields.end()) fields.push_back(field);
  };
  for (uint32_t i = node; i < program.nodes[node].end; ++i) {
    const ProgramNode& each = program.nodes[i];
    note(each.list);
    if (each.kind == NodeKind::kTest && program.tests[each.test].subject.variable == 0)
      note(program.tests[each.test].subject.field);
  }
  std::string out;
  for (const FieldId field : fields) {
    if (!out.empty()) out += ", ";
    out += std::string(info(field).name) + " is " + value_of(field, event, context, marks) +
           (event.truncated(field) ? " (truncated)" : "");
  }
  return out;
}

size_t ClauseReport::failures() const {
  return static_cast<size_t>(
      std::count_if(terms.begin(), terms.end(), [](const TermReport& term) { return term.truth == Truth::kFalse; }));
}

Result<Tracer> Tracer::build(const Artefact& artefact, const Marks& marks, const std::vector<TriggerId>& triggers) {
  Tracer tracer(artefact, marks);
  tracer.small_ = std::make_unique<Artefact>();
  Artefact& small = *tracer.small_;
  small.passages.resize(1);
  small.files = artefact.files;
  small.option_tables = artefact.option_tables;
  small.recipes.resize(1);
  small.recipes[0].name = "question";
  for (const ClauseInfo& clause : artefact.clauses) {
    if (std::find(triggers.begin(), triggers.end(), clause.trigger) == triggers.end()) continue;
    const Trigger& trigger = artefact.triggers[clause.trigger.index()];
    for (const ClauseTerm& term : clause.terms) {
      tracer.terms_.push_back({&clause, clause.trigger, term.node, term.in_kernel});
      small.triggers.push_back({RecipeId{0}, trigger.event, Importance::kNone, {}, alone(trigger.program, term.node), 0});
    }
  }
  const bool looks_up = std::any_of(small.triggers.begin(), small.triggers.end(), [](const Trigger& trigger) {
    const std::vector<Test>& tests = trigger.program.tests;
    return std::any_of(tests.begin(), tests.end(), [](const Test& test) { return test.table != 0; });
  });
  if (looks_up) small.tables = artefact.tables;  // may be millions of entries
  Result<std::unique_ptr<Matcher>> matcher = Matcher::build(small, &marks);
  if (!matcher.ok()) return matcher.error();
  tracer.matcher_ = std::move(*matcher);
  return tracer;
}

const Passage& Tracer::passage(const Term& term) const {
  return artefact_->passages[artefact_->triggers[term.trigger.index()].program.nodes[term.node].passage];
}

std::string Tracer::words(const Term& term) const {
  if (const std::string& text = passage(term).text; !text.empty()) return text;
  const Program& program = artefact_->triggers[term.trigger.index()].program;
  const ProgramNode& node = program.nodes[term.node];
  const std::string spelled = node.kind == NodeKind::kTest ? spell(program.tests[node.test], node.negated) : "";
  return spelled.empty() ? dump(alone(program, term.node)) : spelled;
}

Truth Tracer::judge(size_t term, const Event& event, Context& context) {
  return matcher_->evaluate_trigger(TriggerId{static_cast<uint32_t>(term)}, event, context);
}

std::vector<ClauseReport> Tracer::clauses(const Event& event, Context& context) {
  std::vector<ClauseReport> reports;
  for (size_t i = 0; i < terms_.size(); ++i) {
    const Term& term = terms_[i];
    const Passage& place = passage(term);
    if (i == 0 || term.clause != terms_[i - 1].clause)
      reports.push_back({place.file < artefact_->files.size() ? artefact_->files[place.file] : "", place.line, {}});
    const Program& program = artefact_->triggers[term.trigger.index()].program;
    reports.back().terms.push_back(
        {judge(i, event, context), words(term), describe(program, term.node, event, context, *marks_), term.kernel});
  }
  return reports;
}

std::vector<TermReport> Tracer::nearest(const Event& event, Context& context) {
  std::vector<ClauseReport> all = clauses(event, context);
  const auto best = std::min_element(all.begin(), all.end(),
                                     [](const ClauseReport& a, const ClauseReport& b) { return a.failures() < b.failures(); });
  return best == all.end() ? std::vector<TermReport>{} : std::move(best->terms);
}

}  // namespace recipe
