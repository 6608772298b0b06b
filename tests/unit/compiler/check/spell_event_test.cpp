// SPDX-License-Identifier: Apache-2.0
// An event as a test gives it, read back.
#include <catch2/catch.hpp>

#include "compiler/check/check.h"
#include "compiler/compile.h"

namespace recipe {
namespace {

EventValues read(const std::string& event) {
  Compilation compilation;
  const std::string head = event.substr(0, event.find(' '));
  const SourceId id = compilation.sources.add(
      "sample.recipe", "recipe sample {\n  on " + head + " when process.name == perl\n  test \"x\" match " + event + "\n}\n");
  check_files(compilation, {id}, {});
  INFO(event);
  for (const Diagnostic& each : compilation.diagnostics.all()) UNSCOPED_INFO(each.message);
  REQUIRE(compilation.set.recipes.size() == 1);
  return compilation.set.recipes[0].tests[0].steps[0];
}

}  // namespace

TEST_CASE("what is spelled of an event is read as the same event") {
  for (const std::string given :
       {"exec { process.name: perl, process.uid: 0, argv: [perl, \"-e\", \"print \\\"\\\\x00{a}\\\"\\n\"] }",
        "exec { process.ancestors: [{ name: make, pid: 7 }, {}, { exe: \"/usr/bin/x\", cmdline: \"x y\" }] }",
        "exec { env: { LD_PRELOAD: \"/tmp/x.so\", \"a b\": \"\" }, process.traits: [memory, stdin_pipe] }",
        "exec { container.image: \"reg.corp/web:1.4\", process.package.owned: true, argv: [] }",
        "open { file.path: \"/etc/shadow\", file.access: [read, write] }", "open { file.access: [] }",
        "connect { dst.ip: 169.254.169.254, dst.port: 443, net.protocol: tcp }", "connect { dst.ip: \"fe80::1\" }",
        "dns { dns.question: \"example.com\", dns.answers: [\"1.2.3.4\"], dns.code: 3 }", "exec {}"}) {
    const std::optional<std::string> spelled = spell_event(read(given));
    INFO(given);
    REQUIRE(spelled);
    CHECK(spell_event(read(*spelled)) == spelled);
    const auto one = encode_record(read(given)), two = encode_record(read(*spelled));
    REQUIRE(one.ok());
    REQUIRE(two.ok());
    CHECK(*one == *two);
  }
}

TEST_CASE("what no test can say is not spelled") {
  EventValues event;
  event.event = EventId::exec;
  CHECK(spell_event(event) == "exec {}");
  event.truncated = {FieldId::argv};
  CHECK_FALSE(spell_event(event));
  event.truncated.clear();
  event.texts = {{FieldId::process_cmdline, "perl -e 1"}};
  CHECK_FALSE(spell_event(event));
}

}  // namespace recipe
