// SPDX-License-Identifier: Apache-2.0
#include "tools/reciped/near_miss.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "runtime/report/redact.h"
#include "runtime/report/report.h"
#include "runtime/report/value.h"

namespace recipe::reciped {

Result<NearMisses> NearMisses::build(const Engine& engine) {
  NearMisses made(engine);
  const Artefact& artefact = engine.artefact();
  std::map<EventId, std::vector<TriggerId>> triggers;
  for (uint32_t i = 0; i < artefact.triggers.size(); ++i) {
    if (artefact.recipes[artefact.triggers[i].recipe.index()].enabled)
      triggers[artefact.triggers[i].event].push_back(TriggerId{i});
  }
  for (const auto& [event, all] : triggers) {
    Result<Tracer> tracer = Tracer::build(artefact, engine.marks(), all);
    if (!tracer.ok()) return tracer.error();
    made.tracers_.emplace(event, std::move(*tracer));
  }
  return made;
}

void NearMisses::add(const Event& event, Context& context) {
  const auto known = tracers_.find(event.id());
  if (known == tracers_.end()) return;
  Tracer& tracer = known->second;
  const std::vector<Tracer::Term>& terms = tracer.terms();
  std::set<uint32_t> held;                                   // recipes of which some clause holds
  std::map<std::pair<uint32_t, uint32_t>, size_t> short_of;  // recipe and passage: the term
  for (size_t begin = 0; begin < terms.size();) {
    size_t end = begin, failed = 0, last = 0;
    for (; end < terms.size() && terms[end].clause == terms[begin].clause; ++end) {
      if (failed > 1 || tracer.judge(end, event, context) != Truth::kFalse) continue;
      ++failed;
      last = end;
    }
    const uint32_t recipe = engine_->artefact().triggers[terms[begin].trigger.index()].recipe.value;
    if (failed == 0) held.insert(recipe);
    // A clause of one term is short of it by every event.
    if (failed == 1 && end - begin > 1) {
      const Trigger& trigger = engine_->artefact().triggers[terms[last].trigger.index()];
      short_of.try_emplace({recipe, trigger.program.nodes[terms[last].node].passage}, last);
    }
    begin = end;
  }
  for (const auto& [place, term] : short_of) {
    if (held.contains(place.first)) continue;
    if (groups_.size() >= kMostGroups && !groups_.contains(place)) {
      ++without_room_;
      continue;
    }
    Group& group = groups_[place];
    if (group.count++ > 0) continue;
    const Tracer::Term& row = terms[term];
    group.value =
        describe(engine_->artefact().triggers[row.trigger.index()].program, row.node, event, context, engine_->marks());
    group.command = value_text(event, FieldId::process_cmdline, context).value_or("");
    (void)redact(group.value);
    (void)redact(group.command);
  }
}

std::string NearMisses::text() const {
  const Artefact& artefact = engine_->artefact();
  std::vector<std::pair<std::pair<uint32_t, uint32_t>, const Group*>> rows;
  for (const auto& [place, group] : groups_) rows.emplace_back(place, &group);
  std::stable_sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) { return a.second->count > b.second->count; });
  if (rows.empty()) return "near misses: none; no event was one term short of a detection\n";
  std::string out = "near misses, by the term that failed:\n";
  for (const auto& [place, group] : rows) {
    const Passage& passage = artefact.passages[place.second];
    out += fmt::format("  {} event{}  {}  {}:{}  {}\n", group->count, group->count == 1 ? "" : "s",
                       artefact.recipes[place.first].name, artefact.files[passage.file], passage.line, printable(passage.text));
    out += "      " + printable(group->value) + "\n";
    if (!group->command.empty()) out += "      e.g. " + printable(group->command.substr(0, 200)) + "\n";
  }
  if (without_room_ > 0) out += fmt::format("  {} more of other terms\n", without_room_);
  return out;
}

}  // namespace recipe::reciped
