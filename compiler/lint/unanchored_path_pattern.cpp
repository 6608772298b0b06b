// SPDX-License-Identifier: Apache-2.0
// unanchored_path_pattern: a text that is looked for anywhere in a path and begins within a component: `endswith "passwd"` is
// true of /etc/opasswd too.
#include "compiler/lint/lint.h"
#include "compiler/lint/walk.h"

namespace recipe {
namespace {

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

// What to write instead; empty: nothing is wrong with it.
std::string better(Operator op, const std::string& text) {
  if (text.empty() || !is_word(text[0])) return {};
  if (op == Operator::kEndsWith) return "endswith \"/" + text + "\"";
  if (op == Operator::kContains && text.find('/') != std::string::npos && text.find(':') == std::string::npos)
    return "contains \"/" + text + "\"";
  return {};
}

}  // namespace

void lint_unanchored_path_pattern(const Compilation& compilation, Diagnostics& out) {
  for_each_leaf(compilation, [&](const LeafView& leaf) {
    const Test& test = leaf.test;
    if (!is_plain(test) || info(test.subject.field).type != Type::kPath) return;
    for (const Literal& literal : test.literals) {
      const std::string& text = std::get<std::string>(literal);
      std::string instead = better(test.op, text);
      if (test.op == Operator::kLike && text.starts_with("**") && text.size() > 2 && is_word(text[2]))
        instead = "like \"**/" + text.substr(2) + "\"";
      if (instead.empty()) continue;
      out.add(Code::kUnanchoredPathPattern, place(leaf.node.span, leaf.otherwise),
              "`" + text + "` may begin in the middle of a name", "also true of other files")
          .hints.push_back("begin it with a slash: `" + instead + "`");
      return;
    }
  });
}

}  // namespace recipe
