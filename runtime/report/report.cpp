// SPDX-License-Identifier: Apache-2.0
// Match + context → Detection. Everything is copied: the record and the context's answers do not outlive the call.
#include "runtime/report/report.h"

#include "runtime/artefact/names.h"
#include "runtime/report/process_members.h"
#include "runtime/report/redact.h"
#include "runtime/report/value.h"

namespace recipe {
namespace {

constexpr std::string_view kAbsent = "-";  // in a message, for a field that the event lacks

std::string fill_message(const std::vector<MessagePart>& parts, const Event& event, Context& context) {
  std::string message;
  for (const MessagePart& part : parts) {
    if (const auto* text = std::get_if<std::string>(&part)) {
      message += *text;
    } else {
      message += value_text(event, std::get<FieldId>(part), context).value_or(std::string(kAbsent));
    }
  }
  return printable(message);
}

ProcessInfo process_of(const Event& event, Context& context) {
  ProcessInfo process;
  for (const ProcessMember& member : process_members()) {
    const FieldInfo* field = find_field("process." + std::string(member.name));
    if (field == nullptr) continue;
    if (member.number != nullptr) process.*member.number = event.number(field->id);
    if (member.text != nullptr) process.*member.text = value_text(event, field->id, context);
  }
  return process;
}

class WhyWriter {
 public:
  WhyWriter(const Artefact& artefact, const Match& match) : artefact_(artefact), match_(match) {}

  Why write() const {
    const Trigger& trigger = artefact_.triggers[match_.trigger.index()];
    Why why;
    std::tie(why.file, why.line) = place(trigger.passage);
    for (const TermWitness& witness : match_.terms) {
      if (witness.node >= trigger.program.nodes.size()) continue;
      const uint32_t passage = trigger.program.nodes[witness.node].passage;
      WhyTerm term;
      term.text = artefact_.passages[passage].text;
      term.value = printable(witness.value);
      std::tie(term.file, term.line) = place(passage);
      term.kernel = witness.in_kernel;
      term.unknown = witness.truth == Truth::kUnknown;
      if (!why.clause.empty()) why.clause += " and ";
      why.clause += term.text;
      why.terms.push_back(std::move(term));
    }
    if (why.clause.empty()) why.clause = artefact_.passages[trigger.passage].text;
    for (const uint32_t tune : artefact_.recipes[trigger.recipe.index()].tunes) why.tunes.push_back(place(tune));
    for (const FieldId field : match_.truncated) why.truncated.emplace_back(info(field).name);
    return why;
  }

 private:
  std::pair<std::string, uint32_t> place(uint32_t passage) const {
    const Passage& words = artefact_.passages[passage];
    return {words.file < artefact_.files.size() ? artefact_.files[words.file] : std::string(), words.line};
  }

  const Artefact& artefact_;
  const Match& match_;
};

}  // namespace

Reporter::Reporter(const Artefact& artefact) : artefact_(artefact), read_names_(keys_by_recipe(artefact, FieldId::env)) {}

Detection Reporter::report(const Match& match, const Event& event, Context& context, uint64_t sequence) {
  const Trigger& trigger = artefact_.triggers[match.trigger.index()];
  const RecipeInfo& recipe = artefact_.recipes[trigger.recipe.index()];
  Detection detection;
  detection.time_unix_ns = event.time_unix_ns();
  detection.id = uuid_v7(detection.time_unix_ns);
  detection.sequence = sequence;
  detection.recipe = recipe.name;
  detection.version = recipe.version;
  detection.title = recipe.title;
  detection.category = recipe.category;
  detection.method = recipe.method;
  detection.status = status_name(recipe.status);
  detection.importance = trigger.importance;
  detection.tags = recipe.tags;
  detection.message = fill_message(trigger.message, event, context);
  if (detection.message.empty()) detection.message = recipe.title.empty() ? recipe.name : recipe.title;
  detection.why = WhyWriter(artefact_, match).write();
  detection.event = info(event.id()).name;
  if (event.has(FieldId::argv)) detection.argv.emplace(event.argv().begin(), event.argv().end());
  detection.values = event_values(event, context, read_names_[trigger.recipe.index()]);
  detection.process = process_of(event, context);
  if (const Context::Ancestors ancestors = context.ancestors(event); ancestors.list != nullptr) {
    detection.ancestors = *ancestors.list;
  }
  complete(detection, trigger, context);
  detection.replayed = (event.header().flags & RECORD_REPLAYED) != 0;
  if (redact_) redact(detection);
  return detection;
}

void Reporter::complete(Detection& detection, const Trigger& trigger, Context& context) const {
  const RecipeInfo& recipe = artefact_.recipes[trigger.recipe.index()];
  detection.attack = recipe.attack;
  detection.host = context.host();
  detection.actions = recipe.doc.actions;
}

}  // namespace recipe
