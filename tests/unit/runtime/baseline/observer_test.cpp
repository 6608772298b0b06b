// SPDX-License-Identifier: Apache-2.0
// Events → things, each once, and what a baseline says of them.
#include "runtime/baseline/observer.h"

#include <catch2/catch.hpp>

#include "runtime/base/address.h"

namespace recipe {
namespace {

struct Watched {
  Observer observer{{{{"/srv/job", "workspace"}, {"/tmp", "temp"}}, {}, {}}, 100, [](std::string& text) {
                      const size_t at = text.find("hunter2");
                      if (at != std::string::npos) text.replace(at, 7, "***");
                    }};
  Event event;

  void see(EventValues values, std::string_view recipe = "") {
    values.numbers.emplace_back(FieldId::process_pid, 200);
    values.texts.emplace_back(FieldId::process_exe, "/usr/bin/tool");
    values.ancestors = {
        {{101, {}, {}, "sh", {}, {}, {}}, {100, {}, {}, "reciped", {}, {}, {}}, {1, {}, {}, "init", {}, {}, {}}}};
    const auto record = encode_record(values);
    INFO((record.ok() ? "" : record.error().message()));
    REQUIRE(record.ok());
    REQUIRE(event.decode(std::as_bytes(std::span(*record))).ok());
    observer.observe(event, recipe);
  }
  void write(const std::string& path, int64_t access, std::string_view recipe = "") {
    see({EventId::open, 1, {{FieldId::file_access, access}}, {{FieldId::file_path, path}}, {{"tool", "hunter2"}}, {}, {}, {}},
        recipe);
  }
  void connect(const std::string& address, int64_t port) {
    see({EventId::connect,
         1,
         {{FieldId::dst_port, port}},
         {{FieldId::dst_ip, *parse_address(address)}, {FieldId::net_protocol, "tcp"}},
         {},
         {},
         {},
         {}});
  }
  void answer(const std::string& name, std::vector<std::string> answers) {
    see({EventId::dns_answer,
         1,
         {},
         {{FieldId::dns_question, name}},
         {},
         {{FieldId::dns_answers, std::move(answers)}},
         {},
         {}});
  }
  [[nodiscard]] std::vector<std::string> things() const {
    std::vector<std::string> all;
    for (const Thing& thing : observer.things()) all.push_back(std::string(thing_name(thing.kind)) + " " + thing.text);
    return all;
  }
};

constexpr int64_t kRead = 1, kWrite = 2, kCreate = 4;

}  // namespace

TEST_CASE("opens to write are places, opens to read and devices that keep nothing are not") {
  Watched watched;
  watched.write("/srv/job/out/x", kWrite | kCreate);
  watched.write("/srv/job/out/y", kCreate);
  watched.write("/etc/passwd", kRead);
  watched.write("/dev/null", kWrite);
  watched.write("pipe:[12345]", kWrite);
  watched.see(
      {EventId::rename, 1, {}, {{FieldId::file_path, "/etc/hosts"}, {FieldId::file_source, "/etc/hosts.new"}}, {}, {}, {}, {}});
  CHECK(watched.things() == std::vector<std::string>{"write /etc/hosts", "write {workspace}/out/*"});
}

TEST_CASE("a script is a program beside its interpreter, from the folder where it was asked for") {
  Watched watched;
  watched.see({EventId::exec,
               1,
               {},
               {{FieldId::process_script, "./ci/../build.sh"}, {FieldId::process_cwd, "/srv/job"}},
               {},
               {},
               {},
               {}});
  CHECK(watched.things() == std::vector<std::string>{"exec /usr/bin/tool", "exec {workspace}/build.sh"});
}

TEST_CASE("a peer goes by the name that was asked for, and by any of the names that its address has") {
  Watched watched;
  watched.answer("a.example.com", {"cdn.example.net", "203.0.113.5"});
  watched.answer("b.example.com", {"203.0.113.5"});
  watched.connect("203.0.113.5", 443);
  watched.connect("203.0.113.9", 443);
  watched.connect("203.0.113.9", 0);
  CHECK(watched.things() == std::vector<std::string>{"connect 203.0.113.9:443/tcp", "connect b.example.com:443/tcp"});
  const auto baseline = Baseline::parse("# recipe baseline 1\n\nconnect a.example.com:443/tcp\n");
  REQUIRE(baseline.ok());
  BaselineCoverage result;
  watched.observer.compare(*baseline, result);
  CHECK(result.known == 1);
  REQUIRE(result.novelties.size() == 1);
  CHECK(result.novelties[0].entry == "203.0.113.9:443/tcp");
}

TEST_CASE("what is new says who did it, how often, and which recipe saw it too; secrets stay masked") {
  Watched watched;
  watched.write("/etc/one", kWrite);
  watched.write("/etc/one", kWrite, "some_recipe");
  watched.write("/etc/one", kWrite, "another");
  watched.write("/etc/hunter2", kWrite);
  BaselineCoverage result;
  watched.observer.compare({}, result);
  CHECK(result.known == 0);
  CHECK(result.fresh == 2);
  CHECK(result.detected == 1);
  REQUIRE(result.novelties.size() == 2);
  CHECK(result.novelties[0].entry == "/etc/\\*\\*\\*");
  CHECK(result.novelties[1].example == "/etc/one");
  CHECK(result.novelties[1].process == "sh > tool");
  CHECK(result.novelties[1].cmdline == "tool ***");
  CHECK(result.novelties[1].recipe == "some_recipe");
  CHECK(result.novelties[1].count == 3);
}

TEST_CASE("more things than it holds are counted") {
  Watched watched;
  for (size_t i = 0; i < Observer::kMostThings + 5; ++i)
    watched.write("/a/b" + std::string(i % 97, 'x') + "." + std::to_string(i / 97), kWrite);
  CHECK(watched.observer.things().size() == Observer::kMostThings);
  CHECK(watched.observer.without_room() == 5);
}

}  // namespace recipe
