// SPDX-License-Identifier: Apache-2.0
// recipec test: prints what run_tests finds, as text, JSON or JUnit.
#include <fmt/format.h>
#include <unistd.h>

#include <nlohmann/json.hpp>
#include <optional>

#include "runtime/match/trace.h"
#include "runtime/report/report.h"
#include "tools/recipec/beyond_tests.h"
#include "tools/recipec/coverage_report.h"
#include "tools/recipec/inputs.h"
#include "tools/recipec/progress.h"
#include "tools/recipec/run_tests.h"
#include "tools/recipec/words.h"

namespace recipe::recipec {
namespace {

enum class TestFormat { kText, kJson, kJunit };

struct Options {
  Inputs inputs;
  TestFormat format = TestFormat::kText;
  bool verbose = false;
  bool coverage = false;
  int threshold = 0;  // percent
  Beyond beyond;
};

struct Counts {
  size_t tests = 0, failed = 0, faults = 0, without = 0, todo = 0;
};

Counts count(const std::vector<RecipeReport>& reports) {
  Counts counts;
  for (const RecipeReport& recipe : reports) {
    counts.without += recipe.tests.empty() ? 1 : 0;
    for (const TestReport& test : recipe.tests) {
      ++counts.tests;
      counts.failed += test.passed ? 0 : 1;
      counts.faults += test.fault ? 1 : 0;
      counts.todo += test.todo ? 1 : 0;
    }
  }
  return counts;
}

std::string_view expectation_name(TestExpectation expectation) {
  static constexpr std::string_view kNames[] = {"match", "nothing", "mark"};
  return kNames[static_cast<size_t>(expectation)];
}

// --- text ---

class TextPrinter {
 public:
  TextPrinter(bool verbose, bool colour) : verbose_(verbose), colour_(colour) {}

  std::string print(const std::vector<RecipeReport>& reports) {
    for (const RecipeReport& recipe : reports) add(recipe);
    const Counts counts = count(reports);
    out_ += "\n" + counted(counts.tests, "test") + " of " + counted(reports.size(), "recipe") + ": " +
            std::to_string(counts.tests - counts.failed) + " passed, " + std::to_string(counts.failed) + " failed";
    if (counts.todo > 0) out_ += "; " + std::to_string(counts.todo) + " to do";
    if (counts.without > 0) out_ += "; " + counted(counts.without, "recipe") + " without tests";
    return out_ + "\n";
  }

 private:
  void add(const RecipeReport& recipe) {
    size_t failed = 0;
    for (const TestReport& test : recipe.tests) failed += test.passed ? 0 : 1;
    if (recipe.tests.empty()) {
      out_ += paint("33", "none") + " " + recipe.name + " has no tests\n";
      return;
    }
    out_ += failed == 0 ? paint("32", "ok") + " " + recipe.name + " " + counted(recipe.tests.size(), "test") + "\n"
                        : paint("31", "FAIL") + " " + recipe.name + " " + std::to_string(failed) + " of " +
                              counted(recipe.tests.size(), "test") + "\n";
    for (const TestReport& test : recipe.tests) add(recipe, test);
  }

  void add(const RecipeReport& recipe, const TestReport& test) {
    if (test.passed && !verbose_) return;
    out_ += "  " + (test.passed ? paint("32", "✓") : paint("31", "✗")) + " " + printable(test.title) + " (" +
            (test.todo ? "todo " : "") + std::string(expectation_name(test.expectation)) + ")\n";
    if (test.passed) return;
    out_ += "    " + recipe.file + ":" + std::to_string(test.line) + ": " + (test.fault ? "internal fault: " : "") +
            test.reason + "\n";
    if (!test.terms.empty() && test.expectation != TestExpectation::kNothing) out_ += "    the nearest clause:\n";
    if (!test.terms.empty() && test.expectation == TestExpectation::kNothing) out_ += "    the clause:\n";
    for (const TermReport& term : test.terms) {
      out_ += "      " + paint(term.truth == Truth::kFalse ? "31" : "32", mark(term.truth)) + " " + term.words + "\n";
      if (!term.value.empty()) out_ += "          " + printable(term.value) + "\n";
    }
  }

  std::string paint(const char* code, std::string_view text) const {
    return colour_ ? std::string("\033[") + code + "m" + std::string(text) + "\033[0m" : std::string(text);
  }

  bool verbose_, colour_;
  std::string out_;
};

// --- JSON ---

// Text of recipes may hold bytes that are no UTF-8; printable() writes those as \xHH.
std::string as_json(const std::vector<RecipeReport>& reports, const CoverageReport* coverage, const Beyond& beyond) {
  using nlohmann::ordered_json;
  ordered_json recipes = ordered_json::array();
  for (const RecipeReport& recipe : reports) {
    ordered_json tests = ordered_json::array();
    for (const TestReport& test : recipe.tests) {
      ordered_json row = {{"title", printable(test.title)},
                          {"line", test.line},
                          {"expect", expectation_name(test.expectation)},
                          {"passed", test.passed}};
      if (test.todo) row["todo"] = true;
      if (!test.passed) {
        row["reason"] = printable(test.reason);
        row["fault"] = test.fault;
        ordered_json terms = ordered_json::array();
        for (const TermReport& term : test.terms) {
          terms.push_back(
              {{"term", printable(term.words)}, {"truth", truth_name(term.truth)}, {"value", printable(term.value)}});
        }
        row["terms"] = std::move(terms);
      }
      tests.push_back(std::move(row));
    }
    recipes.push_back(
        {{"recipe", recipe.name}, {"file", printable(recipe.file)}, {"line", recipe.line}, {"tests", std::move(tests)}});
  }
  const Counts counts = count(reports);
  ordered_json all = {
      {"tests", counts.tests}, {"failed", counts.failed}, {"without_tests", counts.without}, {"recipes", std::move(recipes)}};
  if (coverage != nullptr) all["coverage"] = coverage->json();
  beyond.add_to(all);
  return all.dump(2) + "\n";
}

// --- JUnit ---

std::string xml(std::string_view text) {
  return escape_markup(printable(text));
}

// What --mutate and --evade find, each a test that fails.
std::string as_junit(const std::vector<Beyond::Gap>& gaps) {
  if (gaps.empty()) return "";
  std::string out =
      fmt::format("  <testsuite name=\"mutants and evasions\" tests=\"{0}\" failures=\"{0}\" errors=\"0\">\n", gaps.size());
  for (const Beyond::Gap& gap : gaps) {
    out += fmt::format("    <testcase classname=\"{}\" name=\"{}\">\n      <failure message=\"{}\"/>\n    </testcase>\n",
                       xml(gap.of), xml(gap.words), xml(gap.words));
  }
  return out + "  </testsuite>\n";
}

std::string as_junit(const std::vector<RecipeReport>& reports, const std::vector<Beyond::Gap>& gaps) {
  const Counts counts = count(reports);
  std::string out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites tests=\"" +
                    std::to_string(counts.tests + gaps.size()) + "\" failures=\"" +
                    std::to_string(counts.failed - counts.faults + gaps.size()) + "\" errors=\"" +
                    std::to_string(counts.faults) + "\">\n";
  for (const RecipeReport& recipe : reports) {
    const Counts own = count({recipe});
    out += "  <testsuite name=\"" + xml(recipe.name) + "\" file=\"" + xml(recipe.file) + "\" tests=\"" +
           std::to_string(own.tests) + "\" failures=\"" + std::to_string(own.failed - own.faults) + "\" errors=\"" +
           std::to_string(own.faults) + "\">\n";
    for (const TestReport& test : recipe.tests) {
      out += "    <testcase classname=\"" + xml(recipe.name) + "\" name=\"" + xml(test.title) + "\" file=\"" +
             xml(recipe.file) + "\" line=\"" + std::to_string(test.line) + "\"";
      if (test.passed) {
        out += "/>\n";
        continue;
      }
      const std::string element = test.fault ? "error" : "failure";
      out += ">\n      <" + element + " message=\"" + xml(test.reason) + "\">";
      for (const TermReport& term : test.terms)
        out += std::string(mark(term.truth)) + " " + xml(term.words) + ": " + xml(term.value) + "\n";
      out += "</" + element + ">\n    </testcase>\n";
    }
    out += "  </testsuite>\n";
  }
  return out + as_junit(gaps) + "</testsuites>\n";
}

// --- the run ---

int run(Options& options) {
  Compilation compilation;
  if (const int code = options.inputs.read_whole(compilation); code != kClean) return code;
  const auto wanted = [&](const std::string& path) { return options.inputs.is_given(path); };
  const bool covers = options.coverage || options.threshold > 0;
  const Result<std::vector<RecipeReport>> reports = run_tests(compilation, wanted, progress_line("recipes"), covers);
  if (!reports.ok()) {
    complain("internal fault: " + reports.error().message());
    return kFault;
  }
  Allows allows(compilation, wanted);
  std::optional<CoverageReport> coverage;
  if (covers) coverage.emplace(compilation, *reports, allows, wanted);
  if (Status ran = options.beyond.run(compilation, allows, wanted, progress_line("recipes")); !ran.ok()) {
    complain("internal fault: " + ran.error().message());
    return kFault;
  }
  switch (options.format) {
    case TestFormat::kText:
      say(TextPrinter(options.verbose, wants_colour(STDOUT_FILENO)).print(*reports));
      if (options.coverage) say(coverage->text());
      say(options.beyond.text());
      break;
    case TestFormat::kJson:
      say(as_json(*reports, options.coverage ? &*coverage : nullptr, options.beyond));
      break;
    case TestFormat::kJunit:
      say(as_junit(*reports, options.beyond.gaps()));
      break;
  }
  const Counts counts = count(*reports);
  if (counts.faults > 0) return kFault;
  if (covers && coverage->percent() < static_cast<size_t>(options.threshold)) {
    complain("coverage is " + std::to_string(coverage->percent()) + " %, less than " + std::to_string(options.threshold) +
             (options.coverage ? "" : "; --coverage shows what is missing"));
    return kFindings;
  }
  // A term that only one of the two is short of is explained to that one: both must have looked.
  const std::vector<Span> unused = covers && options.beyond.mutates() ? allows.unused(kUntestedTerm) : std::vector<Span>{};
  for (const Span span : unused) {
    complain(compilation.sources[span.source].path + ":" +
             std::to_string(compilation.sources.position(span.source, span.begin).line) +
             ": `allow(untested_term)` explains nothing: leave it out");
  }
  return counts.failed > 0 || !unused.empty() || !options.beyond.gaps().empty() ? kFindings : kClean;
}

}  // namespace

Run declare_test(CLI::App& app) {
  auto options = std::make_shared<Options>();
  CLI::App* command =
      app.add_subcommand("test", "run the recipes' own tests, each through artefact, kernel filter and program; no root");
  options->inputs.declare(*command);
  static const std::map<std::string, TestFormat> kFormats = {
      {"text", TestFormat::kText}, {"json", TestFormat::kJson}, {"junit", TestFormat::kJunit}};
  command->add_option("--format", options->format, "how results are printed")
      ->type_name("text|json|junit")
      ->transform(CLI::CheckedTransformer(kFormats).description(""));
  command->add_flag("-v,--verbose", options->verbose, "name each test, not only those that fail");
  command->add_flag("--coverage", options->coverage,
                    "show the terms that no test has seen true, false and deciding, and the exceptions that none has met");
  command->add_option("--threshold", options->threshold, "fail below this share of covered terms and exceptions")
      ->type_name("PERCENT")
      ->check(CLI::Range(0, 100));
  options->beyond.declare(*command);
  command->footer("Example:\n  recipec test rules/\n  recipec test rules/ --format junit > results.xml");
  return [options] { return run(*options); };
}

}  // namespace recipe::recipec
