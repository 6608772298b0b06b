// SPDX-License-Identifier: Apache-2.0
// recipec why: one recipe and one event, term by term: the event's value beside the recipe's words.
#include <unistd.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <span>
#include <sstream>
#include <utility>

#include "compiler/lower/lower.h"
#include "runtime/artefact/dump.h"
#include "runtime/base/read_file.h"
#include "runtime/feed/json.h"
#include "runtime/match/trace.h"
#include "runtime/report/report.h"
#include "tools/recipec/harness.h"
#include "tools/recipec/inputs.h"
#include "tools/recipec/words.h"

namespace recipe::recipec {
namespace {

constexpr size_t kMostClauses = 3;        // that are shown without --all
constexpr size_t kMostBytes = 64u << 20;  // of EVENT

enum class WhyFormat { kText, kJson };

struct Options {
  std::string recipe, event;
  std::vector<std::string> roots;
  WhyFormat format = WhyFormat::kText;
  bool all = false;
};

// What is said of one event.
struct Answer {
  size_t number = 0;  // of the line, from 1
  std::string event, cmdline;
  bool asked = false;  // the recipe has an `on` of the event
  bool off = false;    // the recipe is switched off; what follows holds as if it were not
  bool passes = false;
  std::vector<ClauseReport> clauses;  // fewest failing terms first
  bool detected = false;              // never where it is off
  std::string verdict;
};

// Judges events one after the other, as replay does: what an event needs of earlier ones, they may bring.
class Asker {
 public:
  // off: who has switched the recipe off, in words; empty: it is on. The harness judges it as if it were on.
  Asker(RecipeId recipe, Harness harness, std::string off)
      : recipe_(recipe), harness_(std::move(harness)), off_(std::move(off)) {}

  Result<Answer> ask(const EventValues& values) {
    const Result<std::vector<uint64_t>> record = encode_record(values);
    if (!record.ok()) return Error{"no such event can be: " + record.error().message(), 0};
    Event event;
    if (const Status decoded = event.decode(std::as_bytes(std::span(*record))); !decoded.ok()) return decoded.error();
    Answer answer;
    answer.event = std::string(info(event.id()).name);
    if (const auto line = event.text(FieldId::process_cmdline)) answer.cmdline = printable(*line);
    const std::vector<TriggerId> triggers = harness_.triggers_of(recipe_, event.id());
    answer.asked = !triggers.empty();
    answer.off = !off_.empty();
    (void)harness_.state().close_sequences(event.header().time_boot_ns, harness_.context());
    if (answer.asked) {
      answer.passes = harness_.passes(event, triggers);
      Result<Tracer> tracer = Tracer::build(harness_.artefact(), harness_.marks(), triggers);
      if (!tracer.ok()) return tracer.error();
      answer.clauses = tracer->clauses(event, harness_.context());
      std::stable_sort(answer.clauses.begin(), answer.clauses.end(),
                       [](const ClauseReport& a, const ClauseReport& b) { return a.failures() < b.failures(); });
    }
    judge(event, answer);
    return answer;
  }

 private:
  [[nodiscard]] bool is_own(TriggerId trigger) const { return harness_.artefact().triggers[trigger.index()].recipe == recipe_; }

  void judge(const Event& event, Answer& answer) {
    std::vector<Match> matches;
    harness_.match(event, matches);
    Harness::Excepted excepted;
    const State::Verdict verdict = harness_.settle(
        event, matches, [](const Match&) { return Detection(); }, &excepted);
    std::erase_if(matches, [&](const Match& each) { return !is_own(each.trigger); });
    const auto told = std::find_if(verdict.told.begin(), verdict.told.end(),
                                   [&](const State::Told& each) { return is_own(each.match.trigger); });
    answer.detected = told != verdict.told.end() && !answer.off;
    if (!answer.asked) {
      answer.verdict = "no detection: the recipe has no `on` of this event";
    } else if (answer.off) {
      answer.verdict =
          std::string("no detection: ") + (matches.empty() ? "" : "the conditions hold, and ") + "the recipe is " + off_;
    } else if (answer.detected) {
      answer.verdict = "a detection" + how(*told);
    } else {
      answer.verdict = "no detection" + why_not(matches, excepted);
    }
  }

  [[nodiscard]] std::string how(const State::Told& told) const {
    if (told.match.open) return ": nothing denies it, a truncated field leaves it open";
    const Trigger& trigger = harness_.artefact().triggers[told.match.trigger.index()];
    if (trigger.step != 0) return ": it completes the sequence";
    return trigger.count != 0 ? ": it completes the count" : "";
  }

  // matches: the recipe's own. What a recipe remembers is said of the first that is to be reported.
  [[nodiscard]] std::string why_not(const std::vector<Match>& matches, const Harness::Excepted& excepted) const {
    const Artefact& artefact = harness_.artefact();
    const RecipeInfo& recipe = artefact.recipes[recipe_.index()];
    if (matches.empty()) return "";
    const auto own = std::find_if(excepted.begin(), excepted.end(), [&](const auto& each) { return is_own(each.first); });
    if (own != excepted.end()) {  // one exception holds back all that the recipe says of an event
      const std::string& title = recipe.exceptions[own->second].title;
      return ": " + (title.empty() ? "an exception" : "the exception `" + title + "`") + " holds it back";
    }
    const auto trigger_of = [&](const Match& match) -> const Trigger& { return artefact.triggers[match.trigger.index()]; };
    const auto loud = std::find_if(matches.begin(), matches.end(), [&](const Match& each) { return trigger_of(each).report; });
    const Trigger& trigger = trigger_of(loud == matches.end() ? matches.front() : *loud);
    if (trigger.step != 0) {
      const SequenceStep& step = recipe.sequence->steps[trigger.step - 1];
      const std::string words = " `" + step.name + "` of `" + spell(*recipe.sequence) + "`";
      if (step.absent) return ": it is" + words + ", which must not come";
      return " yet: it is the step" + words + ", whose steps have to come in this order" +
             (recipe.sequence->steps.back().absent ? ", and then the time has to be over" : "");
    }
    if (trigger.count != 0)
      return " yet: its conditions hold, and `" + spell(artefact.counts[trigger.count - 1]) + "` is not reached";
    if (!trigger.report) return ": its conditions hold, and `report false` keeps it silent";
    return recipe.unless_seen ? ": the like was seen before, and it says `" + spell(*recipe.unless_seen) + "`" : "";
  }

  RecipeId recipe_;
  Harness harness_;
  std::string off_;
};

class TextPrinter {
 public:
  TextPrinter(bool all, bool colour) : all_(all), colour_(colour) {}

  std::string print(const Answer& answer) {
    out_ = "event " + std::to_string(answer.number) + ": " + answer.event +
           (answer.cmdline.empty() ? "" : " by `" + answer.cmdline + "`") + "\n";
    if (answer.asked)
      out_ += std::string("  kernel   ") +
              (!answer.passes ? "ends it: it costs nothing more"
               : answer.off   ? "would let it through to this recipe, were it on"
                              : "lets it through to this recipe") +
              "\n";
    size_t shown = 0;
    for (const ClauseReport& clause : answer.clauses) {
      // What holds is the answer; else what came nearest.
      const bool more = all_ || (shown < kMostClauses && (clause.failures() == answer.clauses[0].failures()));
      if (more) add(clause);
      shown += more ? 1 : 0;
    }
    if (shown < answer.clauses.size())
      out_ += "  and " + counted(answer.clauses.size() - shown, "clause") + " more: --all shows them\n";
    out_ += "  " + paint(answer.detected ? "32" : "31", "→ " + answer.verdict) + "\n";
    return std::move(out_);
  }

 private:
  void add(const ClauseReport& clause) {
    const size_t wrong = clause.failures(), all = clause.terms.size();
    out_ += "  clause   " + clause.file + ":" + std::to_string(clause.line) + ", " +
            (wrong == 0 ? "each term holds"
                        : std::to_string(wrong) + " of " + counted(all, "term") + (wrong == 1 ? " is false" : " are false")) +
            "\n";
    for (const TermReport& term : clause.terms) {
      out_ += "    " +
              paint(term.truth == Truth::kTrue    ? "32"
                    : term.truth == Truth::kFalse ? "31"
                                                  : "33",
                    mark(term.truth)) +
              " " + printable(term.words) + (term.kernel ? "  (kernel)" : "") + "\n";
      if (!term.value.empty()) out_ += "        " + printable(term.value) + "\n";
    }
  }

  std::string paint(const char* code, std::string_view text) const {
    return colour_ ? std::string("\033[") + code + "m" + std::string(text) + "\033[0m" : std::string(text);
  }

  bool all_, colour_;
  std::string out_;
};

std::string as_json(const Answer& answer, const std::string& recipe) {
  using nlohmann::ordered_json;
  ordered_json clauses = ordered_json::array();
  for (const ClauseReport& clause : answer.clauses) {
    ordered_json terms = ordered_json::array();
    for (const TermReport& term : clause.terms) {
      terms.push_back({{"term", printable(term.words)},
                       {"truth", truth_name(term.truth)},
                       {"value", printable(term.value)},
                       {"kernel", term.kernel}});
    }
    clauses.push_back(
        {{"file", printable(clause.file)}, {"line", clause.line}, {"false", clause.failures()}, {"terms", std::move(terms)}});
  }
  const ordered_json all = {{"recipe", recipe},          {"line", answer.number},
                            {"event", answer.event},     {"kernel", answer.passes && !answer.off},
                            {"enabled", !answer.off},    {"detected", answer.detected},
                            {"verdict", answer.verdict}, {"clauses", std::move(clauses)}};
  return all.dump() + "\n";
}

// The lines of EVENT: a file, `-`, or JSON as it stands on the command line. Error: it cannot be read.
Result<std::string> read_events(const std::string& what) {
  if (what.starts_with("{")) return what;
  return read_file(what == "-" ? "/dev/stdin" : what, kMostBytes);
}

// The one recipe that is named; kNone: it has been said why not.
RecipeId find_recipe(const Compilation& compilation, const Inputs& inputs, const NamedRecipe& named) {
  std::vector<uint32_t> found;
  for (uint32_t i = 0; i < compilation.set.recipes.size(); ++i) {
    const Recipe& recipe = compilation.set.recipes[i];
    const bool given = inputs.is_given(compilation.sources[recipe.span.source].path);
    if (given && (named.name.empty() || recipe.info.name == named.name)) found.push_back(i);
  }
  if (found.size() == 1) return RecipeId{found[0]};
  complain(found.empty() ? not_found(compilation, named)
                         : "`" + named.path + "` holds " + counted(found.size(), "recipe") + ": say which one, `" + named.path +
                               ":NAME`");
  return RecipeId{};
}

// A recipe that is switched off has no clauses: it is judged as if it were on. Who has switched it off, in words.
std::string switch_on(Compilation& compilation, RecipeId id) {
  Recipe& recipe = compilation.set.recipes[id.index()];
  if (std::exchange(recipe.info.enabled, true)) return {};
  lower(compilation);
  const Span span = recipe.enabled_span.value_or(recipe.name_span);
  const bool itself = span.source == recipe.span.source && recipe.span.begin <= span.begin && span.end <= recipe.span.end;
  return std::string("switched off ") + (itself ? "by itself" : "by a tune") + " at " +
         printable(compilation.sources[span.source].path) + ":" +
         std::to_string(compilation.sources.position(span.source, span.begin).line);
}

int run(const Options& options) {
  const NamedRecipe named = split_name(options.recipe);
  Inputs inputs({named.path}, options.roots);
  Compilation compilation;
  if (const int wrong = inputs.read_whole(compilation); wrong != kClean) return wrong;
  const RecipeId recipe = find_recipe(compilation, inputs, named);
  if (!recipe.valid()) return kUsage;
  const Result<std::string> text = read_events(options.event);
  if (!text.ok()) {
    complain(text.error().message());
    return kUsage;
  }
  std::string off = switch_on(compilation, recipe);
  Result<Harness> harness = Harness::build(compilation.artefact);
  if (!harness.ok()) {
    complain("internal fault: " + harness.error().message());
    return kFault;
  }
  Asker asker(recipe, std::move(*harness), std::move(off));
  TextPrinter printer(options.all, wants_colour(STDOUT_FILENO));
  JsonEvents events;
  size_t number = 0, asked = 0, detected = 0;
  std::istringstream lines(*text);
  for (std::string line; std::getline(lines, line);) {
    ++number;
    if (line.find_first_not_of(" \t\r") == std::string::npos || line.starts_with("{\"coverage\":")) continue;
    const Result<EventValues> values = events.parse(line);
    if (!values.ok()) {
      complain("line " + std::to_string(number) + ": " + values.error().message());
      return kUsage;
    }
    Result<Answer> answer = asker.ask(*values);
    if (!answer.ok()) {
      complain("line " + std::to_string(number) + ": " + answer.error().message());
      return kUsage;
    }
    answer->number = number;
    ++asked;
    detected += answer->detected ? 1 : 0;
    say(options.format == WhyFormat::kJson ? as_json(*answer, compilation.set.recipes[recipe.index()].info.name)
                                           : printer.print(*answer));
  }
  if (asked == 0) {
    complain("`" + options.event + "` holds no event");
    return kUsage;
  }
  return detected == asked ? kClean : kFindings;
}

}  // namespace

Run declare_why(CLI::App& app) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("why", "why a recipe detects an event or does not, term by term");
  command->add_option("RECIPE", options->recipe, "PATH of a file with one recipe, or PATH:NAME")->required()->type_name("");
  command->add_option("EVENT", options->event, "JSON, one a line: a file of events or of detections, `-`, or the text itself")
      ->required()
      ->type_name("");
  command->add_option("-I", options->roots, "where imports are looked for, after the importing file's own folder")
      ->type_name("DIR")
      ->allow_extra_args(false);
  static const std::map<std::string, WhyFormat> kFormats = {{"text", WhyFormat::kText}, {"json", WhyFormat::kJson}};
  command->add_option("--format", options->format, "how the answer is printed")
      ->type_name("text|json")
      ->transform(CLI::CheckedTransformer(kFormats).description(""));
  command->add_flag("--all", options->all, "every clause, not only those that come nearest");
  command->footer(
      "Events come one after the other, as in replay: those of a sequence or of a count bring its detection together.\n"
      "Exit code: 0 each event is a detection, 1 one is not.\n\n"
      "Example:\n  recipec why rules/:code_on_the_fly "
      "'{\"event\":\"exec\",\"process\":{\"name\":\"perl\"},\"argv\":[\"perl\",\"build.pl\"]}'\n"
      "  recipec why rules/execution/code_on_the_fly.recipe detections.jsonl");
  return [options] { return run(*options); };
}

}  // namespace recipe::recipec
