// SPDX-License-Identifier: Apache-2.0
// The built recipec, as its users run it: exit codes, outputs, files.
#include "tests/unit/tools/recipec/recipec.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <regex>
#include <set>

namespace recipe {
TEST_CASE("check is quiet about recipes without errors") {
  const ScratchFolder folder;
  folder.write("a.recipe", kGood);
  folder.write("sub/b.recipe", fresh("other"));
  const CommandResult result = recipec({"check", folder.path()});
  CHECK(result.code == 0);
  CHECK(result.out == "2 recipes in 2 files: no errors\n");
  CHECK(result.err.empty());
}

TEST_CASE("check reports the errors of all files in one run, and in the format asked for") {
  const ScratchFolder folder;
  folder.write("a.recipe", kWrong);
  folder.write("b.recipe", "recipe bad2 {\n  on exec when proces.exe == \"/x\"\n}\n");
  const CommandResult text = recipec({"check", folder.path()});
  CHECK(text.code == 2);
  CHECK_THAT(text.out, Contains("a.recipe:2:") && Contains("b.recipe:2:") && Contains("E0107") && Contains("process.name"));
  CHECK(text.out.find('\033') == std::string::npos);
  const CommandResult json = recipec({"check", folder.path(), "--format", "json"});
  CHECK(json.code == 2);
  CHECK(nlohmann::json::parse(json.out).at("errors") == 2);
  const CommandResult sarif = recipec({"check", folder.path(), "--format=sarif"});
  CHECK(nlohmann::json::parse(sarif.out).at("version") == "2.1.0");
  CHECK_THAT(recipec({"check", folder.path(), "--format=github"}).out, Contains("::error file="));
}

TEST_CASE("check reads stdin") {
  CHECK(recipec({"check", "-"}, kGood).out == "1 recipe in 1 file: no errors\n");
  const CommandResult wrong = recipec({"check", "-"}, kWrong);
  CHECK(wrong.code == 2);
  CHECK_THAT(wrong.out, Contains("<stdin>:2:"));
}

TEST_CASE("a command line that is wrong ends with 3 and says so") {
  const ScratchFolder folder;
  const std::string good = folder.write("a.recipe", kGood);
  CHECK(recipec({}).code == 3);
  CHECK(recipec({"chek", good}).code == 3);
  CHECK(recipec({"check"}).code == 3);
  CHECK(recipec({"check", good, "--format", "xml"}).code == 3);
  CHECK(recipec({"check", good, "-"}).code == 3);
  CHECK(recipec({"check", good, "-I", folder.path("nowhere")}).code == 3);
  CHECK(recipec({"lint", "-", "--fix"}).code == 3);
  CHECK(recipec({"compile", good}).code == 3);
  CHECK(recipec({"explain", "E9999"}).code == 3);
  CHECK(recipec({"fields", "exek"}).code == 3);
  CHECK(recipec({"completion", "tcsh"}).code == 3);
  const CommandResult missing = recipec({"check", folder.path("none.recipe")});
  CHECK(missing.code == 3);
  CHECK_THAT(missing.err, Contains("none.recipe") && Contains("No such file"));
}

TEST_CASE("a path that holds no recipes is named, with what was expected") {
  const ScratchFolder folder;
  folder.write("empty/readme.txt", "x");
  const CommandResult empty = recipec({"check", folder.path("empty")});
  CHECK(empty.code == 3);
  CHECK_THAT(empty.err, Contains("no recipes below"));
  const std::string binary = folder.write("x.recipe", std::string("\x7f"
                                                                  "ELF\0\0",
                                                                  6));
  const CommandResult elf = recipec({"check", binary});
  CHECK(elf.code == 3);
  CHECK_THAT(elf.err, Contains("binary file"));
}

TEST_CASE("every subcommand has help with an example, and there is a version") {
  const CommandResult help = recipec({"--help"});
  CHECK(help.code == 0);
  for (const std::string command :
       {"check", "lint", "test", "compile", "explain", "fields", "doc", "new", "dump", "diff", "except", "lsp", "completion"}) {
    INFO(command);
    CHECK_THAT(help.out, Contains("\n  " + command + " "));
    const CommandResult own = recipec({command, "--help"});
    CHECK(own.code == 0);
    CHECK_THAT(own.out, Contains("Example:\n  recipec " + command) || Contains("<(recipec " + command));
  }
  CHECK(recipec({"--version"}).out == "recipec " RECIPE_VERSION "\n");
}

TEST_CASE("compile writes an artefact that dump reads") {
  const ScratchFolder folder;
  const std::string good = folder.write("a.recipe", kGood);
  REQUIRE(recipec({"compile", good, "-o", folder.path("rules.bin")}).code == 0);
  const CommandResult dumped = recipec({"dump", folder.path("rules.bin")});
  CHECK(dumped.code == 0);
  CHECK_THAT(dumped.out, Contains("perl_code"));
  const CommandResult as_recipe = recipec({"check", folder.path("rules.bin")});
  CHECK(as_recipe.code == 3);
  CHECK_THAT(as_recipe.err, Contains("recipec dump"));
  CHECK(recipec({"dump", good}).code == 3);
}

TEST_CASE("what compile cannot write it does not leave half written") {
  const ScratchFolder folder;
  const std::string good = folder.write("a.recipe", kGood);
  CHECK(recipec({"compile", good, "-o", "/dev/full"}).code == 4);
  const CommandResult nowhere = recipec({"compile", good, "-o", folder.path("no/such/folder.bin")});
  CHECK(nowhere.code == 4);
  CHECK_THAT(nowhere.err, Contains("cannot write") && Contains("No such file"));
  CHECK(recipec({"compile", good, "-o", folder.path()}).code == 4);

  folder.write("old.bin", "old");
  folder.write("bad.recipe", kWrong);
  CHECK(recipec({"compile", folder.path("bad.recipe"), "-o", folder.path("old.bin")}).code == 2);
  CHECK(folder.read("old.bin") == "old");
  CHECK(folder.list() == std::vector<std::string>{"a.recipe", "bad.recipe", "old.bin"});
}

TEST_CASE("a stdout that is full is a fault, not a success") {
  const ScratchFolder folder;
  const std::string good = folder.write("a.recipe", kGood);
  const CommandResult result = run_command({kRecipec, "check", good}, {}, {}, "/dev/full");
  CHECK(result.code == 4);
  CHECK_THAT(result.err, Contains("cannot write to stdout"));
}

TEST_CASE("emit prints every form, to stdout alone") {
  const ScratchFolder folder;
  const std::string good = folder.write("a.recipe", kGood);
  for (const std::string form : {"document", "recipe", "predicate", "clauses", "filter", "program", "artefact"}) {
    INFO(form);
    const CommandResult checked = recipec({"check", good, "--emit=" + form});
    CHECK(checked.code == 0);
    CHECK_THAT(checked.out, Contains("perl"));
    CHECK(recipec({"compile", good, "--emit", form}).out == checked.out);
  }
  CHECK(recipec({"check", good, "--emit=tree"}).code == 3);
}

TEST_CASE("lint shows an event of what it has proved") {
  const ScratchFolder folder;
  const std::string file = folder.write(
      "a.recipe",
      "recipe wide {\n  on exec when process.name == perl\n}\nrecipe narrow {\n  on exec when process.name == perl "
      "and process.uid == 0\n}\n");
  const CommandResult found = recipec({"lint", file});
  CHECK(found.code == 1);
  CHECK_THAT(found.out, Contains("note: both detect: `exec { process.name: \"perl\", process.uid: 0 }`") &&
                            Contains("note: `wide` alone detects: `exec { process.name: \"perl\" }`"));
}

TEST_CASE("lint finds, and --fix makes the sure changes until there is none left") {
  const ScratchFolder folder;
  const std::string file = folder.write(
      "a.recipe",
      "# allow(contains_with_space): nothing here\n"
      "recipe sample {\n"
      "  on exec when process.name == a or process.name == b and (process.uid == 0 or process.gid == 1 and process.uid == 2)\n"
      "}\n");
  const CommandResult found = recipec({"lint", file});
  CHECK(found.code == 1);
  CHECK_THAT(found.out, Contains("L0104") && Contains("L0111") && Contains("L0107"));
  const CommandResult fixed = recipec({"lint", file, "--fix"});
  CHECK(fixed.code == 1);  // tests and documentation are still missing
  CHECK_THAT(fixed.out, Contains("3 fixes made"));
  CHECK(folder.read("a.recipe") ==
        "recipe sample {\n"
        "  on exec when process.name == a or (process.name == b and (process.uid == 0 or (process.gid == 1 and process.uid == "
        "2)))\n"
        "}\n");
  CHECK(folder.list() == std::vector<std::string>{"a.recipe"});
  CHECK(recipec({"lint", folder.write("b.recipe", kWrong)}).code == 2);
}

TEST_CASE("a new recipe checks, lints and tests clean") {
  const ScratchFolder folder;
  const std::string file = folder.path("shell_from_editor.recipe");
  REQUIRE(recipec({"new", "shell_from_editor", "-o", file}).code == 0);
  const CommandResult linted = recipec({"lint", file});
  INFO(linted.out);
  CHECK(linted.code == 0);
  CHECK(recipec({"check", file}).code == 0);
  CHECK_THAT(recipec({"test", file}).out, Contains("ok shell_from_editor 3 tests"));
  CHECK(recipec({"new", "shell_from_editor", "-o", file}).code == 3);
  CHECK(recipec({"new", "Shell"}).code == 3);
  CHECK(recipec({"new", "../x"}).code == 3);
}

TEST_CASE("test passes what holds and says term by term why another does not") {
  const ScratchFolder folder;
  const std::string good = folder.write("good.recipe", kGood);
  const CommandResult passed = recipec({"test", good});
  INFO(passed.out + passed.err);
  CHECK(passed.code == 0);
  CHECK_THAT(passed.out, Contains("ok perl_code 2 tests") && Contains("2 tests of 1 recipe: 2 passed, 0 failed"));
  CHECK_THAT(recipec({"test", good, "-v"}).out, Contains("✓ a script (nothing)"));

  const std::string bad = folder.write("bad.recipe",
                                       "recipe wrong {\n"
                                       "  on exec when process.name == perl and argv contains \"-e\"\n"
                                       "  test \"ruby\" match exec { process.name: ruby, argv: [ruby, \"-e\", \"1\"] }\n"
                                       "  test \"perl\" nothing exec { process.name: perl, argv: [perl, \"-e\", \"1\"] }\n"
                                       "  test \"fine\" nothing exec { process.name: perl }\n"
                                       "}\n");
  const CommandResult failed = recipec({"test", bad});
  CHECK(failed.code == 1);
  CHECK_THAT(failed.out, Contains("FAIL wrong 2 of 3 tests") &&
                             Contains("✗ process.name == perl\n          process.name is \"ruby\"") &&
                             Contains("✓ argv contains \"-e\"\n          argv is [\"ruby\", \"-e\", \"1\"]") &&
                             Contains("must match nothing, and matches") && Contains("bad.recipe:3"));
  const auto json = nlohmann::json::parse(recipec({"test", bad, "--format=json"}).out);
  CHECK(json.at("failed") == 2);
  CHECK(json.at("recipes")[0].at("tests")[0].at("terms")[0].at("truth") == "false");
  CHECK_THAT(recipec({"test", bad, "--format=junit"}).out, Contains("<testsuites tests=\"3\" failures=\"2\" errors=\"0\">"));
}

TEST_CASE("test names the exception that holds a match back, and a recipe without tests") {
  const ScratchFolder folder;
  const std::string held = folder.write("held.recipe",
                                        "recipe held {\n"
                                        "  on exec when process.name == perl\n"
                                        "  except \"root may\" when process.uid == 0\n"
                                        "  test \"root\" match exec { process.name: perl, process.uid: 0 }\n"
                                        "}\n");
  const CommandResult result = recipec({"test", held});
  CHECK(result.code == 1);
  CHECK_THAT(result.out, Contains("an exception holds it back: root may"));
  const std::string bare = folder.write("bare.recipe", "recipe bare {\n  on exec when process.name == perl\n}\n");
  const CommandResult none = recipec({"test", bare});
  CHECK(none.code == 0);
  CHECK_THAT(none.out, Contains("bare has no tests") && Contains("1 recipe without tests"));
}

TEST_CASE("the events of a test happen in turn, and what they mark is shown where the last one fails") {
  const ScratchFolder folder;
  const std::string path = folder.write("m.recipe", R"(recipe sets {
  title "Sets"
  on exec when process.name == curl { mark process.tree fetches for 1m report false }
  except "the mirror" when argv contains "--mirror"
  test "it marks"  mark    exec { process.name: curl }
  test "held back" mark    exec { process.name: curl, argv: [curl, "--mirror"] }
}
recipe asks {
  title "Asks"
  on exec when process.name == sh and process.marked fetches
  test "by the other recipe" match   exec { process: { pid: 1, name: curl } } then exec after 5s { process: { pid: 1, name: sh } }
  test "another process"     match   exec { process: { pid: 1, name: curl } } then exec after 5s { process: { pid: 2, name: sh } }
  test "too late"            nothing exec { process: { pid: 1, name: curl } } then exec after 60s { process: { pid: 1, name: sh } }
  test "alone"               nothing exec { process: { pid: 1, name: sh } }
}
)");
  const CommandResult result = recipec({"test", path, "--verbose"});
  CHECK(result.code == 1);
  CHECK_THAT(result.out, Contains("✓ it marks (mark)") && Contains("✗ held back (mark)") &&
                             Contains("must mark, and an exception holds it back: the mirror"));
  CHECK_THAT(result.out, Contains("✓ by the other recipe") && Contains("✓ too late") && Contains("✓ alone"));
  CHECK_THAT(result.out, Contains("✗ another process") && Contains("process.marked is []"));
  CHECK_THAT(result.out, Contains("4 passed, 2 failed"));
  const CommandResult explained = recipec({"explain", path});
  CHECK_THAT(explained.out, Contains("then mark process.tree fetches for 1m") && Contains("is not reported") &&
                                Contains("the kernel knows who was marked"));
}

TEST_CASE("a recipe that is switched off still runs its tests") {
  const ScratchFolder folder;
  std::string text = kGood;
  text.insert(text.find("  on"), "  enabled false\n");
  CHECK_THAT(recipec({"test", folder.write("off.recipe", text)}).out, Contains("ok perl_code 2 tests"));
}

TEST_CASE("explain shows a recipe, one recipe of a folder, a code's page and a lint's") {
  const ScratchFolder folder;
  folder.write("a.recipe", kGood);
  const CommandResult one = recipec({"explain", folder.path("a.recipe")});
  CHECK(one.code == 0);
  CHECK_THAT(one.out, Contains("perl_code"));
  CHECK(recipec({"explain", folder.path() + ":perl_code"}).out == one.out);
  CHECK(recipec({"explain", folder.path() + ":nothing"}).code == 3);
  CHECK_THAT(recipec({"explain", "E0107"}).out, Contains("# E0107"));
  CHECK(recipec({"explain", "no_kernel_filter"}).out == recipec({"explain", "L0101"}).out);
  CHECK_THAT(recipec({"explain", "lints"}).out, Contains("L0101  no_kernel_filter\n"));
}

TEST_CASE("fields prints the catalogue as a table and as JSON") {
  const CommandResult text = recipec({"fields", "exec"});
  CHECK(text.code == 0);
  CHECK_THAT(text.out, Contains("process.name ") && Contains("process.ancestors[].name") && Contains("list of string"));
  const auto json = nlohmann::json::parse(recipec({"fields", "exec", "--format=json"}).out);
  CHECK(json.at("event") == "exec");
  const auto& fields = json.at("fields");
  const auto argv = std::find_if(fields.begin(), fields.end(), [](const auto& field) { return field.at("name") == "argv"; });
  REQUIRE(argv != fields.end());
  CHECK(argv->at("kernel") == true);
  CHECK(argv->at("example").is_array());
}

TEST_CASE("doc makes a site whose links all lead somewhere, by tactic, importance and technique") {
  const ScratchFolder folder;
  const CommandResult made = recipec({"doc", RECIPE_SOURCE_DIR "/rules", "-o", folder.path("site")});
  INFO(made.err);
  REQUIRE(made.code == 0);
  const auto anchors_of = [&](const std::string& file) {
    static const std::regex kId("id=\"([^\"]+)\"");
    const std::string text = folder.read("site/" + file);
    std::set<std::string> anchors;
    for (std::sregex_iterator at(text.begin(), text.end(), kId); at != std::sregex_iterator(); ++at) anchors.insert((*at)[1]);
    return anchors;
  };
  std::map<std::string, std::set<std::string>> anchors;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder.path("site"))) {
    if (!entry.is_regular_file()) continue;
    const std::string file = std::filesystem::relative(entry.path(), folder.path("site")).string();
    anchors[file] = anchors_of(file);
  }
  static const std::regex kLink("(?:href|src)=\"([^\"]*)\"");
  std::vector<std::string> broken;
  size_t links = 0;
  for (const auto& [file, own] : anchors) {
    if (!file.ends_with(".html")) continue;
    const std::string text = folder.read("site/" + file);
    for (std::sregex_iterator at(text.begin(), text.end(), kLink); at != std::sregex_iterator(); ++at) {
      const std::string link = (*at)[1];
      if (link.starts_with("http://") || link.starts_with("https://")) continue;
      ++links;
      const std::string anchor = link.find('#') == std::string::npos ? "" : link.substr(link.find('#') + 1);
      std::string target = link.substr(0, link.find('#'));
      target = target.empty() ? file : (std::filesystem::path(file).parent_path() / target).lexically_normal().string();
      if (!anchors.contains(target) || (!anchor.empty() && !anchors[target].contains(anchor)))
        broken.push_back(file + ": " + link);
    }
  }
  CHECK(broken == std::vector<std::string>{});
  CHECK(links > 1000);
  CHECK_THAT(folder.read("site/index.html"), Contains("recipes/code_on_the_fly.html") && Contains("<h2 id=\"execution\">"));
  CHECK_THAT(folder.read("site/importance.html"), Contains("<h2 id=\"critical\">"));
  CHECK_THAT(folder.read("site/attack.html"), Contains("<h2 id=\"T1059\">"));
}

TEST_CASE("doc writes a page in five parts for each recipe, and an index") {
  const ScratchFolder folder;
  folder.write("in/sample.recipe", fresh("sample"));
  const CommandResult result = recipec({"doc", folder.path("in"), "--format", "markdown", "-o", folder.path("out/pages")});
  INFO(result.err);
  REQUIRE(result.code == 0);
  const std::string page = folder.read("out/pages/sample.md");
  size_t at = 0;
  for (const std::string part :
       {"# Sample\n", "## Quick Explanation\n", "## Information\n", "| Category | Execution |",
        "| Method | Command and Scripting Interpreter |", "| Importance | Medium |", "T1059", "## Analysis of the Event\n",
        "## Implications for the CI/CD Pipeline\n", "## Recommended Actions\n", "## Condition\n", "## Examples\n"}) {
    INFO(part);
    const size_t found = page.find(part, at);
    REQUIRE(found != std::string::npos);
    at = found;
  }
  CHECK_THAT(folder.read("out/pages/README.md"), Contains("[sample](sample.md)"));
}

TEST_CASE("completion is a script that bash accepts, and completes what is there") {
  const ScratchFolder folder;
  const std::string script = folder.write("recipec.bash", recipec({"completion", "bash"}).out);
  CHECK(run_command({"/bin/bash", "-n", script}).code == 0);
  const auto complete = [&](const std::string& words, int at) {
    return run_command({"/bin/bash", "-c",
                        "source " + script + "; COMP_WORDS=(" + words + "); COMP_CWORD=" + std::to_string(at) +
                            "; _recipec; echo ${COMPREPLY[@]}"})
        .out;
  };
  CHECK(complete("recipec ch", 1) == "check\n");
  CHECK(complete("recipec check --f", 2) == "--format\n");
  CHECK(complete("recipec check --format j", 3) == "json\n");
  CHECK(complete("recipec completion z", 2) == "zsh\n");
  for (const std::string shell : {"zsh", "fish"}) {
    const CommandResult made = recipec({"completion", shell});
    CHECK(made.code == 0);
    CHECK_THAT(made.out, Contains("junit") && Contains("emit"));
    const std::string binary = "/usr/bin/" + shell;
    if (std::filesystem::exists(binary))
      CHECK(run_command({binary, "-n", folder.write("recipec." + shell, made.out)}).code == 0);
  }
}

}  // namespace recipe
