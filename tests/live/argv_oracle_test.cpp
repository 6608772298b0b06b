// SPDX-License-Identifier: Apache-2.0
// What an argv means is decided by the interpreter, so the interpreter is asked: random lines are run with code that prints a
// sentinel, and the verdict of code_on_the_fly is held against what really ran.
//
// Lines fall in three: the code ran; something else ran (a script, a page of help, nothing at all, and the interpreter was
// content); the interpreter refused the line. The first must be seen and the second must not; of the third both answers are
// right, since an attempt that failed is one. They are counted, and so are lines that were late.
//
// RECIPE_SEED chooses the lines (a fresh seed is printed), RECIPE_ORACLE_LINES how many for each interpreter (60).
#include <atomic>
#include <catch2/catch.hpp>
#include <cstdio>
#include <cstdlib>
#include <thread>

#include "compiler/compile.h"
#include "runtime/artefact/lay_out.h"
#include "runtime/classify/classify.h"
#include "runtime/context/context.h"
#include "runtime/match/matcher.h"
#include "tests/live/option_lines.h"
#include "tests/live/run_line.h"

namespace recipe {
namespace {

// The shipped recipes, asked as replay asks them: encoded, classified, matched, exceptions included.
class Verdicts {
 public:
  Verdicts() {
    const auto files = find_recipes({std::filesystem::path(RECIPE_SOURCE_DIR) / "rules"});
    REQUIRE(files.ok());
    compile(compilation_, files.value(), {});
    for (const Diagnostic& each : compilation_.diagnostics.all()) UNSCOPED_INFO(each.message);
    REQUIRE(compilation_.ok);
    auto image = lay_out(compilation_.artefact.filter, 7, 1);
    REQUIRE(image.ok());
    image_ = std::move(image).value();
    classifier_ = std::make_unique<Classifier>(image_);
    auto matcher = Matcher::build(compilation_.artefact);
    REQUIRE(matcher.ok());
    matcher_ = std::move(matcher).value();
  }

  bool sees_code(const std::string& name, const std::string& argv0, const oracle::Words& arguments) {
    EventValues values;
    values.event = EventId::exec;
    values.texts.emplace_back(FieldId::process_name, name);
    values.argv.emplace({argv0});
    values.argv->insert(values.argv->end(), arguments.begin(), arguments.end());
    values.ancestors.emplace(1);
    values.ancestors->front().name = "bash";
    const auto record = encode_record(values);
    REQUIRE(record.ok());
    REQUIRE(event_.decode(std::as_bytes(std::span(record.value()))).ok());
    const bool everything = classifier_->classify(event_, candidates_);
    matches_.clear();
    matcher_->match(event_, *context_, candidates_, everything, matches_);
    for (const Match& match : matches_) {
      const RecipeId recipe = compilation_.artefact.triggers[match.trigger.index()].recipe;
      if (compilation_.artefact.recipes[recipe.index()].name != "code_on_the_fly") continue;
      return matcher_->find_exception(recipe, event_, *context_) < 0;
    }
    return false;
  }

 private:
  Compilation compilation_;
  FilterImage image_;
  std::unique_ptr<Classifier> classifier_;
  std::unique_ptr<Matcher> matcher_;
  std::unique_ptr<Context> context_ = make_record_context();
  Event event_;
  std::vector<candidate_word> candidates_;
  std::vector<Match> matches_;
};

uint64_t number_from(const char* variable, uint64_t otherwise) {
  const char* const text = std::getenv(variable);
  return text != nullptr ? std::strtoull(text, nullptr, 0) : otherwise;
}

std::vector<oracle::Outcome> run_all(const std::filesystem::path& folder, const std::string& program,
                                     const std::vector<oracle::Line>& lines) {
  std::vector<oracle::Outcome> outcomes(lines.size());
  std::atomic<size_t> next{0};
  const auto work = [&] {
    for (size_t i = next++; i < lines.size(); i = next++) {
      outcomes[i] = oracle::run_line(folder / std::to_string(i), program, lines[i].arguments);
    }
  };
  std::thread other(work);
  work();
  other.join();
  return outcomes;
}

std::string quoted(const oracle::Words& words) {
  std::string text;
  for (const std::string& word : words) text += " '" + word + "'";
  return text;
}

struct Tally {
  size_t ran = 0, missed = 0, others = 0, flagged = 0, refused = 0, late = 0;
};

}  // namespace

TEST_CASE("code_on_the_fly sees what the interpreters really run") {
  const uint64_t seed = number_from("RECIPE_SEED", std::random_device{}());
  const uint64_t wanted = number_from("RECIPE_ORACLE_LINES", 60);
  std::printf("RECIPE_SEED=%llu RECIPE_ORACLE_LINES=%llu\n", static_cast<unsigned long long>(seed),
              static_cast<unsigned long long>(wanted));
  char name[] = "/tmp/recipe-oracle-XXXXXX";
  REQUIRE(mkdtemp(name) != nullptr);
  const std::filesystem::path folder = name;

  Verdicts verdicts;
  Tally sum;
  std::string table, wrong;
  for (const oracle::Interpreter& interpreter : oracle::interpreters()) {
    const auto program = oracle::find_program(interpreter.executable);
    if (!program) {
      table += interpreter.name + ": not installed\n";
      std::printf("%s: not installed\n", interpreter.name.c_str());
      continue;
    }
    oracle::LineMaker maker(interpreter, seed);
    std::vector<oracle::Line> lines;
    while (lines.size() < wanted) lines.push_back(maker.next());
    const auto outcomes = run_all(folder, interpreter.executable, lines);

    Tally tally;
    for (size_t i = 0; i < lines.size(); ++i) {
      const std::string& output = outcomes[i].output;
      const bool ran = output.find(lines[i].sentinel) != std::string::npos;
      const bool late = !ran && outcomes[i].late;
      const bool other = !late && (outcomes[i].zero || output.find(oracle::kScriptMark) != std::string::npos);
      const bool seen = verdicts.sees_code(program->filename().string(), interpreter.executable, lines[i].arguments);
      tally.ran += ran;
      tally.missed += ran && !seen;
      tally.others += !ran && other;
      tally.flagged += !ran && other && seen;
      tally.refused += !ran && !other && !late;
      tally.late += late;
      if ((ran && !seen) || (!ran && other && seen)) {
        wrong += std::string(ran ? "  missed:  " : "  flagged: ") + interpreter.executable + quoted(lines[i].arguments) + "\n";
      }
    }
    char row[160];
    std::snprintf(row, sizeof row, "%-8s ran %5zu, missed %3zu; others %5zu, flagged %3zu; refused %5zu, late %zu\n",
                  interpreter.name.c_str(), tally.ran, tally.missed, tally.others, tally.flagged, tally.refused, tally.late);
    table += row;
    std::fputs(row, stdout);
    std::fflush(stdout);
    sum.ran += tally.ran;
    sum.missed += tally.missed;
    sum.others += tally.others;
    sum.flagged += tally.flagged;
  }
  std::filesystem::remove_all(folder);
  std::fputs(wrong.c_str(), stdout);
  if (sum.ran == 0) {
    std::puts("skipped: none of the interpreters is installed");
    std::exit(77);
  }
  INFO("RECIPE_SEED=" << seed << "\n" << table << wrong);
  // At least 99.5 % seen, at most 0.5 % flagged.
  CHECK(sum.missed * 200 <= sum.ran);
  CHECK(sum.flagged * 200 <= sum.others);
  CHECK(sum.others > 0);
}

}  // namespace recipe
