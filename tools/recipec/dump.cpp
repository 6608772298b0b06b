// SPDX-License-Identifier: Apache-2.0
// recipec dump: what an artefact holds, in words.
#include "runtime/artefact/dump.h"

#include "runtime/artefact/encode.h"
#include "runtime/base/read_file.h"
#include "tools/recipec/command.h"

namespace recipe::recipec {
namespace {

constexpr size_t kMostBytes = size_t{1} << 30;

int run(const std::string& path) {
  const Result<std::string> bytes = read_file(path, kMostBytes);
  if (!bytes.ok()) {
    complain(bytes.error().message());
    return kUsage;
  }
  const Result<Artefact> artefact = decode(*bytes);
  if (!artefact.ok()) {
    complain("`" + path + "`: " + artefact.error().message());
    return kUsage;
  }
  say(dump(*artefact));
  return kClean;
}

}  // namespace

Run declare_dump(CLI::App& app) {
  auto path = std::make_shared<std::string>();
  CLI::App* command = app.add_subcommand("dump", "what an artefact holds, in words");
  command->add_option("FILE", *path, "what `recipec compile` wrote")->required()->type_name("");
  command->footer("Example:\n  recipec dump rules.bin");
  return [path] { return run(*path); };
}

}  // namespace recipe::recipec
