// SPDX-License-Identifier: Apache-2.0
// What a run did → how a baseline spells it, so that the next run of the same step spells it the same: places of the run,
// process ids, hashes and names of temporary files become placeholders.
//
//   /home/runner/work/site/site/build/x.o   write  {workspace}/build/*
//   /tmp/pip-build-a8f_x2/bin/cmake         exec   {temp}/{random}/bin/cmake
//   /proc/4242/oom_score_adj                write  /proc/{pid}/oom_score_adj
//   127.0.0.1, 40123, tcp                   connect  localhost:{port}/tcp
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "runtime/baseline/pattern.h"

namespace recipe {

struct RunPlaces {
  // Absolute paths without a slash at the end, as the kernel shows them (links resolved), and what stands for each:
  // "workspace", "home", "temp", "tools". The longest that fits counts.
  std::vector<std::pair<std::string, std::string>> folders;
  std::vector<std::string> resolvers;  // addresses of name servers, as format_address writes them
  std::vector<std::string> search;     // domains that a resolver appends, in lower case
};

class Generaliser {
 public:
  explicit Generaliser(RunPlaces places);

  [[nodiscard]] std::string program(std::string_view path) const;  // of an executed file or script
  // The place of a written file: below the workspace and temp its folder, two deep at most; elsewhere the file.
  [[nodiscard]] std::string written(std::string_view path) const;
  [[nodiscard]] std::string name(std::string_view domain) const;
  // host: a generalised name, or else the address itself stands for the peer. address: as format_address writes it.
  [[nodiscard]] std::string peer(std::string_view host, std::string_view address, uint16_t port,
                                 std::string_view protocol) const;

 private:
  // The placeholder and the rest of the path, or nothing and all of it.
  [[nodiscard]] std::pair<std::string_view, std::string_view> split(std::string_view path) const;

  RunPlaces places_;
};

}  // namespace recipe
