// SPDX-License-Identifier: Apache-2.0
#include "runtime/match/options.h"

#include <catch2/catch.hpp>
#include <string>

using namespace recipe;

namespace {

using enum ValueKind;

// "-e -I=lib --eval=x | script.pl" : options with their values, then operands; "?" at the end: open.
std::string parsed(const std::vector<std::string_view>& argv, const OptionTable* table, bool truncated = false) {
  ParsedCommand command;
  parse_options(argv, truncated, table, command);
  std::string text;
  for (const ParsedOption& option : command.options) {
    text += std::string(option.dashes, '-') + std::string(option.name);
    if (option.has_value) text += "=" + std::string(option.value);
    text += ' ';
  }
  text += '|';
  for (const uint32_t operand : command.operands) text += " " + std::string(argv[operand]);
  return text + (command.open ? " ?" : "");
}

OptionTable perl() {
  return {"perl*",
          {{"e", kRequired},
           {"E", kRequired},
           {"I", kRequired},
           {"M", kRequired},
           {"C", kDigits},
           {"i", kOptional},
           {"0", kDigits},
           {"l", kDigits},
           {"n"},
           {"a"}},
          {},
          {},
          false};
}
OptionTable python() {
  return {"python*",
          {{"c", kRequired, true}, {"m", kRequired, true}, {"W", kRequired}, {"X", kRequired}, {"I"}, {"B"}},
          {},
          {},
          false};
}
OptionTable node() {
  return {"node",
          {{"e", kRequired}, {"p", kOptional}, {"r", kRequired}},
          {{"require", kRequired}, {"eval", kRequired}, {"color", kOptional}, {"check"}},
          {{"pe", kRequired}},
          false};
}
OptionTable nc() {
  return {"nc",
          {{"e", kRequired}, {"c", kRequired}, {"l"}, {"v"}, {"p", kRequired}, {"s", kRequired}},
          {{"exec", kRequired}},
          {},
          true};
}

}  // namespace

TEST_CASE("perl's clusters, glued values, digits and optional values are read as perl reads them") {
  const OptionTable t = perl();
  CHECK(parsed({"perl", "-e", "print 1"}, &t) == "-e=print 1 |");
  CHECK(parsed({"perl", "-lane", "print"}, &t) == "-l -a -n -e=print |");
  CHECK(parsed({"perl", "-e'print 1'"}, &t) == "-e='print 1' |");
  CHECK(parsed({"perl", "-i.bak", "-pe", "s/a/b/"}, &t) == "-i=.bak -p -e=s/a/b/ |");
  CHECK(parsed({"perl", "-0777ne", "x"}, &t) == "-0=777 -n -e=x |");
  CHECK(parsed({"perl", "-0x1fe", "x"}, &t) == "-0=x1fe | x");
  CHECK(parsed({"perl", "-0xzz"}, &t) == "-0 -x -z -z |");
  CHECK(parsed({"perl", "-C", "-e", "1"}, &t) == "-C -e=1 |");
  CHECK(parsed({"perl", "-C7e", "1"}, &t) == "-C=7 -e=1 |");
  CHECK(parsed({"perl", "-Mre", "-e", "1"}, &t) == "-M=re -e=1 |");
  CHECK(parsed({"perl", "-I", "lib", "-e", "1"}, &t) == "-I=lib -e=1 |");
  CHECK(parsed({"perl", "-Ilib/e", "x.pl"}, &t) == "-I=lib/e | x.pl");
}

TEST_CASE("the first operand ends the options of a posix table, and not of one that permutes") {
  const OptionTable p = perl(), n = nc();
  CHECK(parsed({"perl", "script.pl", "-e", "x"}, &p) == "| script.pl -e x");
  CHECK(parsed({"nc", "host", "-e", "/bin/sh", "80"}, &n) == "-e=/bin/sh | host 80");
  CHECK(parsed({"nc", "-lvp", "4444", "-e", "/bin/sh"}, &n) == "-l -v -p=4444 -e=/bin/sh |");
  CHECK(parsed({"nc", "--exec", "/bin/sh", "h"}, &n) == "--exec=/bin/sh | h");
}

TEST_CASE("two dashes end the options, one dash is an operand, and both may be values") {
  const OptionTable p = perl(), n = nc();
  CHECK(parsed({"perl", "--", "-e", "x"}, &p) == "| -e x");
  CHECK(parsed({"perl", "-", "-e"}, &p) == "| - -e");
  CHECK(parsed({"perl", "-e", "--", "-n"}, &p) == "-e=-- -n |");
  CHECK(parsed({"nc", "-", "-l", "--", "-v"}, &n) == "-l | - -v");
  CHECK(parsed({"perl", "", "-e"}, &p) == "|  -e");
}

TEST_CASE("an option that ends all options leaves the rest to the program") {
  const OptionTable t = python();
  CHECK(parsed({"python3", "-m", "pytest", "-c", "x"}, &t) == "-m=pytest | -c x");
  CHECK(parsed({"python3", "-Ic", "code", "-W"}, &t) == "-I -c=code | -W");
  CHECK(parsed({"python3", "-ccode", "-B"}, &t) == "-c=code | -B");
  CHECK(parsed({"python3", "-W", "ignore", "-c", "1"}, &t) == "-W=ignore -c=1 |");
  CHECK(parsed({"python3", "-mc", "x"}, &t) == "-m=c | x");
}

TEST_CASE("long options take their values by = or from the next element, words are whole") {
  const OptionTable t = node();
  CHECK(parsed({"node", "--require", "x", "-e", "1"}, &t) == "--require=x -e=1 |");
  CHECK(parsed({"node", "--eval=1+1", "a"}, &t) == "--eval=1+1 | a");
  CHECK(parsed({"node", "--eval="}, &t) == "--eval= |");
  CHECK(parsed({"node", "--color", "x"}, &t) == "--color | x");
  CHECK(parsed({"node", "--color=auto", "x"}, &t) == "--color=auto | x");
  CHECK(parsed({"node", "-pe", "1"}, &t) == "-pe=1 |");
  CHECK(parsed({"node", "--unknown", "x", "-e"}, &t) == "--unknown | x -e");
  CHECK(parsed({"node", "--check=x"}, &t) == "--check=x |");
}

TEST_CASE("a value that is not there is no value") {
  const OptionTable t = perl();
  CHECK(parsed({"perl", "-e"}, &t) == "-e |");
  CHECK(parsed({"perl"}, &t) == "|");
  CHECK(parsed({}, &t) == "|");
}

TEST_CASE("without a table letters are read up to the first element that is no option, and no value is known") {
  CHECK(parsed({"x", "-ab", "--long=1", "--flag", "-c", "op", "-d"}, nullptr) == "-a -b --long=1 --flag -c | op -d");
  CHECK(parsed({"x", "-e'print'"}, nullptr) == "-e |");
  CHECK(parsed({"x", "-1", "--", "-a"}, nullptr) == "-1 | -a");
}

TEST_CASE("a cut argv leaves open what lies at or behind the cut") {
  const OptionTable p = perl(), n = nc(), y = python();
  CHECK(parsed({"perl", "-n", "-e"}, &p, true) == "-n | ?");
  CHECK(parsed({"perl", "-n", "-e", "cod"}, &p, true) == "-n -e | ?");
  CHECK(parsed({"perl", "-e", "code", "x"}, &p, true) == "-e=code | ?");
  CHECK(parsed({"perl", "script", "-e", "x"}, &p, true) == "| script -e x");
  CHECK(parsed({"perl", "--", "scr"}, &p, true) == "| scr");
  CHECK(parsed({"perl", "-e", "--", "scr"}, &p, true) == "-e=-- | ?");
  CHECK(parsed({"nc", "host", "-l", "8"}, &n, true) == "-l | host ?");
  CHECK(parsed({"python3", "-m", "x", "-c"}, &y, true) == "-m=x | -c");
  CHECK(parsed({"perl"}, &p, true) == "| ?");
  CHECK(parsed({}, &p, true) == "| ?");
}

TEST_CASE("a table is found by its exact name before any pattern, else the first pattern that fits") {
  std::vector<OptionTable> tables(3);
  tables[0].pattern = "python*";
  tables[1].pattern = "python3";
  tables[2].pattern = "p*";
  CHECK(find_table(tables, "python3") == &tables[1]);
  CHECK(find_table(tables, "python2") == &tables[0]);
  CHECK(find_table(tables, "perl") == &tables[2]);
  CHECK(find_table(tables, "ruby") == nullptr);
}
