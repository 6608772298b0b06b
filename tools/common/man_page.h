// SPDX-License-Identifier: Apache-2.0
// A program's manual page, made from the command line's own tree as `--help` is: what one says the other says.
#pragma once
#include <CLI/CLI.hpp>
#include <string>

namespace recipe {

// In the man macros of roff. section: 1 a program for everybody, 8 for who runs the machine. `app` has all its subcommands.
[[nodiscard]] std::string man_page(const CLI::App& app, int section);

}  // namespace recipe
