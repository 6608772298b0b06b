// SPDX-License-Identifier: Apache-2.0
// Include arrows point toward the kernel contract: what each part may include of the project, and the one file that may
// include each fenced library.
#include <catch2/catch.hpp>

#include "tests/house/source_tree.h"

namespace recipe::house {
namespace {

struct Arrow {
  std::string_view from;             // a path's beginning; the longest that fits counts
  std::vector<std::string_view> to;  // beginnings of what it may include
};

const std::vector<Arrow>& arrows() {
  static const std::vector<Arrow> kArrows = {
      {"bpf/abi/", {"bpf/abi/", "limits.h", "records.h", "filter_image.h"}},
      {"bpf/", {"bpf/", "abi/", "lib/", "../abi/"}},
      {"runtime/base/", {"runtime/base/"}},
      {"runtime/catalogue/", {"runtime/base/", "runtime/catalogue/", "bpf/abi/"}},
      {"runtime/artefact/", {"runtime/base/", "runtime/catalogue/", "runtime/artefact/", "bpf/abi/", "bpf/lib/hash.h"}},
      {"runtime/classify/", {"runtime/", "bpf/abi/", "bpf/lib/"}},
      {"runtime/kernel/", {"runtime/", "bpf/abi/", "bpf/lib/hash.h"}},
      {"runtime/", {"runtime/", "bpf/abi/"}},
      // A recipe's tests are events, so the compiler knows what an event is made of; it never reads a record.
      {"compiler/", {"compiler/", "runtime/base/", "runtime/catalogue/", "runtime/artefact/", "runtime/event.h", "bpf/abi/"}},
      {"tools/recipec/", {"tools/recipec/", "tools/common/", "compiler/", "runtime/"}},
      {"tools/reciped/", {"tools/reciped/", "tools/common/", "compiler/", "runtime/"}},
  };
  return kArrows;
}

// A library, and the folders that may include it.
const std::vector<std::pair<std::string_view, std::vector<std::string_view>>>& fences() {
  static const std::vector<std::pair<std::string_view, std::vector<std::string_view>>> kFences = {
      {"<antlr4-runtime", {"compiler/syntax/", "tests/property/lexer_test.cpp"}},
      {"<bpf/libbpf", {"runtime/kernel/", "tests/bpf/", "tests/bench/"}},
      {"<bpf/bpf.h", {"runtime/kernel/", "tests/bpf/", "tests/bench/"}},
      {"<bpf/btf.h", {"runtime/kernel/", "tests/bpf/"}},
      {"<simdjson", {"runtime/feed/"}},
      {"<curl/", {"runtime/sink/http_client.cpp"}},
      {"<librdkafka/", {"runtime/sink/kafka_transport.cpp", "tests/support/mock_kafka.c"}},
      {"<nats/", {"runtime/sink/nats_transport.cpp"}},
      {"<hiredis/", {"runtime/sink/redis_transport.cpp"}},
      {"<rpm/", {"runtime/context/rpm_database.cpp"}},
      {"<re2/", {"runtime/base/pattern.cpp"}},
  };
  return kFences;
}

bool begins_with_one_of(std::string_view text, const std::vector<std::string_view>& beginnings) {
  for (const std::string_view beginning : beginnings) {
    if (text.starts_with(beginning)) return true;
  }
  return false;
}

std::vector<std::string> broken_arrows(const Tree& tree) {
  std::vector<std::string> broken;
  for (const auto& [path, text] : tree) {
    if (!is_code(path)) continue;
    const Arrow* arrow = nullptr;
    for (const Arrow& candidate : arrows()) {
      if (path.starts_with(candidate.from) && (arrow == nullptr || candidate.from.size() > arrow->from.size()))
        arrow = &candidate;
    }
    for (const std::string& line : lines_of(text)) {
      const std::string include = included(line);
      if (include.empty()) continue;
      if (include[0] == '"' && arrow != nullptr) {
        const std::string target = include.substr(1);
        const bool generated = target.starts_with("bpf/recipe_probes") && path.starts_with("runtime/kernel/");
        if (target.find('/') != std::string::npos && !generated && !begins_with_one_of(target, arrow->to)) {
          broken.push_back(path + " includes " + target);
        }
      }
      for (const auto& [library, folders] : fences()) {
        if (include.starts_with(library) && !begins_with_one_of(path, folders)) {
          broken.push_back(path + " includes the fenced " + include.substr(1));
        }
      }
    }
  }
  return broken;
}

}  // namespace

TEST_CASE("every include arrow points toward the kernel contract and no library leaves its fence") {
  const Tree tree = read_tree({"bpf", "runtime", "compiler", "tools", "tests"});
  REQUIRE(tree.size() > 60);
  CHECK(broken_arrows(tree) == std::vector<std::string>{});
}

TEST_CASE("the arrow rule sees a runtime file that includes the compiler") {
  CHECK(broken_arrows({{"runtime/match/a.cpp", "#include \"compiler/source.h\"\n"}}).size() == 1);
  CHECK(broken_arrows({{"runtime/match/a.cpp", "#include \"runtime/event.h\"\n"}}).empty());
  CHECK(broken_arrows({{"compiler/lower/a.cpp", "#include \"runtime/match/matcher.h\"\n"}}).size() == 1);
}

TEST_CASE("the fence rule sees a library outside its folder") {
  CHECK(broken_arrows({{"compiler/check/a.cpp", "#include <re2/re2.h>\n"}}).size() == 1);
  CHECK(broken_arrows({{"runtime/base/pattern.cpp", "#include <re2/re2.h>\n"}}).empty());
  CHECK(broken_arrows({{"tools/recipec/a.cpp", "#include <antlr4-runtime.h>\n"}}).size() == 1);
}

}  // namespace recipe::house
