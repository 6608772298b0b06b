// SPDX-License-Identifier: Apache-2.0
// recipec why: one recipe and one event, term by term: the event's value beside the recipe's words.
#include <unistd.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <span>
#include <sstream>

#include "runtime/feed/json.h"
#include "runtime/match/trace.h"
#include "runtime/report/report.h"
#include "tools/recipec/harness.h"
#include "tools/recipec/inputs.h"
#include "tools/recipec/words.h"
#include "tools/recipec/write_file.h"

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
  bool passes = false;
  std::vector<ClauseReport> clauses;  // fewest failing terms first
  std::string exception;              // that holds it back, by its title
  bool excepted = false, detected = false, open = false;
};

class Asker {
 public:
  Asker(RecipeId recipe, Harness harness) : recipe_(recipe), harness_(std::move(harness)) {}

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
    if (!answer.asked) return answer;
    answer.passes = harness_.passes(event, triggers);
    Result<Tracer> tracer = Tracer::build(harness_.artefact(), harness_.marks(), triggers);
    if (!tracer.ok()) return tracer.error();
    answer.clauses = tracer->clauses(event, harness_.context());
    std::stable_sort(answer.clauses.begin(), answer.clauses.end(),
                     [](const ClauseReport& a, const ClauseReport& b) { return a.failures() < b.failures(); });
    for (const TriggerId trigger : triggers) {
      const Truth truth = harness_.matcher().evaluate_trigger(trigger, event, harness_.context());
      if (truth == Truth::kFalse || !harness_.artefact().triggers[trigger.index()].report) continue;
      answer.detected = true;
      answer.open = truth == Truth::kUnknown;
      break;
    }
    const int exception = answer.detected ? harness_.matcher().find_exception(recipe_, event, harness_.context()) : -1;
    if (exception >= 0) {
      answer.exception = harness_.artefact().recipes[recipe_.index()].exceptions[static_cast<size_t>(exception)].title;
      answer.excepted = true;
      answer.detected = false;
    }
    return answer;
  }

 private:
  RecipeId recipe_;
  Harness harness_;
};

std::string verdict(const Answer& answer) {
  if (!answer.asked) return "no detection: the recipe has no `on` of this event";
  if (answer.excepted)
    return "no detection: " + (answer.exception.empty() ? "an exception" : "the exception `" + answer.exception + "`") +
           " holds it back";
  if (!answer.detected) return "no detection";
  return answer.open ? "a detection: nothing denies it, a truncated field leaves it open" : "a detection";
}

class TextPrinter {
 public:
  TextPrinter(bool all, bool colour) : all_(all), colour_(colour) {}

  std::string print(const Answer& answer) {
    out_ = "event " + std::to_string(answer.number) + ": " + answer.event +
           (answer.cmdline.empty() ? "" : " by `" + answer.cmdline + "`") + "\n";
    if (answer.asked)
      out_ += std::string("  kernel   ") +
              (answer.passes ? "lets it through to this recipe" : "ends it: it costs nothing more") + "\n";
    size_t shown = 0;
    for (const ClauseReport& clause : answer.clauses) {
      // What holds is the answer; else what came nearest.
      const bool more = all_ || (shown < kMostClauses && (clause.failures() == answer.clauses[0].failures()));
      if (more) add(clause);
      shown += more ? 1 : 0;
    }
    if (shown < answer.clauses.size())
      out_ += "  and " + counted(answer.clauses.size() - shown, "clause") + " more: --all shows them\n";
    out_ += "  " + paint(answer.detected ? "32" : "31", "→ " + verdict(answer)) + "\n";
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
  const ordered_json all = {{"recipe", recipe},
                            {"line", answer.number},
                            {"event", answer.event},
                            {"kernel", answer.passes},
                            {"detected", answer.detected},
                            {"verdict", verdict(answer)},
                            {"clauses", std::move(clauses)}};
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
  Result<Harness> harness = Harness::build(compilation.artefact);
  if (!harness.ok()) {
    complain("internal fault: " + harness.error().message());
    return kFault;
  }
  Asker asker(recipe, std::move(*harness));
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
      "Exit code: 0 each event is a detection, 1 one is not.\n\n"
      "Example:\n  recipec why rules/:code_on_the_fly "
      "'{\"event\":\"exec\",\"process\":{\"name\":\"perl\"},\"argv\":[\"perl\",\"build.pl\"]}'\n"
      "  recipec why rules/execution/code_on_the_fly.recipe detections.jsonl");
  return [options] { return run(*options); };
}

}  // namespace recipe::recipec
