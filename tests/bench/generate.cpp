// SPDX-License-Identifier: Apache-2.0
// See generate.h.
#include "tests/bench/generate.h"

#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>

#include "runtime/event.h"

namespace recipe::bench {

std::string many_recipes(size_t count) {
  std::string out;
  out.reserve(count * 1100);
  for (size_t i = 0; i < count; ++i) {
    out += fmt::format(R"(recipe generated_{0} {{
  title       "Generated recipe number {0}"
  category    execution
  method      command_and_scripting_interpreter
  importance  {1}
  attack      [T1059.006]
  tags        [generated, cicd]
  version     {2}
  status      experimental

  on exec when
       process.name in [tool_{0}_a, tool_{0}_b] and argv contains any ["--run-{0}", "-e{0}"]
    or process.name == tool_{0}_c and any argv startswith "--eval-{0}=" and process.uid == {3}
    or process.exe == "/opt/tool/{0}/bin/run_{0}" and argv not contains "--safe"

  except "the image builder" when any p in process.ancestors: p.name == "builder_{0}"

  message "{{process.name}} ran: {{process.cmdline}}"

  doc {{
    quick        "Tool number {0} ran code given on its command line."
    analysis     "The command line says what ran; the ancestors say who asked for it."
    implications "Code that a pull request brings runs with the job's rights."
    actions      ["Review the pull request that introduced the command.", "Rotate what the job could read."]
  }}

  test "run"   match   exec {{ process.name: tool_{0}_a, argv: [tool_{0}_a, "--run-{0}"] }}
  test "plain" nothing exec {{ process.name: tool_{0}_a, argv: [tool_{0}_a, "--help"] }}
}}
)",
                       i, i % 3 == 0 ? "high" : "medium", i % 7 + 1, i % 2000);
  }
  return out;
}

std::string many_clauses(size_t clauses, size_t names) {
  std::string out;
  for (size_t i = 0; i < clauses; ++i) {
    out += fmt::format(
        "recipe clause_{0} {{ title \"c\" category execution importance low\n  on exec when process.name == \"program{1}\" and "
        "argv "
        "contains \"--never-{0}\" and process.parent.name == \"parent{2}\" }}\n",
        i, i % names, i % 5);
  }
  return out;
}

std::string many_clauses_on(const std::string& event, const std::string& condition, size_t clauses) {
  std::string out;
  for (size_t i = 0; i < clauses; ++i) {
    out += fmt::format("recipe clause_{} {{ title \"c\" category execution importance low\n  on {} when {} }}\n", i, event,
                       fmt::format(fmt::runtime(condition), i));
  }
  return out;
}

std::vector<std::vector<uint64_t>> events(size_t count, size_t recipes, size_t wanted, size_t matched) {
  static const char* const kCommands[][4] = {{"gcc", "-O2", "-c", "main.c"},    {"make", "-j4", "all", "-s"},
                                             {"sh", "-c", "true", "x"},         {"sed", "-n", "s/a/b/p", "in.txt"},
                                             {"git", "rev-parse", "HEAD", "."}, {"ld", "-o", "a.out", "a.o"}};
  std::vector<std::vector<uint64_t>> records;
  records.reserve(count);
  uint64_t state = 42;
  for (size_t i = 0; i < count; ++i) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    const size_t pick = static_cast<size_t>(state >> 33) % recipes;
    EventValues values;
    values.event = EventId::exec;
    values.time_unix_ns = 1'700'000'000'000'000'000 + static_cast<int64_t>(i) * 1000;
    const auto& command = kCommands[i % std::size(kCommands)];
    std::string name = command[0];
    std::vector<std::string> argv(std::begin(command), std::end(command));
    if (i % matched == 0) {
      name = fmt::format("tool_{}_a", pick);
      argv = {name, "-v", fmt::format("--run-{}", pick), "x"};
    } else if (i % wanted == 0) {
      name = fmt::format("tool_{}_b", pick);
      argv = {name, "-v", "--help", "x"};
    }
    values.numbers = {{FieldId::process_pid, static_cast<int64_t>(i % 30000)}, {FieldId::process_uid, 1000}};
    values.texts = {{FieldId::process_exe, "/usr/bin/" + name}, {FieldId::process_cwd, "/srv/build"}};
    values.argv = std::move(argv);
    values.ancestors = {{.pid = 10, .name = "make"}, {.pid = 2, .name = "bash"}, {.pid = 1, .name = "systemd"}};
    auto record = encode_record(values);
    if (!record.ok()) {
      fmt::print(stderr, "bench: {}\n", record.error().message());
      std::exit(4);
    }
    records.push_back(std::move(*record));
  }
  return records;
}

}  // namespace recipe::bench
