// SPDX-License-Identifier: Apache-2.0
// Detection → lines for people: what and how grave first, then why, who, what to do. Every word that an event brought passes
// printable(), so that no file name or argument can move the cursor or forge a line.
//
//   critical  code_on_the_fly  perl ran code given on its command line: perl -e 'print 1'
//     why     process.name in [perl, ruby, node]   perl             rules/execution/code_on_the_fly.recipe:14
//             argv contains "-e"                   argv[1] = "-e"   rules/execution/code_on_the_fly.recipe:14
//     tree    1 systemd
//               4241 bash  bash ./ci.sh
//                 4242 perl  perl -e 'print 1'  (/usr/bin/perl, uid 1000 builder, in /srv/job)
//     in      4f1c7f3c9d0b web (docker, image reg.corp/web:1.4)
//     job     github octo/app, workflow build, job test, run 61, by octocat
//     do      Review the pull request that introduced the command.
//     steps   2026-11-23T09:59:58.000000000Z  fetch  exec  4240  curl -o x ...     (of a sequence; else `events`)
//     count   21 from ... to ...                                                   (of a count; `held` of a throttle)
//     at      2026-11-23T10:00:00.000000001Z  T1059  id 0193...
#include <fmt/format.h>

#include <algorithm>

#include "runtime/artefact/names.h"
#include "runtime/report/shapes.h"

namespace recipe {
namespace {

constexpr size_t kShownBytes = 240;  // of one command line or value; the whole stands in JSON
constexpr size_t kColumn = 60;       // a term longer than that pushes its value to the right

std::string_view colour_of(Importance importance) {
  switch (importance) {
    case Importance::kCritical:
      return "\x1b[1;31m";
    case Importance::kHigh:
      return "\x1b[31m";
    case Importance::kMedium:
      return "\x1b[33m";
    case Importance::kLow:
      return "\x1b[36m";
    case Importance::kNone:
      return "\x1b[2m";
  }
  return "";
}

// At most kShownBytes, cut between characters, the cut shown.
std::string shown(std::string_view text) {
  std::string out = printable(text.substr(0, kShownBytes + 4));
  if (out.size() <= kShownBytes) return out;
  size_t end = kShownBytes;
  while (end > 0 && (static_cast<unsigned char>(out[end]) & 0xc0) == 0x80) --end;
  return out.substr(0, end) + "…";
}

std::string name_of(const ProcessInfo& process) {
  if (process.name) return shown(*process.name);
  return process.comm ? shown(*process.comm) : "?";
}

void add_why(std::string& out, const Why& why) {
  size_t text = 0, value = 0;
  for (const WhyTerm& term : why.terms) {
    text = std::max(text, std::min(printable(term.text).size(), kColumn));
    value = std::max(value, std::min(shown(term.value).size(), kColumn));
  }
  std::string_view head = "  why     ";
  for (const WhyTerm& term : why.terms) {
    out += fmt::format("{}{:<{}}  {:<{}}  {}:{}{}\n", head, printable(term.text), text, shown(term.value), value,
                       printable(term.file), term.line, term.unknown ? "  (left open: the field was cut)" : "");
    head = "          ";
  }
  if (why.terms.empty()) out += fmt::format("{}{}  {}:{}\n", head, printable(why.clause), printable(why.file), why.line);
  if (!why.truncated.empty()) {
    out += "  cut     ";
    for (const std::string& field : why.truncated) out += (&field == &why.truncated.front() ? "" : ", ") + field;
    out += '\n';
  }
}

// What came before it: steps of a sequence, events that were counted or held back.
void add_events(std::string& out, const Detection& detection) {
  const auto tally = [&](std::string_view head, const Detection::Tally& all) {
    out += fmt::format("  {:<6}  {} from {} to {}\n", head, all.count, rfc3339(all.first_unix_ns), rfc3339(all.last_unix_ns));
  };
  if (detection.counted) tally("count", *detection.counted);
  if (detection.held_back) tally("held", *detection.held_back);
  size_t column = detection.step.size();
  for (const Detection& each : detection.events) column = std::max(column, each.step.size());
  std::string_view head = detection.step.empty() ? "  events  " : "  steps   ";
  const auto line = [&](const Detection& each) {
    const std::string what = each.process.cmdline ? shown(*each.process.cmdline) : name_of(each.process);
    out +=
        fmt::format("{}{}{:<{}}  {}  {}  {}\n", head, rfc3339(each.time_unix_ns), column > 0 ? "  " + each.step : "",
                    column > 0 ? column + 2 : 0, each.event, each.process.pid ? std::to_string(*each.process.pid) : "?", what);
    head = "          ";
  };
  for (const Detection& each : detection.events) line(each);
  if (!detection.step.empty()) line(detection);
  for (const auto& [file, number] : detection.why.tunes) out += fmt::format("  tuned   {}:{}\n", printable(file), number);
}

void add_tree(std::string& out, const Detection& detection) {
  std::string_view head = "  tree    ";
  size_t depth = 0;
  const auto indent = [&] { return std::string(2 * std::min<size_t>(depth, 30), ' '); };
  for (auto ancestor = detection.ancestors.rbegin(); ancestor != detection.ancestors.rend(); ++ancestor) {
    out += fmt::format("{}{}{} {}{}\n", head, indent(), ancestor->pid ? std::to_string(*ancestor->pid) : "?",
                       name_of(*ancestor), ancestor->cmdline ? "  " + shown(*ancestor->cmdline) : "");
    head = "          ";
    ++depth;
  }
  const ProcessInfo& process = detection.process;
  out += fmt::format("{}{}{} {}{}", head, indent(), process.pid ? std::to_string(*process.pid) : "?", name_of(process),
                     process.cmdline ? "  " + shown(*process.cmdline) : "");
  std::string facts;
  const auto fact = [&](const std::string& words) { facts += (facts.empty() ? "" : ", ") + words; };
  if (process.exe) fact(shown(*process.exe));
  if (process.script) fact("script " + shown(*process.script));
  if (process.uid) fact(fmt::format("uid {}{}", *process.uid, process.user ? " " + shown(*process.user) : ""));
  if (process.cwd) fact("in " + shown(*process.cwd));
  const auto package = text_of(detection, FieldId::process_package_name);
  if (package) fact("package " + shown(*package));
  out += facts.empty() ? "\n" : "  (" + facts + ")\n";
}

}  // namespace

std::string to_text(const Detection& detection, bool colour) {
  const std::string_view importance = importance_name(detection.importance);
  std::string out = colour ? fmt::format("{}{}\x1b[0m  \x1b[1m{}\x1b[0m", colour_of(detection.importance), importance,
                                         printable(detection.recipe))
                           : fmt::format("{}  {}", importance, printable(detection.recipe));
  out += fmt::format("  {}\n", printable(detection.message));
  add_events(out, detection);
  add_why(out, detection.why);
  add_tree(out, detection);
  if (const std::string words = container_words(detection); !words.empty()) out += "  in      " + shown(words) + "\n";
  if (const std::string words = job_words(detection); !words.empty()) out += "  job     " + shown(words) + "\n";
  for (const std::string& action : detection.actions) {
    out += fmt::format("{}{}\n", &action == &detection.actions.front() ? "  do      " : "          ", printable(action));
  }
  out += fmt::format("  at      {}", rfc3339(detection.time_unix_ns));
  for (const AttackReference& reference : detection.attack) out += "  " + printable(reference.id);
  out += fmt::format("  id {}\n", detection.id);
  for (const auto& [name, count] : detection.lost) out += fmt::format("  lost    {} {}\n", name, count);
  return out;
}

}  // namespace recipe
