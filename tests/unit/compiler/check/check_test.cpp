// SPDX-License-Identifier: Apache-2.0
// Text → RecipeSet: what names mean, what is refused, and that nothing grows without bound. How messages read: tests/golden.
#include "compiler/check/check.h"

#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "compiler/check/attack.h"
#include "compiler/check/suggest.h"
#include "compiler/check/verify.h"
#include "tests/support/checked.h"

namespace recipe {
namespace {

using namespace recipe::test;

namespace fs = std::filesystem;

// Files of one case, below a folder of their own.
class Folder {
 public:
  Folder() : path_(fs::temp_directory_path() / ("recipe_check_" + std::to_string(::getpid()))) {
    fs::create_directories(path_);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() { fs::remove_all(path_); }
  fs::path write(const std::string& name, const std::string& text) const {
    fs::create_directories((path_ / name).parent_path());
    std::ofstream(path_ / name, std::ios::binary) << text;
    return path_ / name;
  }
  [[nodiscard]] const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

Codes check_paths(Compilation& compilation, const std::vector<fs::path>& paths, const CompileOptions& options = {}) {
  std::vector<SourceId> sources;
  for (const fs::path& path : paths) sources.push_back(*compilation.sources.load(path));
  check_files(compilation, sources, options);
  Codes out;
  for (const Diagnostic& each : compilation.diagnostics.all()) out.emplace_back(info(each.code).text);
  return out;
}

std::string repeated(const std::string& text, size_t times) {
  std::string out;
  for (size_t i = 0; i < times; ++i) out += text;
  return out;
}

}  // namespace

TEST_CASE("contains on a list tests elements and on a text its inside") {
  const Checked checked("recipe r { on exec when argv contains \"-e\" and process.name contains \"er\" }");
  REQUIRE(checked.set.recipes.size() == 1);
  const std::vector<Test>& tests = checked.set.recipes[0].ons[0].when.tests;
  CHECK(tests[0].op == Operator::kEquals);
  CHECK(tests[0].over == Over::kAnyElement);
  CHECK(tests[1].op == Operator::kContains);
  CHECK(tests[1].over == Over::kValue);
}

TEST_CASE("an element and a record are tested through the loop that binds them") {
  const Checked checked("recipe r { on exec when any x in argv: all p in process.ancestors: p.name == \"x\" and x == a }");
  REQUIRE(checked.set.recipes.size() == 1);
  const std::vector<Test>& tests = checked.set.recipes[0].ons[0].when.tests;
  CHECK(tests[0].subject.variable == 2);
  CHECK(tests[0].subject.field == FieldId::ancestor_name);
  CHECK(tests[1].subject.variable == 1);
  CHECK(tests[1].subject.field == FieldId::kNone);
}

TEST_CASE("a loop's variable on the right is no word, and the word of a list is no variable") {
  CHECK(codes_of_condition("any x in argv: process.name == x") == Codes{"E0110"});
  CHECK(codes_of_condition("any x in argv: process.name in [perl, x]") == Codes{"E0110"});
  CHECK(Checked("macro runs(n) = process.name == n\nrecipe r { on exec when any x in argv: runs(x) }").codes() ==
        Codes{"E0110"});
  CHECK(Checked("list words = [x]\nrecipe r { on exec when any x in argv: process.name in words and x == y }").codes().empty());
}

TEST_CASE("a parameter stands as a field, a value, a list and a condition") {
  const Checked checked(
      "list shells = [sh, bash]\n"
      "macro root() = process.uid == 0\n"
      "macro all_of(field, value, values, condition) = field == value and field in values and field in [...values, value] and "
      "condition\n"
      "macro outer(f, v) = all_of(f, v, ...shells, root)\n"
      "recipe r { on exec when outer(process.name, zsh) or any p in process.ancestors: outer(p.name, [zsh]) }\n"
      "recipe s { on exec when outer(process.name, zsh) or any p in process.ancestors: outer(p.name, zsh) }\n");
  CHECK(checked.codes() == Codes{"E0114"});  // only the list where one value is wanted
  REQUIRE(checked.set.recipes.size() == 1);
  const Predicate& when = checked.set.recipes[0].ons[0].when;
  REQUIRE(when.tests.size() == 8);
  CHECK(when.tests[2].literals.size() == 3);
  CHECK(when.tests[6].subject.field == FieldId::ancestor_name);
}

TEST_CASE("a macro does not see the variables of its caller") {
  CHECK(Checked("macro m() = p.name == sh\nrecipe r { on exec when any p in process.ancestors: m() }").codes() ==
        Codes{"E0107"});
}

TEST_CASE("an unknown name in a macro is said once however often the macro is called") {
  const Checked checked("macro m() = process.nam == a\n" +
                        std::string("recipe r { on exec when m() or m() and m() }\nrecipe s { on exec when m() }"));
  CHECK(checked.codes() == Codes{"E0107"});
  CHECK(checked.set.recipes.empty());
}

TEST_CASE("one wrong recipe hides neither the errors nor the being of the others") {
  const Checked checked(
      "recipe a { on exec when proces.name == x }\nrecipe b { on exec when process.name == x }\nrecipe c { on exec when "
      "process.uid == x }");
  CHECK(checked.codes() == Codes{"E0107", "E0112"});
  REQUIRE(checked.set.recipes.size() == 1);
  CHECK(checked.set.recipes[0].info.name == "b");
}

TEST_CASE("names that other languages trip over are names") {
  const Checked checked(
      "list constructor = [a]\nrecipe __proto__ { on exec when process.name in constructor or process.name == __proto__ }");
  CHECK(checked.codes().empty());
}

TEST_CASE("what is not supported yet is refused and never ignored") {
  for (const char* members :
       {"on exec when any p in process.ancestors: process.name == p.name", "on exec when process.name == perl\nrespond kill"}) {
    INFO(members);
    const Checked checked("recipe r {\n" + std::string(members) + "\n}");
    CHECK(checked.codes() == Codes{"E0110"});
    CHECK(checked.set.recipes.empty());
  }
}

TEST_CASE("braces that name no field are text") {
  CHECK(codes_of_condition("process.exe == \"/proc/\\x7bprocess.pid}/exe\"").empty());
  CHECK(codes_of_condition("argv contains \"${IFS}\" or process.cmdline contains \"{a,b}\" or process.name matches r\"a{2,3}\"")
            .empty());
}

TEST_CASE("fields and texts that the event fills stand on the right where their types fit") {
  for (const char* condition :
       {"process.name == process.exe", "process.exe != \"/proc/{process.pid}/exe\"",
        "process.exe not in [\"/a\", process.script]", "process.exe under process.cwd", "argv contains process.exe",
        "process.uid != process.euid", "process.exe startswith any [\"{process.cwd}/x\"]",
        "any p in process.ancestors: p.name == process.name", "process.start_time < 5s and process.exe_age >= 10ms"}) {
    INFO(condition);
    CHECK(codes_of_condition(condition).empty());
  }
  for (const char* condition :
       {"process.name == process.pid", "process.uid == process.name", "process.exe like process.cwd",
        "process.exe like \"{process.cwd}/*\"", "process.name in [argv]", "process.name == process.ancestors"}) {
    INFO(condition);
    CHECK(codes_of_condition(condition) == Codes{"E0126"});
  }
  CHECK(codes_of_condition("process.exe == \"/proc/{proces.pid}/exe\"") == Codes{"E0107"});
  CHECK(codes_of_condition("process.name == notes.txt") == Codes{"E0107"});
  CHECK(codes_of_condition("process.uid < 5s") == Codes{"E0112"});
}

TEST_CASE("a field of another event is refused, and an exception applies to the events that have its fields") {
  CHECK(Checked("recipe r { on exec when file.path == \"/a\" }").codes() == Codes{"E0122"});
  CHECK(Checked("recipe r { on any file write when file.access has write }").codes() == Codes{"E0122"});
  CHECK(Checked("recipe r { on open when file.name == a { message \"{dst.ip}\" } }").codes() == Codes{"E0122"});
  CHECK(Checked("recipe r { on open when file.name == a throttle 1 per 1m by dst.ip }").codes() == Codes{"E0122"});
  CHECK(Checked("recipe r { on open when file.name == a test \"t\" match open { dst.port: 1 } }").codes() == Codes{"E0122"});
  CHECK(Checked("recipe r { on open when file.name == a except \"x\" when dst.port == 1 }").codes() == Codes{"E0122"});
  const Checked checked(
      "recipe r { on open when file.name == a on connect when dst.port == 1 except \"x\" when dst.port == 2 }");
  REQUIRE(checked.codes().empty());
  CHECK(checked.set.recipes[0].exceptions[0].events == std::vector<EventId>{EventId::connect});
}

TEST_CASE("a group is one trigger an event, and asks how a file was opened") {
  const Checked checked("recipe r { on any file write when file.path under \"/etc\" { importance high } }");
  REQUIRE(checked.codes().empty());
  const Recipe& recipe = checked.set.recipes.at(0);
  REQUIRE(recipe.ons.size() == 5);
  for (const On& on : recipe.ons) {
    const bool asks = on.when.tests.back().op == Operator::kHas;
    CHECK(asks == (on.event == EventId::open));
    CHECK(on.importance == Importance::kHigh);
    CHECK(verify(on.when).empty());
  }
  CHECK(Checked("recipe r { on any file wrte when process.name == a }").codes() == Codes{"E0108"});
  CHECK(Checked("recipe r { on file write when process.name == a }").codes() == Codes{"E0108"});
  CHECK(Checked("recipe r { on any open when process.name == a }").codes() == Codes{"E0108"});
}

TEST_CASE("each `on` has an importance and a message of its own") {
  const Checked checked(
      "recipe r { importance low message \"all\" on exec when process.name == a { importance critical message \"one\" }\n"
      "on open when file.name == a }");
  REQUIRE(checked.codes().empty());
  const std::vector<On>& ons = checked.set.recipes.at(0).ons;
  CHECK((ons[0].importance == Importance::kCritical && ons[1].importance == Importance::kLow));
  CHECK((std::get<std::string>(ons[0].message[0]) == "one" && std::get<std::string>(ons[1].message[0]) == "all"));
}

TEST_CASE("flags, ports, addresses and domains are typed") {
  const auto on = [](const std::string& words) { return Checked("recipe r { on " + words + " }").codes(); };
  CHECK(on("open when file.access has write and file.access not has any [read, append] or file.access has all [write, create]")
            .empty());
  CHECK(on("open when file.access has [read]") == Codes{"E0114"});
  CHECK(on("open when file.access has writing") == Codes{"E0123"});
  CHECK(on("open when file.access == write") == Codes{"E0111"});
  CHECK(on("connect when dst.port in [80, 443] and dst.port < 1024").empty());
  CHECK(on("connect when dst.port == 65536") == Codes{"E0112"});
  CHECK(on("connect when dst.ip == 10.0.0.1 or dst.ip in [10.0.0.0/8, \"::1\", fd00::/8, 1:2:3:4:5:6:7:8] or dst.ip within "
           "0.0.0.0/0")
            .empty());
  CHECK(on("connect when dst.ip within 10.0.0.1/8") == Codes{"E0124"});
  CHECK(on("connect when dst.ip == \"localhost\"") == Codes{"E0124"});
  CHECK(on("connect when dst.port within 10.0.0.0/8") == Codes{"E0111"});
  CHECK(on("dns when dns.question under any [\"Example.COM.\", evil.test] and dns.question not endswith \".de\"").empty());
  CHECK(on("dns when dns.question == \"https://a.example/\"") == Codes{"E0125"});
  CHECK(on("dns when dns.question under \"*.example.com\"") == Codes{"E0125"});
  CHECK(on("dns when dns.question == \"a..b\"") == Codes{"E0125"});
  const Checked folded("recipe r { on dns when dns.question == \"Example.COM.\" }");
  CHECK(folded.set.recipes.at(0).ons[0].when.tests[0].literals == std::vector<Literal>{Literal{"example.com"}});
}

TEST_CASE("a list is read from a file, short ones as if they were written, wrong entries by line") {
  const Folder folder;
  folder.write("short.txt", "# domains\nevil.test\n\n  Worse.TEST.  \r\n");
  folder.write("noted.txt", "10.0.0.0/8   the lab\n192.0.2.1\n");
  folder.write("wrong.txt", "10.0.0.0/8\n10.1.2.3/8\nfoo\n");
  folder.write("empty.txt", "# nothing\n");
  const fs::path good =
      folder.write("a.recipe",
                   "list s: domain = file \"short.txt\"\nlist n: ip = file \"noted.txt\"\n"
                   "recipe a { on dns when dns.question in s on connect when dst.ip in n or dst.ip not in n }");
  Compilation compilation;
  CHECK(check_paths(compilation, {good}).empty());
  REQUIRE(compilation.set.recipes.size() == 1);
  CHECK(compilation.set.recipes[0].ons[0].when.tests[0].literals ==
        std::vector<Literal>{Literal{"evil.test"}, Literal{"worse.test"}});
  REQUIRE(compilation.set.tables.size() == 1);
  CHECK(compilation.set.tables[0].entries == std::vector<uint32_t>{17, 24, 41, 41});
  CHECK(compilation.set.recipes[0].ons[1].when.tests[0].table == 1);

  Compilation wrong;
  CHECK(check_paths(wrong,
                    {folder.write("b.recipe", "list w: ip = file \"wrong.txt\"\nrecipe b { on connect when dst.ip in w }")}) ==
        Codes{"E0124", "E0124"});
  CHECK(wrong.sources.position(wrong.diagnostics.all()[1].primary.span.source, wrong.diagnostics.all()[1].primary.span.begin)
            .line == 3);
  const std::pair<const char*, const char*> others[] = {{"list w: ip = file \"nowhere.txt\"", "E0101"},
                                                        {"list w: ip = file \"../../etc/passwd\"", "E0103"},
                                                        {"list w: ip = file \"empty.txt\"", "E0113"},
                                                        {"list w: adress = file \"noted.txt\"", "E0127"},
                                                        {"list w: ip = [10.1.2.3/8]", "E0124"}};
  for (const auto& [words, code] : others) {
    INFO(words);
    Compilation each;
    const Codes codes =
        check_paths(each, {folder.write("c.recipe", std::string(words) + "\nrecipe c { on connect when dst.ip in w }")});
    REQUIRE_FALSE(codes.empty());
    CHECK(codes[0] == code);
  }
  Compilation placed;
  CHECK(
      check_paths(placed,
                  {
                      folder.write("d.recipe",
                                   "list n: domain = file \"names.txt\"\nrecipe d { on dns when dns.question contains any n }"),
                  }) == Codes{"E0101"});
}

TEST_CASE("a list from a file is looked up whole, never tried entry by entry") {
  const Folder folder;
  std::string many;
  for (int i = 0; i < 300; ++i) many += "host" + std::to_string(i) + ".example\n";
  folder.write("many.txt", many);
  const auto codes = [&](const std::string& condition) {
    Compilation each;
    return check_paths(
        each, {folder.write("e.recipe", "list n: domain = file \"many.txt\"\nrecipe e { on dns when " + condition + " }")});
  };
  CHECK(codes("dns.question in n or dns.question under any n").empty());
  CHECK(codes("dns.question contains any n") == Codes{"E0114"});
  CHECK(codes("dns.question in nocase n") == Codes{"E0114"});
  CHECK(codes("process.name in n") == Codes{"E0112"});
  CHECK(codes("dns.question in [a.example, ...n]").empty());
}

TEST_CASE("a macro bomb is refused within bounds") {
  std::string text = "macro m0() = process.name == a and process.name == b\n";
  for (int i = 1; i < 30; ++i)
    text += "macro m" + std::to_string(i) + "() = m" + std::to_string(i - 1) + "() and m" + std::to_string(i - 1) + "()\n";
  const Checked checked(text + "recipe r { on exec when m29() }");
  CHECK(checked.set.recipes.empty());
  const Codes codes = checked.codes();
  REQUIRE_FALSE(codes.empty());
  CHECK(std::all_of(codes.begin(), codes.end(), [](const std::string& code) { return code == "E0007"; }));
}

TEST_CASE("a list bomb is refused within bounds") {
  std::string text = "list l0 = [a, b]\n";
  for (int i = 1; i < 40; ++i)
    text += "list l" + std::to_string(i) + " = [...l" + std::to_string(i - 1) + ", ...l" + std::to_string(i - 1) + "]\n";
  const Checked checked(text + "recipe r { on exec when process.name in l39 }");
  CHECK(checked.codes() == Codes{"E0007"});
  CHECK(checked.set.recipes.empty());
}

TEST_CASE("a list of a hundred thousand words is one test, and two hundred such tests are too many") {
  std::string words;
  for (int i = 0; i < 100000; ++i) words += "w" + std::to_string(i) + ",";
  const Checked one("list big = [" + words + "]\nrecipe r { on exec when process.name in big }");
  REQUIRE(one.set.recipes.size() == 1);
  CHECK(one.set.recipes[0].ons[0].when.tests[0].literals.size() == 100000);
  const Checked many("list big = [" + words + "]\nrecipe r { on exec when " + repeated("process.name in big or ", 200) +
                     "true }");
  CHECK(many.codes() == Codes{"E0007"});
}

TEST_CASE("chains of macros and of lists, and deep conditions, end in an error and not in the stack") {
  std::string text = "macro m0() = process.name == a\nlist l0 = [a]\n";
  for (int i = 1; i < 5000; ++i) {
    text += "macro m" + std::to_string(i) + "() = m" + std::to_string(i - 1) + "()\n";
    text += "list l" + std::to_string(i) + " = [...l" + std::to_string(i - 1) + "]\n";
  }
  const Checked chains(text + "recipe r { on exec when m4999() }");
  CHECK(chains.set.recipes.empty());
  CHECK(chains.codes()[0] == "E0006");
  CHECK(codes_of_condition(repeated("not ", 5000) + "process.name == a") == Codes{"E0006"});
  std::string nots =
      "macro m0() = " + repeated("not ", 60) + "process.name == a\nmacro m1() = " + repeated("not ", 30) + "m0()\n";
  const Checked expanded(nots + "recipe r { on exec when m1() }");
  CHECK(expanded.set.recipes.empty());
  CHECK(expanded.codes()[0] == "E0006");
}

TEST_CASE("a file is read once however often and by whichever way it is imported") {
  const Folder folder;
  folder.write("lib/names.recipe", "list shells = [sh]\n");
  const fs::path a = folder.write(
      "a.recipe",
      "import \"lib/names.recipe\"\nimport \"./lib/../lib/names.recipe\"\nrecipe a { on exec when process.name in shells }\n");
  const fs::path b =
      folder.write("sub/b.recipe", "import \"../lib/names.recipe\"\nrecipe b { on exec when process.name in shells }\n");
  Compilation compilation;
  CHECK(check_paths(compilation, {a, b, folder.path() / "lib/names.recipe"}).empty());
  CHECK(compilation.set.documents.size() == 3);
  CHECK(compilation.set.recipes.size() == 2);
}

TEST_CASE("an import is looked for below the roots and may not leave what was given") {
  const Folder folder;
  folder.write("secret.recipe", "list secret = [a]\n");
  folder.write("rules/lib/names.recipe", "list shells = [sh]\n");
  const fs::path file = folder.write("rules/execution/a.recipe",
                                     "import \"lib/names.recipe\"\nrecipe a { on exec when process.name in shells }\n");
  const fs::path thief = folder.write("rules/execution/b.recipe",
                                      "import \"../../secret.recipe\"\nrecipe b { on exec when process.name in secret }\n");
  folder.write("rules/lists/other.recipe", "list others = [sh]\n");
  const fs::path elsewhere = folder.write("rules/execution/c.recipe",
                                          "import \"lists/other.recipe\"\nrecipe c { on exec when process.name in others }\n");
  const fs::path climber = folder.write(
      "rules/execution/d.recipe", "import \"lib/../../secret.recipe\"\nrecipe d { on exec when process.name in secret }\n");
  CompileOptions options;
  options.roots = {folder.path() / "rules"};
  Compilation found, alone, lost, below_root, outside, climbing;
  CHECK(check_paths(found, {file}, options).empty());
  CHECK(check_paths(alone, {file}).empty());                // a library's lib/ is found from above
  CHECK(check_paths(lost, {elsewhere}) == Codes{"E0101"});  // and not: unknown list
  CHECK(check_paths(below_root, {elsewhere}, options).empty());
  CHECK(check_paths(outside, {thief}, options) == Codes{"E0103"});
  CHECK(check_paths(climbing, {climber}) == Codes{"E0103"});
}

TEST_CASE("imports in a circle are shown once with every file of it") {
  const Folder folder;
  const fs::path a = folder.write("a.recipe", "import \"b.recipe\"\n");
  folder.write("b.recipe", "import \"c.recipe\"\n");
  folder.write("c.recipe", "import \"a.recipe\"\n");
  folder.write("folder.recipe/x", "");
  const fs::path self = folder.write("self.recipe", "import \"self.recipe\"\nimport \"folder.recipe\"\n");
  Compilation circle, itself;
  CHECK(check_paths(circle, {a}) == Codes{"E0102"});
  CHECK(circle.diagnostics.all()[0].secondary.size() == 2);
  Codes codes = check_paths(itself, {self});
  std::sort(codes.begin(), codes.end());
  CHECK(codes == Codes{"E0101", "E0102"});
}

TEST_CASE("names do not travel through an import and the missing one is named") {
  const Folder folder;
  folder.write("low.recipe", "list shells = [sh]\n");
  folder.write("middle.recipe", "import \"low.recipe\"\nmacro shell() = process.name in shells\n");
  const fs::path a = folder.write(
      "a.recipe",
      "import \"middle.recipe\"\nrecipe a { on exec when shell() }\nrecipe b { on exec when process.name in shells }\n");
  Compilation compilation;
  CHECK(check_paths(compilation, {a}) == Codes{"E0105"});
  CHECK(compilation.diagnostics.all()[0].secondary.size() == 1);
  CHECK(compilation.set.recipes.size() == 1);
}

TEST_CASE("a program's table is one for each of its names") {
  const Checked checked(
      "program perl, \"perl5*\" { getopt \"0%e:i::n\" long [\"eval=\", \"color=?\", help] word [\"pe=\"] ends [n, help, 0] "
      "permute }");
  CHECK(checked.codes().empty());
  REQUIRE(checked.set.option_tables.size() == 2);
  const OptionTable& table = checked.set.option_tables[1];
  CHECK(table.pattern == "perl5*");
  CHECK(table.permute);
  CHECK(table.shorts == std::vector<OptionSpec>{{"0", ValueKind::kDigits, true},
                                                {"e", ValueKind::kRequired, false},
                                                {"i", ValueKind::kOptional, false},
                                                {"n", ValueKind::kNone, true}});
  CHECK(table.longs == std::vector<OptionSpec>{{"eval", ValueKind::kRequired, false},
                                               {"color", ValueKind::kOptional, false},
                                               {"help", ValueKind::kNone, true}});
  CHECK(table.words == std::vector<OptionSpec>{{"pe", ValueKind::kRequired, false}});
}

TEST_CASE("the nearest known name is suggested and a far one is not") {
  CHECK(edit_distance("proces.name", "process.name") == 1);
  CHECK(edit_distance("ab", "ba") == 1);
  CHECK(suggest_field("proces.name") == "process.name");
  CHECK(suggest_field("name") == "process.name");
  CHECK(suggest_field("args") == "argv");
  CHECK(suggest_field("proc.cmdline") == "process.cmdline");
  CHECK(suggest_field("weather") == "");
  CHECK(suggest_element(FieldId::process_ancestors, "nmae") == "name");
}

TEST_CASE("every technique of the table has its shape, its tactics and, where it is retired, a living successor") {
  CHECK(all_attack().size() > 250);
  for (const AttackTechnique& technique : all_attack()) {
    INFO(technique.id);
    CHECK(is_attack_id(technique.id));
    CHECK(find_attack(technique.id) == &technique);
    std::string tactics(technique.tactics);
    for (size_t at = 0, end = 0; at < tactics.size(); at = end + 1) {
      end = std::min(tactics.find(' ', at), tactics.size());
      CHECK(find_tactic(tactics.substr(at, end - at)) != nullptr);
    }
    if (technique.successor.empty()) continue;
    const AttackTechnique* successor = find_attack(technique.successor);
    REQUIRE(successor != nullptr);
    CHECK(successor->successor.empty());
  }
  CHECK(find_attack("T1562.001")->successor == "T1685");
  CHECK(find_attack("T1059.004")->name == "Unix Shell");
  CHECK_FALSE(is_attack_id("T105"));
}

TEST_CASE("a predicate that breaks its promises is found out") {
  Checked checked("recipe r { on exec when process.name == a and not argv contains b }");
  REQUIRE(checked.set.recipes.size() == 1);
  Predicate broken = checked.set.recipes[0].ons[0].when;
  broken.nodes[0].end = 1;
  CHECK_FALSE(verify(broken).empty());
  broken = checked.set.recipes[0].ons[0].when;
  broken.tests[0].literals = {Literal{int64_t{1}}};
  CHECK_FALSE(verify(broken).empty());
  broken = checked.set.recipes[0].ons[0].when;
  broken.tests[0].subject.variable = 1;
  CHECK_FALSE(verify(broken).empty());
}

}  // namespace recipe
