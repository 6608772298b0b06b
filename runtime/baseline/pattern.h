// SPDX-License-Identifier: Apache-2.0
// Entries of a baseline as text: how things that happened are spelled, and which entry covers which.
//
//   write {workspace}/build/*      files of one folder          write {temp}/**    files at any depth
//   ask *.example.com              names below one              connect 10.0.0.0/8:443/tcp
//
// An unescaped `*` is any run of bytes but `/`; `/**` at the end is one component or more. Everything else stands for itself.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace recipe {

enum class ThingKind : uint8_t { kExec = 0, kWrite = 1, kConnect = 2, kAsk = 3 };
inline constexpr std::string_view kThingNames[] = {"exec", "write", "connect", "ask"};

[[nodiscard]] std::string_view thing_name(ThingKind kind);
[[nodiscard]] std::optional<ThingKind> find_thing(std::string_view name);

// Bytes as they stand in an entry: `\`, `*` and `{` behind a backslash; white space, control characters and bytes that are no
// UTF-8 as \xHH.
[[nodiscard]] std::string escape_thing(std::string_view bytes);
// Whether `text` could have been written so: escapes are whole, `**` stands only behind the last `/`, a `{placeholder}` is
// closed. nullopt: it could; else what is wrong.
[[nodiscard]] std::optional<std::string> wrong_in(ThingKind kind, std::string_view text);

// Whether all that `thing` stands for is covered by `entry`. Reflexive and transitive.
[[nodiscard]] bool covers(ThingKind kind, std::string_view entry, std::string_view thing);

}  // namespace recipe
