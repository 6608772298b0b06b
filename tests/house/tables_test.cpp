// SPDX-License-Identifier: Apache-2.0
// Every row of every table is complete: its number unique, its words there, something reaches it, something tests it.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <regex>
#include <set>

#include "compiler/diagnostic/diagnostic.h"
#include "runtime/catalogue/catalogue.h"
#include "runtime/engine.h"
#include "tests/house/source_tree.h"

namespace recipe::house {
namespace {

// Text of the files below one of the folders, joined; `def` tables and the tests of tables are left out.
std::string joined(const std::vector<std::string>& folders, const std::vector<std::string_view>& suffixes) {
  std::string all;
  for (const auto& [path, text] : read_tree(folders)) {
    if (path.starts_with("tests/house/")) continue;
    for (const std::string_view suffix : suffixes) {
      if (has_suffix(path, suffix)) all += text;
    }
  }
  return all;
}

bool holds(const std::string& text, const std::string& word) {
  return text.find(word) != std::string::npos;
}

// Whether `word` stands in the text as a whole identifier.
bool names(const std::string& text, const std::string& word) {
  const auto is_part = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; };
  for (size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) {
    const bool begins = at == 0 || !is_part(text[at - 1]);
    const bool ends = at + word.size() == text.size() || !is_part(text[at + word.size()]);
    if (begins && ends) return true;
  }
  return false;
}

}  // namespace

TEST_CASE("every field has a number of its own, words, and an example that is JSON of its type") {
  std::set<uint16_t> numbers;
  std::set<std::string> spelled;
  for (const FieldInfo& field : all_fields()) {
    INFO(field.name);
    CHECK(numbers.insert(static_cast<uint16_t>(field.id)).second);
    CHECK(spelled.insert(std::to_string(static_cast<int>(field.list)) + "/" + std::string(field.name)).second);
    CHECK(field.doc.size() > 3);
    const auto example = nlohmann::json::parse(field.example, nullptr, false);
    REQUIRE_FALSE(example.is_discarded());
    switch (field.type) {
      case Type::kBool:
        CHECK(example.is_boolean());
        break;
      case Type::kInt:
      case Type::kPort:
        CHECK(example.is_number_integer());
        break;
      case Type::kString:
      case Type::kPath:
      case Type::kIp:
      case Type::kDomain:
        CHECK(example.is_string());
        break;
      case Type::kStringList:
      case Type::kRecordList:
      case Type::kFlags:
        CHECK(example.is_array());
        break;
      case Type::kMap:
        CHECK(example.is_object());
        break;
    }
  }
}

TEST_CASE("every field that is not an element is named by a test and by the language reference") {
  const std::string tests = joined({"tests", "rules"}, {".cpp", ".recipe", ".h", ".jsonl"});
  const std::string reference = joined({"grammar"}, {"README.md"});
  for (const FieldInfo& field : all_fields()) {
    if (field.list != FieldId::kNone) continue;
    INFO(field.name);
    std::string id(field.name);
    for (char& c : id) {
      if (c == '.') c = '_';
    }
    CHECK((names(tests, id) || holds(tests, std::string(field.name))));
    CHECK(holds(reference, std::string(field.name)));
  }
}

TEST_CASE("every counter is counted somewhere") {
  const std::string kernel = joined({"bpf"}, {".c", "classify.h", "emit.h", "read_argv.h", "read_path.h", "read_task.h", ".h"});
  const std::string user = joined({"runtime", "tools"}, {".cpp", ".h"});
  for (size_t i = 0; i < static_cast<size_t>(Counter::kCount); ++i) {
    const CounterInfo& row = info(static_cast<Counter>(i));
    INFO(row.name);
    CHECK(row.doc.size() > 10);
    // The kernel itself counts what its probes missed; userspace asks it for that.
    CHECK(((row.kernel && holds(kernel, std::string(row.name))) || holds(user, std::string(row.name))));
  }
}

TEST_CASE("every operator is tested by name in the language and stands in the reference") {
  const std::string tests = joined({"tests", "rules"}, {".cpp", ".recipe"});
  const std::string reference = joined({"grammar"}, {"README.md"});
#define OPERATOR(id, number, spelling, negated, types, kernel, cost, doc) \
  {                                                                       \
    INFO(#id);                                                            \
    CHECK(names(tests, #id));                                             \
    CHECK(holds(reference, spelling));                                    \
  }
#include "runtime/artefact/operators.def"
}

TEST_CASE("every diagnostic is emitted by the compiler and has a page that says its code") {
  const std::string code = joined({"compiler", "tools"}, {".cpp"});
  const Tree pages = read_tree({"compiler/diagnostic/pages"});
  for (const Code each : all_codes()) {
    const CodeInfo& row = info(each);
    INFO(row.text);
    CHECK(names(code, std::string(row.id)));
    const auto page = pages.find("compiler/diagnostic/pages/" + std::string(row.text) + ".md");
    REQUIRE(page != pages.end());
    CHECK(page->second.starts_with("# " + std::string(row.text)));
  }
  for (const auto& [path, text] : pages) {
    const std::string name = std::filesystem::path(path).stem().string();
    INFO(path);
    CHECK(find_code(name) != nullptr);
  }
}

TEST_CASE("every limit has its reason beside it and is used") {
  const std::string users = joined({"bpf", "runtime", "compiler", "tests"}, {".c", ".h", ".cpp"});
  const std::regex define(R"(^#define (RECIPE_\w+))");
  std::string before;
  for (const std::string& line : lines_of(read_tree({"bpf/abi"}).at("bpf/abi/limits.h"))) {
    std::smatch match;
    if (std::regex_search(line, match, define)) {
      const std::string name = match[1];
      INFO(name);
      CHECK((before.starts_with("/*") || before.starts_with(" *") || before.starts_with("#define")));
      size_t uses = 0;
      for (size_t at = users.find(name); at != std::string::npos; at = users.find(name, at + 1)) ++uses;
      CHECK(uses >= 2);
    }
    before = line;
  }
}

}  // namespace recipe::house
