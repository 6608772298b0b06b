// SPDX-License-Identifier: Apache-2.0
// The language reference is true: every fenced block of grammar/README.md is executed, and its generated tables are those of
// the catalogue and of operators.def. UPDATE_GOLDENS=1 rewrites the tables.
#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "compiler/compile.h"
#include "runtime/artefact/encode.h"
#include "runtime/artefact/lay_out.h"
#include "runtime/classify/classify.h"
#include "runtime/feed/json.h"
#include "runtime/match/matcher.h"

namespace recipe {
namespace {

struct Block {
  std::string head;  // behind the fence: "recipe fails E0107"
  std::string text;
  size_t line = 0;
};

const std::string& path() {
  static const std::string kPath = std::string(RECIPE_SOURCE_DIR) + "/grammar/README.md";
  return kPath;
}

std::string reference() {
  std::ifstream in(path(), std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

std::vector<Block> blocks() {
  std::vector<Block> found;
  std::istringstream in(reference());
  bool inside = false;
  size_t number = 0;
  for (std::string line; std::getline(in, line);) {
    ++number;
    if (line.starts_with("```")) {
      inside = !inside;
      if (inside) found.push_back({line.substr(3), "", number});
    } else if (inside) {
      found.back().text += line + "\n";
    }
  }
  return found;
}

std::string trimmed(std::string_view text) {
  const size_t from = text.find_first_not_of(" \t");
  if (from == std::string_view::npos) return {};
  return std::string(text.substr(from, text.find_last_not_of(" \t") - from + 1));
}

// The verdict of a condition on an event through the whole path; fails where filter and program disagree.
std::string verdict(const std::string& condition, const std::string& json) {
  JsonEvents events;
  const bool named = json.find("\"event\"") != std::string::npos;
  auto values = events.parse(named ? json : json == "{}" ? R"({"event":"exec"})" : R"({"event":"exec",)" + json.substr(1));
  INFO((values.ok() ? "" : values.error().message()));
  REQUIRE(values.ok());
  Compilation compilation;
  compile_text(compilation, "truth.recipe",
               fmt::format("recipe truth {{ title \"t\" category execution importance low on {} when {} }}",
                           info(values->event).name, condition),
               {});
  for (const Diagnostic& each : compilation.diagnostics.all()) UNSCOPED_INFO(each.message);
  REQUIRE(compilation.ok);
  auto artefact = decode(encode(compilation.artefact));
  REQUIRE(artefact.ok());
  auto image = lay_out(artefact->filter, 7, 1);
  REQUIRE(image.ok());
  auto matcher = Matcher::build(*artefact);
  REQUIRE(matcher.ok());
  auto record = encode_record(*values);
  REQUIRE(record.ok());
  Event event;
  REQUIRE(event.decode(std::as_bytes(std::span(*record))).ok());
  const auto context = make_record_context();
  const Truth truth = (*matcher)->evaluate_trigger(TriggerId{0}, event, *context);
  Classifier classifier(*image);
  std::vector<candidate_word> candidates;
  const bool passed = classifier.classify(event, candidates) || !candidates.empty();
  CHECK((truth == Truth::kFalse || passed));  // law 1
  return truth == Truth::kTrue ? "true" : truth == Truth::kFalse ? "false" : "unknown";
}

std::string field_table() {
  std::string out = "| field | type | kernel | from | what it is |\n|---|---|---|---|---|\n";
  for (const FieldInfo& field : all_fields()) {
    const std::string name =
        field.list == FieldId::kNone ? std::string(field.name) : fmt::format("{}[].{}", info(field.list).name, field.name);
    const char* origin = field.origin == Origin::kRecord    ? "event"
                         : field.origin == Origin::kDerived ? "computed"
                         : field.origin == Origin::kState   ? "marked"
                                                            : "asked";
    out += fmt::format("| `{}` | {} | {} | {} | {} |\n", name, type_name(field.type), field.lane == Lane::kNone ? "" : "yes",
                       origin, field.doc);
  }
  return out;
}

std::string operator_table() {
  constexpr unsigned kInt = 1, kString = 2, kPath = 4, kBool = 8, kList = 16, kFlags = 32, kIp = 64, kPort = 128, kDomain = 256;
  enum { kNoKey, kExactKey, kPrefixKey, kSuffixKey, kFlagKey, kRangeKey, kBitKey };
  std::string out = "| operator | of | kernel index | true where |\n|---|---|---|---|\n";
  const auto row = [&](const char* spelling, unsigned types, int kernel, const char* doc) {
    std::string of;
    for (const auto& [bit, name] : {std::pair{kInt, "int"},
                                    {kString, "string"},
                                    {kPath, "path"},
                                    {kBool, "bool"},
                                    {kList, "list"},
                                    {kFlags, "flags"},
                                    {kIp, "ip"},
                                    {kPort, "port"},
                                    {kDomain, "domain"}}) {
      if ((types & bit) != 0) of += of.empty() ? name : fmt::format(", {}", name);
    }
    static constexpr const char* kIndex[] = {"", "exact", "prefix", "suffix", "letters", "range", "bits"};
    out += fmt::format("| `{}` | {} | {} | {} |\n", spelling, of, kIndex[kernel], doc);
  };
#define OPERATOR(id, number, spelling, negated, types, kernel, cost, doc) row(spelling, types, kernel, doc);
#include "runtime/artefact/operators.def"
  return out;
}

std::string event_table() {
  std::string out = "| event | what happened |\n|---|---|\n";
  for (const EventInfo& event : all_events()) out += fmt::format("| `{}` | {} |\n", event.name, event.doc);
  return out;
}

std::string group_table() {
  std::string out = "| group | events | what happened |\n|---|---|---|\n";
  for (const GroupMember& first : all_group_members()) {
    if (first.doc.empty()) continue;
    std::string members;
    for (const GroupMember& each : all_group_members()) {
      if (each.group != first.group) continue;
      members += fmt::format("{}`{}`", members.empty() ? "" : ", ", info(each.event).name);
      if (each.access != 0) members += fmt::format(" ({})", flag_names(FieldId::file_access, each.access));
    }
    out += fmt::format("| `any {}` | {} | {} |\n", first.group, members, first.doc);
  }
  return out;
}

std::string flag_table() {
  std::string out = "| field | flag | what it says |\n|---|---|---|\n";
  for (const FlagInfo& flag : all_flags())
    out += fmt::format("| `{}` | `{}` | {} |\n", info(flag.field).name, flag.name, flag.doc);
  return out;
}

// Checks, or under UPDATE_GOLDENS rewrites, what stands between <!-- name --> and <!-- end -->.
void hold_table(const std::string& name, const std::string& table) {
  std::string text = reference();
  const std::string begin = "<!-- " + name + " -->\n";
  const size_t from = text.find(begin);
  REQUIRE(from != std::string::npos);
  const size_t to = text.find("<!-- end -->", from);
  REQUIRE(to != std::string::npos);
  const std::string there = text.substr(from + begin.size(), to - from - begin.size());
  if (std::getenv("UPDATE_GOLDENS") != nullptr) {
    text.replace(from + begin.size(), there.size(), table);
    std::ofstream(path(), std::ios::binary) << text;
  } else {
    CHECK(there == table);
  }
}

}  // namespace

TEST_CASE("the reference's tables of fields and operators are those of the catalogue and of operators.def") {
  hold_table("events", event_table());
  hold_table("groups", group_table());
  hold_table("flags", flag_table());
  hold_table("fields", field_table());
  hold_table("operators", operator_table());
}

TEST_CASE("every recipe of the reference checks clean, or fails as it says") {
  size_t run = 0;
  for (const Block& block : blocks()) {
    if (!block.head.starts_with("recipe")) continue;
    ++run;
    INFO("grammar/README.md:" << block.line);
    Compilation compilation;
    compile_text(compilation, "reference.recipe", block.text, {});
    std::vector<std::string> codes;
    for (const Diagnostic& each : compilation.diagnostics.all()) {
      UNSCOPED_INFO(each.message);
      codes.emplace_back(info(each.code).text);
    }
    const std::string fails = "recipe fails ";
    if (block.head.starts_with(fails)) {
      CHECK(codes == std::vector<std::string>{block.head.substr(fails.size())});
    } else {
      CHECK(compilation.ok);
      CHECK(codes.empty());
    }
  }
  CHECK(run >= 5);
}

TEST_CASE("every line of the reference's truth tables comes out as it says, by filter and program") {
  size_t run = 0;
  for (const Block& block : blocks()) {
    if (block.head != "truth") continue;
    std::istringstream in(block.text);
    for (std::string line; std::getline(in, line);) {
      const size_t first = line.find(" | ");
      const size_t second = line.rfind(" | ");
      REQUIRE((first != std::string::npos && second > first));
      INFO(line);
      CHECK(verdict(trimmed(line.substr(0, first)), trimmed(line.substr(first + 3, second - first - 3))) ==
            trimmed(line.substr(second + 3)));
      ++run;
    }
  }
  CHECK(run > 30);
}

TEST_CASE("every event of the reference is one") {
  size_t run = 0;
  JsonEvents events;
  for (const Block& block : blocks()) {
    if (block.head != "json") continue;
    auto values = events.parse(trimmed(block.text.substr(0, block.text.size() - 1)));
    INFO((values.ok() ? "" : values.error().message()));
    REQUIRE(values.ok());
    CHECK(encode_record(*values).ok());
    ++run;
  }
  CHECK(run >= 1);
}

}  // namespace recipe
