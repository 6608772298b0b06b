// SPDX-License-Identifier: Apache-2.0
// What is remembered, of whom, and for how long.
#include "runtime/match/marks.h"

#include <catch2/catch.hpp>

using namespace recipe;

namespace {

constexpr int64_t kSecond = 1'000'000'000;

// One trigger a target: `mark process own for 10s`, `mark process.tree tree for 10s`, `mark file fetched for 10s`.
Artefact recipes() {
  Artefact artefact;
  artefact.passages.resize(1);
  artefact.recipes.resize(1);
  artefact.recipes[0].name = "setter";
  const auto add = [&](MarkTarget target, const char* name) {
    Trigger& trigger = artefact.triggers.emplace_back();
    trigger.recipe = RecipeId{0};
    trigger.event = EventId::exec;
    trigger.marks = {{target, name, 10 * kSecond}};
  };
  add(MarkTarget::kProcess, "own");
  add(MarkTarget::kTree, "tree");
  add(MarkTarget::kFile, "fetched");
  artefact.filter.tags = {{{"dpkg"}, {}}, {{}, "tree"}, {{}, "own"}};
  return artefact;
}

struct Line {
  int64_t pid = 0, start_time = 0;
};

class Scene {
 public:
  explicit Scene(size_t limit = kMaxMarks) : marks(artefact, limit) {}

  const Event& event(int64_t time, const std::vector<Line>& line, const std::string& exe = "/tmp/x") {
    EventValues values;
    values.event = EventId::exec;
    values.time_unix_ns = time;
    values.texts = {{FieldId::process_exe, exe}};
    values.numbers = {{FieldId::process_pid, line[0].pid}};
    if (line[0].start_time != 0) values.numbers.emplace_back(FieldId::process_start_time, line[0].start_time);
    values.ancestors.emplace();
    for (size_t i = 1; i < line.size(); ++i) {
      EventValues::AncestorValues ancestor;
      ancestor.pid = line[i].pid;
      if (line[i].start_time != 0) ancestor.start_time = line[i].start_time;
      values.ancestors->push_back(ancestor);
    }
    if (cut_ancestors) values.truncated.push_back(FieldId::process_ancestors);
    record = encode_record(values).value();
    REQUIRE(now.decode(std::as_bytes(std::span(record))).ok());
    return now;
  }
  void set(size_t trigger, int64_t time, const std::vector<Line>& line, const std::string& exe = "/tmp/x") {
    marks.set(artefact.triggers[trigger], event(time, line, exe));
  }
  std::vector<std::string> on(int64_t time, const std::vector<Line>& line) {
    const Event& asked = event(time, line);
    std::vector<std::string> names;
    for (const Mark* mark : marks.of_process(asked, context->ancestors(asked)).marks) names.push_back(marks.name(*mark));
    return names;
  }
  std::vector<std::string> on_file(int64_t time, const std::string& path) {
    std::vector<std::string> names;
    for (const Mark* mark : marks.of_file(event(time, {{1, 1}}, path)).marks) names.push_back(marks.name(*mark));
    return names;
  }

  Artefact artefact = recipes();
  Marks marks;
  std::unique_ptr<Context> context = make_record_context();
  std::vector<uint64_t> record;
  Event now;
  bool cut_ancestors = false;
};

using Names = std::vector<std::string>;
constexpr size_t kOwn = 0, kTree = 1, kFetched = 2;

}  // namespace

TEST_CASE("a mark of a process is its own and ends in time") {
  Scene scene;
  scene.set(kOwn, 5 * kSecond, {{7, 3}});
  CHECK(scene.on(6 * kSecond, {{7, 3}}) == Names{"own"});
  CHECK(scene.on(15 * kSecond - 1, {{7, 3}}) == Names{"own"});
  CHECK(scene.on(15 * kSecond, {{7, 3}}).empty());
  CHECK(scene.on(6 * kSecond, {{8, 3}}).empty());
  CHECK(scene.on(6 * kSecond, {{9, 6 * kSecond + 1}, {7, 3}}).empty());
}

TEST_CASE("a mark of a tree is inherited by what was forked afterwards, however deep, and by nothing else") {
  Scene scene;
  scene.set(kTree, 5 * kSecond + 1, {{7, 3}});
  CHECK(scene.on(6 * kSecond, {{7, 3}}) == Names{"tree"});
  CHECK(scene.on(8 * kSecond, {{9, 6 * kSecond + 1}, {7, 3}}) == Names{"tree"});
  CHECK(scene.on(8 * kSecond, {{11, 7 * kSecond + 1}, {9, 6 * kSecond + 1}, {7, 3}}) == Names{"tree"});
  CHECK(scene.on(8 * kSecond, {{9, 4 * kSecond + 1}, {7, 3}}).empty());
  // The grandchild is younger than the mark; the child that leads to it is not.
  CHECK(scene.on(8 * kSecond, {{11, 7 * kSecond + 1}, {9, 4 * kSecond + 1}, {7, 3}}).empty());
}

TEST_CASE("a pid that is used again names another process") {
  Scene scene;
  scene.set(kTree, 5 * kSecond, {{7, 3}});
  CHECK(scene.on(6 * kSecond, {{7, 5 * kSecond + 7}}).empty());
  CHECK(scene.on(6 * kSecond, {{9, 6 * kSecond + 1}, {7, 5 * kSecond + 7}}).empty());
}

TEST_CASE("start times of /proc are whole ticks and still name the process and its children") {
  Scene scene;
  scene.set(kTree, 5'001'000'001, {{7, 3'456'789}});
  CHECK(scene.on(6 * kSecond, {{7, 0 + 10'000'000}}).empty());
  scene.set(kTree, 5'001'000'001, {{8, 23'456'789}});
  CHECK(scene.on(6 * kSecond, {{8, 20'000'000}}) == Names{"tree"});
  CHECK(scene.on(6 * kSecond, {{9, 5'000'000'000}, {8, 20'000'000}}) == Names{"tree"});
  CHECK(scene.on(6 * kSecond, {{9, 4'990'000'000}, {8, 20'000'000}}).empty());
}

TEST_CASE("where times are not known, or are a wall clock's, the fork counts as later") {
  Scene scene;
  scene.set(kTree, 5 * kSecond, {{7, 0}});
  CHECK(scene.on(6 * kSecond, {{9, 0}, {7, 0}}) == Names{"tree"});
  constexpr int64_t kNow = 1'764'000'000 * kSecond;
  scene.set(kTree, kNow, {{17, 123}});
  CHECK(scene.on(kNow + 1, {{19, 456}, {17, 123}}) == Names{"tree"});
}

TEST_CASE("a mark that is set again lasts longer and began when it began") {
  Scene scene;
  scene.set(kTree, 5 * kSecond, {{7, 3}});
  scene.set(kTree, 12 * kSecond, {{7, 3}});
  CHECK(scene.marks.size() == 1);
  CHECK(scene.on(16 * kSecond, {{9, 6 * kSecond + 1}, {7, 3}}) == Names{"tree"});
  CHECK(scene.on(22 * kSecond, {{7, 3}}).empty());
  // Ended, and then set anew: a child from before has lost it for good.
  scene.set(kTree, 30 * kSecond, {{7, 3}});
  CHECK(scene.on(31 * kSecond, {{9, 6 * kSecond + 1}, {7, 3}}).empty());
  CHECK(scene.on(31 * kSecond, {{7, 3}}) == Names{"tree"});
}

TEST_CASE("a missing ancestor leaves open whether the tree is marked, while some tree is") {
  Scene scene;
  const auto complete = [&](int64_t time) {
    const Event& asked = scene.event(time, {{7, 3}});
    return scene.marks.of_process(asked, scene.context->ancestors(asked)).complete && scene.marks.tags(asked).known;
  };
  scene.cut_ancestors = true;
  CHECK(complete(1));
  scene.set(kOwn, 1, {{50, 3}});
  CHECK(complete(2));
  scene.set(kTree, 1, {{50, 3}});
  CHECK_FALSE(complete(2));
  CHECK(complete(11 * kSecond));
}

TEST_CASE("the classifier is told the tags of the marks that have one") {
  Scene scene;
  scene.set(kTree, 5, {{7, 3}});
  CHECK(scene.marks.tags(scene.event(6, {{7, 3}})).tags == 2);
  scene.set(kOwn, 5, {{7, 3}});
  CHECK(scene.marks.tags(scene.event(6, {{7, 3}})).tags == 6);
  CHECK(scene.marks.tags(scene.event(6, {{8, 3}})).tags == 0);
}

TEST_CASE("a file is marked by its path") {
  Scene scene;
  scene.set(kFetched, 5, {{7, 3}}, "/tmp/a");
  CHECK(scene.on_file(6, "/tmp/a") == Names{"fetched"});
  CHECK(scene.on_file(6, "/tmp/b").empty());
  CHECK(scene.on_file(11 * kSecond, "/tmp/a").empty());
  CHECK(scene.on(6, {{7, 3}}).empty());
}

TEST_CASE("the table is bounded: what ended goes uncounted, what ends first goes next and is counted") {
  Scene scene(3);
  for (int64_t i = 0; i < 3; ++i) scene.set(kOwn, i, {{10 + i, 3}});
  CHECK(scene.marks.evicted() == 0);
  scene.set(kOwn, 5, {{20, 3}});
  CHECK(scene.marks.evicted() == 1);
  CHECK(scene.on(6, {{10, 3}}).empty());
  CHECK(scene.on(6, {{11, 3}}) == Names{"own"});
  scene.set(kOwn, 100 * kSecond, {{30, 3}});
  CHECK(scene.marks.evicted() == 1);
  CHECK(scene.marks.size() <= 3);
  CHECK(scene.on(100 * kSecond + 1, {{30, 3}}) == Names{"own"});
}

TEST_CASE("a reload keeps what the new recipes know by name") {
  Scene before;
  before.set(kTree, 5 * kSecond, {{7, 3}});
  before.set(kOwn, 5 * kSecond, {{7, 3}});
  before.set(kFetched, 5 * kSecond, {{7, 3}}, "/tmp/a");
  Scene after;
  after.artefact.triggers.erase(after.artefact.triggers.begin());  // nothing sets `own` any more
  after.marks = Marks(after.artefact);
  after.marks.adopt(before.marks);
  CHECK(after.on(6 * kSecond, {{9, 5 * kSecond + 9}, {7, 3}}) == Names{"tree"});
  CHECK(after.on_file(6 * kSecond, "/tmp/a") == Names{"fetched"});
  const Event& asked = after.event(6 * kSecond, {{7, 3}});
  const auto marks = after.marks.of_process(asked, after.context->ancestors(asked)).marks;
  REQUIRE(marks.size() == 1);
  CHECK(after.marks.tell(*marks[0]) == "by recipe `setter` at 1970-01-01T00:00:05.000000000Z, process 7");
}
