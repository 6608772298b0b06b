// SPDX-License-Identifier: Apache-2.0
// The engine from recipe text to detections, by events as they are replayed: exceptions, throttles, candidates, losses.
// It is long because each of them begins with the same few helpers.
#include "runtime/engine.h"

#include <catch2/catch.hpp>

#include "compiler/compile.h"
#include "runtime/feed/json.h"

namespace recipe {
namespace {

constexpr const char* kRecipe = R"(recipe r {
  title "R"
  category execution
  method command_and_scripting_interpreter
  importance high
  version 1
  status stable
  on exec when process.name in [perl, ruby] and argv contains "-e"
  except "packages" when any p in process.ancestors: p.name == dpkg
  THROTTLE
  message "{process.name} ran {process.cmdline} for {process.user}"
}
)";

std::unique_ptr<Engine> engine_of(const std::string& throttle, const Canary* canary = nullptr) {
  std::string text = kRecipe;
  text.replace(text.find("THROTTLE"), 8, throttle);
  Compilation compilation;
  compile_text(compilation, "r.recipe", text, {});
  REQUIRE(compilation.ok);
  auto engine = Engine::build(std::move(compilation.artefact), 42, 7, canary);
  REQUIRE(engine.ok());
  return std::move(*engine);
}

std::vector<uint64_t> record_of(const std::string& json) {
  JsonEvents events;
  auto values = events.parse(json);
  REQUIRE(values.ok());
  auto record = encode_record(*values);
  REQUIRE(record.ok());
  return *record;
}

std::vector<Detection> judge(Engine& engine, const std::vector<uint64_t>& record) {
  std::vector<Detection> out;
  const auto context = make_record_context();
  REQUIRE(engine.judge(std::as_bytes(std::span(record)), *context, out).ok());
  return out;
}

uint64_t of(Engine& engine, Counter counter) {
  return engine.counters()[static_cast<size_t>(counter)];
}

constexpr const char* kPerl =
    R"({"event":"exec","time":"2026-11-23T10:00:00Z","process":{"pid":5,"name":"perl"},"argv":["perl","-e","print 1"]})";

}  // namespace

TEST_CASE("an event that a recipe wants becomes a detection that says why in the recipe's words") {
  const auto engine = engine_of("");
  const auto out = judge(*engine, record_of(kPerl));
  REQUIRE(out.size() == 1);
  CHECK(out[0].recipe == "r");
  CHECK(out[0].sequence == 1);
  CHECK(out[0].message == "perl ran perl -e print 1 for -");
  CHECK(out[0].why.file == "r.recipe");
  CHECK(out[0].why.line == 8);
  REQUIRE(out[0].why.terms.size() == 2);
  CHECK(out[0].why.clause.find("argv contains \"-e\"") != std::string::npos);
  CHECK(out[0].replayed);
  CHECK(judge(*engine, record_of(R"({"event":"exec","process":{"name":"perl"},"argv":["perl","x.pl"]})")).empty());
  CHECK(judge(*engine, record_of(kPerl))[0].sequence == 2);
}

TEST_CASE("an exception holds a match back and is counted") {
  const auto engine = engine_of("");
  const auto out = judge(
      *engine,
      record_of(
          R"({"event":"exec","process":{"name":"perl","ancestors":[{"name":"sh"},{"name":"dpkg"}]},"argv":["perl","-e","1"]})"));
  CHECK(out.empty());
  CHECK(of(*engine, Counter::k_detections_excepted) == 1);
}

TEST_CASE("a throttle lets its number out per period and values, and counts the rest") {
  const auto engine = engine_of("throttle 2 per 10s by argv");
  const auto at = [](const std::string& second, const std::string& code) {
    return record_of(R"({"event":"exec","time":"2026-11-23T10:00:)" + second +
                     R"(Z","process":{"name":"perl"},"argv":["perl","-e",")" + code + "\"]}");
  };
  CHECK(judge(*engine, at("00", "a")).size() == 1);
  CHECK(judge(*engine, at("01", "a")).size() == 1);
  CHECK(judge(*engine, at("02", "a")).empty());
  CHECK(judge(*engine, at("02", "b")).size() == 1);
  CHECK(judge(*engine, at("09", "a")).empty());
  CHECK(of(*engine, Counter::k_detections_throttled) == 2);
  const auto next = judge(*engine, at("10", "a"));
  REQUIRE(next.size() == 2);
  CHECK(next[0].sequence == 4);  // what is held back leaves no gap
  CHECK(next[1].sequence == 5);
}

TEST_CASE("the end of a throttle's window says what it held back") {
  const auto engine = engine_of("throttle 1 per 10s");
  const auto at = [](const std::string& second) {
    return record_of(R"({"event":"exec","time":"2026-11-23T10:00:)" + second +
                     R"(Z","process":{"name":"perl"},"argv":["perl","-e","x)" + second + "\"]}");
  };
  CHECK(judge(*engine, at("00")).size() == 1);
  for (const char* second : {"01", "02", "03", "04", "05"}) CHECK(judge(*engine, at(second)).empty());
  std::vector<Detection> out;
  const auto context = make_record_context();
  REQUIRE(engine->next_close());
  engine->close_windows(*engine->next_close() - 1, *context, out);
  CHECK(out.empty());
  engine->close_windows(*engine->next_close(), *context, out);
  REQUIRE(out.size() == 1);
  REQUIRE(out[0].held_back);
  CHECK(out[0].held_back->count == 5);
  CHECK(out[0].message == "5 more, held back by the throttle: perl ran perl -e x01 for -");
  CHECK(rfc3339(out[0].held_back->first_unix_ns) == "2026-11-23T10:00:01.000000000Z");
  CHECK(rfc3339(out[0].held_back->last_unix_ns) == "2026-11-23T10:00:05.000000000Z");
  REQUIRE(out[0].events.size() == Throttles::kSamples);
  CHECK(out[0].events[1].message == "perl ran perl -e x02 for -");
  CHECK(out[0].sequence == 2);
  CHECK_FALSE(engine->next_close());
  CHECK(to_json(out[0]).find("\"held_back\":{\"count\":5,") != std::string::npos);
}

namespace {

std::unique_ptr<Engine> engine_of_text(const std::string& text) {
  Compilation compilation;
  compile_text(compilation, "r.recipe", text, {});
  for (const Diagnostic& each : compilation.diagnostics.all()) INFO(each.message);
  REQUIRE(compilation.ok);
  auto engine = Engine::build(std::move(compilation.artefact), 42, 7);
  REQUIRE(engine.ok());
  return std::move(*engine);
}

std::vector<uint64_t> exec_at(const std::string& second, int pid, const std::string& exe) {
  return record_of(R"({"event":"exec","time":"2026-11-23T10:00:)" + second + R"(Z","process":{"pid":)" + std::to_string(pid) +
                   R"(,"exe":")" + exe + R"(","ancestors":[{"pid":7,"name":"sh"},{"pid":1}]},"argv":["x"]})");
}

}  // namespace

TEST_CASE("a sequence is one detection with the events of every step") {
  const auto engine = engine_of_text(R"(recipe r {
    importance high
    sequence by process.tree within 10s {
      fetch: exec when process.name == curl
      run: exec when process.exe under "/tmp"
    }
    message "{process.exe} ran"
  })");
  CHECK(judge(*engine, exec_at("00", 8, "/usr/bin/curl")).empty());
  const auto out = judge(*engine, exec_at("02", 9, "/tmp/x"));
  REQUIRE(out.size() == 1);
  CHECK(out[0].message == "/tmp/x ran");
  CHECK(out[0].step == "run");
  REQUIRE(out[0].events.size() == 1);
  CHECK(out[0].events[0].step == "fetch");
  CHECK(out[0].events[0].process.pid == 8);
  REQUIRE(out[0].events[0].why.terms.size() == 1);
  CHECK(out[0].events[0].why.terms[0].text == "process.name == curl");
  const std::string json = to_json(out[0]), text = to_text(out[0], false);
  CHECK(json.find("\"events\":[{\"step\":\"fetch\",\"time\":\"2026-11-23T10:00:00") != std::string::npos);
  CHECK(text.find("fetch") != std::string::npos);
  // It is told once; after its time it is not.
  CHECK(judge(*engine, exec_at("03", 9, "/tmp/x")).empty());
  CHECK(judge(*engine, exec_at("04", 8, "/usr/bin/curl")).empty());
  CHECK(judge(*engine, exec_at("14.5", 9, "/tmp/x")).empty());
}

TEST_CASE("what does not come in time is told when the time is over, and not twice") {
  const auto engine = engine_of_text(R"(recipe r {
    sequence by process.parent within 10s {
      fetch: exec when process.name == curl
      not check: exec when process.name == sha256sum
    }
    throttle 1 per 1h
    doc { actions ["Look."] }
  })");
  CHECK(judge(*engine, exec_at("00", 8, "/usr/bin/curl")).empty());
  const auto out = judge(*engine, exec_at("30", 9, "/bin/true"));
  REQUIRE(out.size() == 1);
  CHECK(rfc3339(out[0].time_unix_ns) == "2026-11-23T10:00:10.000000000Z");
  CHECK(out[0].process.pid == 8);
  CHECK(out[0].actions == std::vector<std::string>{"Look."});
  CHECK(judge(*engine, exec_at("31", 8, "/usr/bin/curl")).empty());
  CHECK(judge(*engine, exec_at("32", 9, "/usr/bin/sha256sum")).empty());
  CHECK(judge(*engine, exec_at("33", 8, "/usr/bin/curl")).empty());
  CHECK(judge(*engine, exec_at("50", 9, "/bin/true")).empty());
  CHECK(of(*engine, Counter::k_detections_throttled) == 1);
}

TEST_CASE("one event does one step, whatever other recipes it matches") {
  const auto engine = engine_of_text(R"(
    recipe a { on exec when process.name == curl }
    recipe b { sequence by process.tree within 10s { one: exec when process.name == curl two: exec when process.uid not in [7] } }
    recipe c { on exec when process.name == curl })");
  CHECK(judge(*engine, exec_at("00", 8, "/usr/bin/curl")).size() == 2);
  const auto out = judge(*engine, exec_at("01", 9, "/usr/bin/curl"));
  REQUIRE(out.size() == 3);
  CHECK(out[1].recipe == "b");
  CHECK(out[1].events.size() == 1);
}

TEST_CASE("a recipe tells of an event once, by the trigger that matters most, and each of them marks") {
  const auto engine = engine_of_text(R"(
    recipe a {
      on exec when process.name == curl { importance low mark process.tree one for 1h }
      on exec when process.uid not in [7] { importance high mark process.tree two for 1h }
      on exec when process.name in [curl, wget] { importance high }
    }
    recipe asks { on open when process.marked one and process.marked two })");
  const auto out = judge(*engine, exec_at("00", 8, "/usr/bin/curl"));
  REQUIRE(out.size() == 1);
  CHECK(out[0].importance == Importance::kHigh);
  CHECK(out[0].why.clause.find("process.uid") != std::string::npos);
  CHECK(judge(*engine, record_of(R"({"event":"open","process":{"pid":8},"file":{"path":"/x"}})")).size() == 1);
}

TEST_CASE("what a cut field leaves open is told beside what is certain where it matters more, and never in its place") {
  const auto engine = engine_of_text(R"(recipe a {
    on exec when process.name == perl and argv contains "-e" { importance critical }
    on exec when process.name == perl { importance low } })");
  const auto out =
      judge(*engine, record_of(R"({"event":"exec","process":{"name":"perl"},"argv":["perl","x"],"truncated":["argv"]})"));
  REQUIRE(out.size() == 2);
  CHECK(out[0].importance == Importance::kCritical);
  CHECK(out[1].importance == Importance::kLow);
}

TEST_CASE("a throttle tells lists apart by their own elements") {
  const auto engine = engine_of_text("recipe r { on dns_answer when exists dns.answers throttle 1 per 1h by dns.answers }");
  const auto answer = [](const std::string& address) {
    return record_of(R"({"event":"dns_answer","dns":{"answers":[")" + address + "\"]}}");
  };
  CHECK(judge(*engine, answer("10.0.0.1")).size() == 1);
  CHECK(judge(*engine, answer("10.0.0.2")).size() == 1);
  CHECK(judge(*engine, answer("10.0.0.1")).empty());
}

TEST_CASE("a sequence that ends with what does not come marks when its time is over") {
  const auto engine = engine_of_text(R"(
    recipe a {
      report false
      sequence by process.parent within 10s { fetch: exec when process.name == curl not check: exec when process.name == gpg }
      mark process.tree unchecked for 1h
    }
    recipe b { on exec when process.marked unchecked })");
  CHECK(judge(*engine, exec_at("00", 8, "/usr/bin/curl")).empty());
  CHECK(judge(*engine, exec_at("05", 8, "/bin/sh")).empty());
  CHECK(judge(*engine, exec_at("20", 8, "/bin/sh")).size() == 1);
}

TEST_CASE("a count is told with how many there were, and marks when it is reached") {
  const auto engine = engine_of_text(R"(
    recipe many { on exec when process.name == nc and count > 2 within 10s by process.parent { mark process.tree scans for 1m } }
    recipe after { on exec when process.name == sh and process.marked scans })");
  CHECK(judge(*engine, exec_at("00", 8, "/bin/nc")).empty());
  CHECK(judge(*engine, exec_at("01", 8, "/bin/nc")).empty());
  CHECK(judge(*engine, exec_at("02", 8, "/bin/sh")).empty());
  const auto out = judge(*engine, exec_at("03", 8, "/bin/nc"));
  REQUIRE(out.size() == 1);
  REQUIRE(out[0].counted);
  CHECK(out[0].counted->count == 3);
  CHECK(out[0].events.size() == 3);
  CHECK(judge(*engine, exec_at("04", 8, "/bin/sh")).size() == 1);
}

TEST_CASE("what was seen is not told again, and the memory can be carried to another run") {
  constexpr const char* kNew = "recipe r { on exec when true unless seen [process.exe] in 5d }";
  const auto engine = engine_of_text(kNew);
  CHECK(judge(*engine, exec_at("00", 8, "/bin/a")).size() == 1);
  CHECK(judge(*engine, exec_at("01", 8, "/bin/a")).empty());
  CHECK(judge(*engine, exec_at("02", 8, "/bin/b")).size() == 1);
  CHECK(of(*engine, Counter::k_detections_known) == 1);
  const auto later = engine_of_text(kNew);
  REQUIRE(later->seen().read(engine->seen().print()).ok());
  CHECK(judge(*later, exec_at("03", 8, "/bin/a")).empty());
  CHECK(judge(*later, exec_at("04", 8, "/bin/c")).size() == 1);
}

TEST_CASE("an exception holds back until its day is over") {
  const auto engine =
      engine_of_text(R"(recipe r { on exec when process.name == nc except "for now" until 2026-11-23 when true })");
  CHECK(judge(*engine, exec_at("00", 8, "/bin/nc")).empty());
  const auto next = record_of(R"({"event":"exec","time":"2026-11-24T00:00:00Z","process":{"name":"nc"}})");
  CHECK(judge(*engine, next).size() == 1);
}

TEST_CASE("a detection says which tunes have changed its recipe") {
  const auto engine =
      engine_of_text("recipe r { on exec when process.name == nc }\ntune r { importance low also when process.name == ncat }");
  const auto out = judge(*engine, exec_at("00", 8, "/bin/ncat"));
  REQUIRE(out.size() == 1);
  CHECK(out[0].importance == Importance::kLow);
  REQUIRE(out[0].why.tunes.size() == 1);
  CHECK(out[0].why.tunes[0] == std::pair<std::string, uint32_t>("r.recipe", 2));
}

TEST_CASE("a throttle tells where one value ends and the next begins") {
  const auto engine = engine_of("throttle 1 per 10s by argv");
  CHECK(judge(*engine, record_of(R"({"event":"exec","process":{"name":"perl"},"argv":["perl","-e","a b"]})")).size() == 1);
  CHECK(judge(*engine, record_of(R"({"event":"exec","process":{"name":"perl"},"argv":["perl","-e","a","b"]})")).size() == 1);
}

TEST_CASE("a live record of our generation is judged by the kernel's candidates, another one is classified anew") {
  const auto engine = engine_of("");
  auto record = record_of(kPerl);
  auto* header = reinterpret_cast<record_header*>(record.data());
  header->flags = 0;
  header->generation = 7;
  CHECK(judge(*engine, record).empty());  // the kernel named no candidate
  header->flags = RECORD_ALL_CANDIDATES;
  CHECK(judge(*engine, record).size() == 1);
  header->flags = 0;
  header->generation = 6;
  CHECK(judge(*engine, record).size() == 1);
  CHECK(of(*engine, Counter::k_generation_gone) == 1);
}

TEST_CASE("the canary is seen once, is not judged, and its token protects nobody after that") {
  const Canary canary{"perl", "--canary=0123"};
  const auto engine = engine_of("", &canary);
  auto record = record_of(R"({"event":"exec","process":{"name":"perl"},"argv":["perl","--canary=0123"]})");
  CHECK(judge(*engine, record).empty());
  CHECK_FALSE(engine->canary_seen());  // replayed: proves nothing
  reinterpret_cast<record_header*>(record.data())->flags = RECORD_ALL_CANDIDATES;
  reinterpret_cast<record_header*>(record.data())->generation = 7;
  CHECK(judge(*engine, record).empty());
  CHECK(engine->canary_seen());
  auto hidden = record_of(R"({"event":"exec","process":{"name":"perl"},"argv":["perl","-e","--canary=0123"]})");
  CHECK(judge(*engine, hidden).size() == 1);
}

TEST_CASE("losses ride with the next detection, with their total, once") {
  const auto engine = engine_of("");
  std::vector<Detection> out;
  const auto context = make_record_context();
  const std::vector<uint64_t> garbage(3, 0x4141414141414141);
  CHECK_FALSE(engine->judge(std::as_bytes(std::span(garbage)), *context, out).ok());
  CHECK(of(*engine, Counter::k_record_malformed) == 1);
  const auto first = judge(*engine, record_of(kPerl));
  REQUIRE(first.size() == 1);
  CHECK(first[0].lost == std::vector<std::pair<std::string, uint64_t>>{{"record_malformed", 1}});
  CHECK(judge(*engine, record_of(kPerl))[0].lost.empty());
}

namespace {

// Knows at first that a process is about to execute its program, and after `wait` questions which it was.
struct Settling final : Context {
  std::optional<std::string> text(const Event&, FieldId) override { return std::nullopt; }
  std::optional<std::vector<std::string>> texts(const Event& event, FieldId) override {
    if (event.text(FieldId::process_name) != "sh") return std::nullopt;
    ++asked;
    return std::vector<std::string>{asked > wait ? "curl" : "bash"};
  }
  bool unsettled(const Event& event) const override { return event.text(FieldId::process_name) == "sh" && asked <= wait; }
  Ancestors ancestors(const Event&) override { return {}; }
  const HostInfo& host() override { return host_; }
  int asked = 0, wait = 0;
  HostInfo host_;
};

}  // namespace

TEST_CASE("an event that a forked process may still change is judged again, once for all, and the others meanwhile") {
  Compilation compilation;
  compile_text(compilation, "r.recipe",
               "recipe r {\n title \"R\"\n category execution\n method m\n importance high\n"
               " on exec when process.name == sh and process.stdin.writers contains curl\n"
               " on exec when process.name == perl\n}\n",
               {});
  REQUIRE(compilation.ok);
  CHECK(compilation.artefact.filter.writers);
  auto built = Engine::build(std::move(compilation.artefact), 42, 7);
  REQUIRE(built.ok());
  Engine& engine = **built;
  Settling context;
  std::vector<Detection> out;
  const auto shell = record_of(R"({"event":"exec","process":{"name":"sh"}})");
  const auto give = [&](const std::vector<uint64_t>& record) {
    REQUIRE(engine.judge(std::as_bytes(std::span(record)), context, out).ok());
  };
  SECTION("until it is settled") {
    context.wait = 2;
    give(shell);
    CHECK(out.empty());
    REQUIRE(engine.next_due());
    give(record_of(kPerl));
    CHECK(out.size() == 1);
    engine.judge_waiting(*engine.next_due(), false, context, out);
    CHECK(out.size() == 1);
    engine.judge_waiting(*engine.next_due(), false, context, out);
    CHECK(out.size() == 2);
    CHECK_FALSE(engine.next_due());
    CHECK(of(engine, Counter::k_events_seen) == 2);
    CHECK(of(engine, Counter::k_writers_unsettled) == 0);
  }
  SECTION("but not longer than the wait lasts, and that is counted") {
    context.wait = 100;
    give(shell);
    for (int i = 0; i < 10 && engine.next_due(); ++i) engine.judge_waiting(*engine.next_due(), false, context, out);
    CHECK_FALSE(engine.next_due());
    CHECK(context.asked == 6);
    CHECK(of(engine, Counter::k_writers_unsettled) == 1);
  }
  SECTION("and at the end at once") {
    context.wait = 1;
    give(shell);
    engine.judge_waiting(Waiting::Clock::time_point::max(), true, context, out);
    CHECK(out.size() == 1);
  }
}

TEST_CASE("a truncated argv leaves the match open and says so") {
  const auto engine = engine_of("");
  const auto out = judge(
      *engine, record_of(R"({"event":"exec","process":{"name":"perl"},"argv":["perl","-w","cut"],"truncated":["argv"]})"));
  REQUIRE(out.size() == 1);
  CHECK(out[0].why.truncated == std::vector<std::string>{"argv"});
  CHECK(of(*engine, Counter::k_match_truncated) == 1);
}

constexpr const char* kMarking = R"(recipe fetched {
  title "Fetched" category execution importance low
  on exec when process.name == curl { mark process.tree fetches for 10m report false }
}
recipe ran {
  title "Ran" category execution importance high
  on exec when process.name == sh and process.marked fetches
  except "the builder" when argv contains "--builder"
  mark process remembered for 1m
}
recipe again {
  title "Again" category execution importance high
  on exec when process.name == ls and process.marked remembered
}
)";

std::string exec_event(const std::string& time, int pid, const std::string& name, const std::string& more = "") {
  return R"({"event":"exec","time":"2026-11-23T)" + time + R"(Z","process":{"pid":)" + std::to_string(pid) + R"(,"name":")" +
         name + "\"" + more + "}}";
}

TEST_CASE("a mark outlives its event: later ones of the process and below it are told by it, until it ends") {
  Compilation compilation;
  compile_text(compilation, "m.recipe", kMarking, {});
  REQUIRE(compilation.ok);
  auto engine = Engine::build(std::move(compilation.artefact), 42, 7);
  REQUIRE(engine.ok());
  const auto detected = [&](const std::string& event) {
    std::vector<std::string> names;
    for (const Detection& detection : judge(**engine, record_of(event))) names.push_back(detection.recipe);
    return names;
  };
  using Names = std::vector<std::string>;
  const std::string below = R"(,"ancestors":[{"pid":5,"name":"curl"}])";
  CHECK(detected(exec_event("09:59:59", 6, "sh", below)).empty());
  CHECK(detected(exec_event("10:00:00", 5, "curl")).empty());  // marks, and is not reported
  CHECK(detected(exec_event("10:00:01", 6, "sh", below)) == Names{"ran"});
  CHECK(detected(exec_event("10:00:02", 6, "ls")) == Names{"again"});  // marked by what was reported
  CHECK(detected(exec_event("10:00:02", 5, "ls")).empty());            // not its parent
  CHECK(detected(exec_event("10:02:00", 6, "ls")).empty());            // ended
  CHECK(detected(exec_event("10:10:01", 7, "sh", below)).empty());

  // What an exception holds back marks nothing.
  CHECK(detected(exec_event("11:00:00", 5, "curl")).empty());
  std::string held = exec_event("11:00:01", 8, "sh", below);
  held.insert(held.size() - 1, R"(,"argv":["sh","--builder"])");
  CHECK(detected(held).empty());
  CHECK(detected(exec_event("11:00:02", 8, "ls")).empty());
  CHECK(of(**engine, Counter::k_detections_excepted) == 1);
}

TEST_CASE("why names the mark, the recipe that set it and when") {
  Compilation compilation;
  compile_text(compilation, "m.recipe", kMarking, {});
  REQUIRE(compilation.ok);
  auto engine = Engine::build(std::move(compilation.artefact), 42, 7);
  REQUIRE(engine.ok());
  CHECK(judge(**engine, record_of(exec_event("10:00:00", 5, "curl"))).empty());
  const std::vector<Detection> found = judge(**engine, record_of(exec_event("10:00:01", 5, "sh")));
  REQUIRE(found.size() == 1);
  REQUIRE(found[0].why.terms.size() == 2);
  CHECK(found[0].why.terms[1].text == "process.marked fetches");
  CHECK(found[0].why.terms[1].value == "fetches, by recipe `fetched` at 2026-11-23T10:00:00.000000000Z, process 5");
  CHECK(found[0].why.terms[1].kernel);
}

TEST_CASE("a reload keeps what was marked") {
  const auto build = [] {
    Compilation compilation;
    compile_text(compilation, "m.recipe", kMarking, {});
    REQUIRE(compilation.ok);
    auto engine = Engine::build(std::move(compilation.artefact), 42, 7);
    REQUIRE(engine.ok());
    return std::move(*engine);
  };
  const auto before = build(), after = build();
  CHECK(judge(*before, record_of(exec_event("10:00:00", 5, "curl"))).empty());
  CHECK(judge(*after, record_of(exec_event("10:00:01", 5, "sh"))).empty());
  after->adopt_marks(before->marks());
  CHECK(judge(*after, record_of(exec_event("10:00:01", 5, "sh"))).size() == 1);
}

}  // namespace recipe
