// SPDX-License-Identifier: Apache-2.0
#include "runtime/state/evidence.h"

#include <algorithm>

namespace recipe {
namespace {

constexpr size_t kMostArguments = 4096;  // bytes

size_t size_of(const ProcessInfo& process) {
  size_t bytes = sizeof process;
  for (const auto* text :
       {&process.name, &process.exe, &process.comm, &process.cmdline, &process.script, &process.cwd, &process.user}) {
    if (*text) bytes += (*text)->size();
  }
  return bytes;
}

}  // namespace

void make_evidence(Detection& detection) {
  detection.actions.clear();
  detection.host = {};
  detection.attack.clear();
  if (detection.ancestors.size() > 1) detection.ancestors.resize(1);
  if (!detection.argv) return;
  size_t bytes = 0, kept = 0;
  while (kept < detection.argv->size() && (bytes += (*detection.argv)[kept].size() + 1) <= kMostArguments) ++kept;
  if (kept == detection.argv->size()) return;
  detection.argv->resize(kept);
  detection.why.truncated.emplace_back("argv");
  if (detection.process.cmdline) detection.process.cmdline->resize(std::min(detection.process.cmdline->size(), kMostArguments));
}

size_t footprint(const Detection& detection) {
  size_t bytes = sizeof detection + detection.message.size() + detection.title.size() + size_of(detection.process);
  for (const WhyTerm& term : detection.why.terms) bytes += sizeof term + term.text.size() + term.value.size();
  for (const ProcessInfo& each : detection.ancestors) bytes += size_of(each);
  for (const std::string& each : detection.argv.value_or(std::vector<std::string>())) bytes += sizeof each + each.size();
  for (const EventValue& each : detection.values) {
    bytes += sizeof each;
    if (const auto* text = std::get_if<std::string>(&each.value)) bytes += text->size();
    if (const auto* list = std::get_if<std::vector<std::string>>(&each.value)) {
      for (const std::string& element : *list) bytes += sizeof element + element.size();
    }
  }
  return bytes;
}

}  // namespace recipe
