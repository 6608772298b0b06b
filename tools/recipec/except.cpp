// SPDX-License-Identifier: Apache-2.0
// recipec except: a detection that is no harm → the narrowest `tune` that holds it back, and the test that shows it. All that
// is known of the event and does not change from run to run stands in the condition; what is too narrow is for the author to
// take out.
#include <fmt/format.h>

#include <array>
#include <chrono>
#include <nlohmann/json.hpp>
#include <sstream>

#include "compiler/check/check.h"
#include "runtime/artefact/dump.h"
#include "runtime/base/address.h"
#include "runtime/base/read_file.h"
#include "runtime/feed/json.h"
#include "runtime/report/report.h"
#include "tools/recipec/harness.h"
#include "tools/recipec/inputs.h"
#include "tools/recipec/words.h"

namespace recipe::recipec {
namespace {

constexpr size_t kMostBytes = 64u << 20;
constexpr size_t kLongest = 400;  // of a value that an exception may name

struct Options {
  Inputs inputs;
  std::string detection, until;
};

// What tells one harmless event from others, and stays the same from run to run. Texts, in the order in which they are written.
constexpr std::array kFacts = {
    FieldId::process_exe, FieldId::process_script, FieldId::process_cmdline, FieldId::process_parent_name,
    FieldId::file_path,   FieldId::file_source,    FieldId::dst_ip,          FieldId::container_image,
};

// A detection or an event: its line, and the name of its recipe where it says one.
struct Given {
  EventValues event;
  std::string recipe;
};

Result<Given> read_given(const std::string& what) {
  Result<std::string> text =
      what.starts_with("{") ? Result<std::string>(what) : read_file(what == "-" ? "/dev/stdin" : what, kMostBytes);
  if (!text.ok()) return text.error();
  std::istringstream lines(*text);
  for (std::string line; std::getline(lines, line);) {
    if (line.find_first_not_of(" \t\r") == std::string::npos || line.starts_with("{\"coverage\":")) continue;
    JsonEvents events;
    Result<EventValues> values = events.parse(line);
    if (!values.ok()) return values.error();
    const auto json = nlohmann::json::parse(line, nullptr, false);
    const auto recipe = json.is_object() ? json.value("recipe", nlohmann::json()) : nlohmann::json();
    return Given{std::move(*values), recipe.is_string() ? recipe.get<std::string>() : ""};
  }
  return Error{"holds no detection", 0};
}

std::optional<std::string> fact(const EventValues& event, FieldId field) {
  if (std::find(event.truncated.begin(), event.truncated.end(), field) != event.truncated.end()) return std::nullopt;
  for (const auto& [id, text] : event.texts) {
    if (id == field) return text;
  }
  if (field == FieldId::process_parent_name && event.ancestors && !event.ancestors->empty())
    return event.ancestors->front().name;
  const bool cut = std::find(event.truncated.begin(), event.truncated.end(), FieldId::argv) != event.truncated.end();
  if (field != FieldId::process_cmdline || !event.argv || cut) return std::nullopt;
  std::string line;
  for (const std::string& word : *event.argv) line += (line.empty() ? "" : " ") + word;
  return line;
}

// As events hold it: 16 bytes, or already words.
std::string address_of(const std::string& value) {
  return value.size() == kAddressBytes ? format_address(value) : value;
}

// The condition, one term a line. skipped: facts that cannot be named, with why.
std::string condition_of(const EventValues& event, std::vector<std::string>& skipped) {
  std::string out;
  for (const FieldId field : kFacts) {
    const std::optional<std::string> value = has_field(event.event, field) ? fact(event, field) : std::nullopt;
    if (!value) continue;
    const std::string name(info(field).name);
    if (value->find("***") != std::string::npos) {
      skipped.push_back("`" + name + "` holds a masked secret");
    } else if (value->size() > kLongest) {
      skipped.push_back("`" + name + "` is longer than " + std::to_string(kLongest) + " bytes");
    } else {
      out += (out.empty() ? "        " : "\n    and ") + name +
             " == " + (info(field).type == Type::kIp ? address_of(*value) : spell_literal(*value));
    }
  }
  return out;
}

// What the condition asks, and what the recipe's own condition may: facts of the record that say more of the deed than of the
// run. As a test gives it.
std::string test_event(const EventValues& event) {
  EventValues kept;
  kept.event = event.event;
  for (const auto& [field, text] : event.texts) {
    if (info(field).origin == Origin::kRecord && has_field(event.event, field)) kept.texts.emplace_back(field, text);
  }
  for (const auto& [field, number] : event.numbers) {
    if (info(field).type == Type::kFlags || info(field).type == Type::kPort) kept.numbers.emplace_back(field, number);
  }
  kept.argv = event.argv;
  for (const auto& each : event.ancestors.value_or(std::vector<EventValues::AncestorValues>())) {
    if (!each.name) continue;
    if (!kept.ancestors) kept.ancestors.emplace();
    kept.ancestors->emplace_back().name = each.name;
  }
  return spell_event(kept).value_or(std::string(info(event.event).name) + " {}");
}

bool masks_command(const EventValues& event) {
  return fact(event, FieldId::process_cmdline).value_or("").find("***") != std::string::npos;
}

// The recipe that is meant; nullptr: said why not.
const Recipe* find_recipe(const Compilation& compilation, const std::string& name) {
  const auto& recipes = compilation.set.recipes;
  if (name.empty()) {
    complain("the line says no `recipe`: give a detection as `reciped` writes it");
    return nullptr;
  }
  const auto found = std::find_if(recipes.begin(), recipes.end(), [&](const Recipe& each) { return each.info.name == name; });
  if (found != recipes.end()) return &*found;
  complain("there is no recipe `" + name + "` in what was given");
  return nullptr;
}

int run(const Options& options) {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const int64_t now_ns = std::chrono::duration_cast<std::chrono::nanoseconds>(now).count();
  if (!options.until.empty() && end_of_day(options.until).value_or(0) <= now_ns) {
    complain("--until `" + options.until + "` is no day to come: write it as in 2027-03-01");
    return kUsage;
  }
  Compilation compilation;
  if (const int wrong = options.inputs.read_whole(compilation); wrong != kClean) return wrong;
  const Result<Given> given = read_given(options.detection);
  if (!given.ok()) return complain("`" + options.detection + "`: " + given.error().message()), kUsage;
  const Recipe* recipe = find_recipe(compilation, given->recipe);
  if (recipe == nullptr) return kUsage;
  Result<Harness> harness = Harness::build(compilation.artefact);
  if (!harness.ok()) return complain("internal fault: " + harness.error().message()), kFault;
  const RecipeId id{static_cast<uint32_t>(recipe - compilation.set.recipes.data())};
  const EventValues& event = given->event;
  if (!harness->detects(id, event)) {
    complain("the recipe does not detect this event as it stands here: nothing is to be excepted");
    return kFindings;
  }
  std::vector<std::string> skipped;
  const std::string condition = condition_of(event, skipped);
  const std::string probe = "recipe probe {\n  on " + std::string(info(event.event).name) + " when\n" + condition + "\n}\n";
  Compilation made;
  compile_text(made, "proposal", probe, {});
  if (condition.empty() || !made.ok) {
    complain("nothing is known of the event by which an exception could tell it from others");
    return kFindings;
  }
  if (masks_command(event)) {
    complain(
        "no exception is proposed: the command line holds a masked secret, and without it the exception would hold for every "
        "other one of the program");
    return kFindings;
  }
  Result<Harness> excepted = Harness::build(made.artefact);
  if (!excepted.ok()) return complain("internal fault: " + excepted.error().message()), kFault;
  if (!excepted->detects(RecipeId{0}, event)) {
    complain("no exception is proposed: what is known of the event does not tell it");
    return kFindings;
  }
  size_t kept = 0;
  for (const RecipeTest& test : recipe->tests) {
    if (test.expectation != TestExpectation::kMatch || test.steps.empty()) continue;
    const EventValues& last = test.steps.back();
    if (excepted->detects(RecipeId{0}, last)) {
      complain("no exception is proposed: by all that is known the event is the one of the test \"" + printable(test.title) +
               "\", which has to match");
      return kFindings;
    }
    ++kept;
  }
  const std::string title = "harmless: " + fact(event, FieldId::process_exe).value_or(std::string(info(event.event).name));
  std::string out = "tune " + recipe->info.name + " {\n  except " + quote(title) +
                    (options.until.empty() ? "" : " until " + options.until) + " when\n" + condition + "\n}\n\n";
  out += "# Beside the recipe's own tests, once the exception stands in the recipe:\n#   test " + quote(title) + " nothing " +
         test_event(event) + "\n";
  out += "# " + counted(kept, "match test") + " of the recipe still match" + (kept == 1 ? "es" : "") + ".\n";
  for (const std::string& each : skipped) out += "# Left out: " + each + ".\n";
  say(out);
  return kClean;
}

}  // namespace

Run declare_except(CLI::App& app) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("except", "the narrowest tune that holds a harmless detection back, and its test");
  command
      ->add_option("DETECTION", options->detection,
                   "a line of JSON as `reciped` writes it: a file (its first detection), `-`, or the text itself")
      ->required()
      ->type_name("");
  options->inputs.declare(*command);
  command->add_option("--until", options->until, "the last day of the exception, UTC: 2027-03-01")->type_name("DAY");
  command->footer(
      "Exit code: 0 a tune was printed, 1 none is proposed, and why not was said.\n\n"
      "Example:\n  recipec except detection.json rules/ > ours.recipe");
  return [options] { return run(*options); };
}

}  // namespace recipe::recipec
