// SPDX-License-Identifier: Apache-2.0
// node test/grammar.mjs [REPOSITORY]: the TextMate grammar, read by the library that VS Code reads it with, over sentences whose
// scopes are known and over every recipe of the repository.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import oniguruma from "vscode-oniguruma";
import textmate from "vscode-textmate";

const here = join(dirname(fileURLToPath(import.meta.url)), "..");
const wasm = readFileSync(join(here, "node_modules/vscode-oniguruma/release/onig.wasm"));
await oniguruma.loadWASM(wasm);
const registry = new textmate.Registry({
  onigLib: Promise.resolve({
    createOnigScanner: (patterns) => new oniguruma.OnigScanner(patterns),
    createOnigString: (text) => new oniguruma.OnigString(text),
  }),
  loadGrammar: async () => {
    const path = join(here, "syntaxes/recipe.tmLanguage.json");
    return textmate.parseRawGrammar(readFileSync(path, "utf8"), path);
  },
});
const grammar = await registry.loadGrammar("source.recipe");

// Every token of the text: its words and its innermost scopes.
function tokens(text) {
  const out = [];
  let stack = textmate.INITIAL;
  for (const line of text.split("\n")) {
    const result = grammar.tokenizeLine(line, stack);
    assert.equal(result.stoppedEarly, false, `too slow: ${line}`);
    stack = result.ruleStack;
    for (const token of result.tokens) {
      const words = line.slice(token.startIndex, token.endIndex);
      if (words.trim() !== "") out.push({ words: words.trim(), scopes: token.scopes.slice(1).join(" ") });
    }
  }
  return out;
}

function scope(text, words) {
  const token = tokens(text).find((each) => each.words === words);
  assert.ok(token, `no token \`${words}\` in \`${text}\``);
  return token.scopes;
}

const condition = (words) => `recipe a {\n  on exec when ${words}\n}`;
const sentences = [
  ["recipe a {", "a", "entity.name.type.recipe"],
  ["macro m(x) = x == y", "m", "entity.name.function.recipe"],
  ["list a: domain = [x]", "a", "variable.other.list.recipe"],
  ["list a: domain = [x]", "domain", "support.type.recipe"],
  ['import "lib/a.recipe"', "import", "keyword.declaration.recipe"],
  ["recipe a {\n  importance high\n}", "importance", "support.type.property-name.recipe"],
  ["recipe a {\n  attack [T1059.004]\n}", "T1059.004", "constant.other.attack.recipe"],
  [condition("process.name == perl"), "exec", "entity.name.function.event.recipe"],
  [condition("process.name == perl"), "process.name", "variable.other.property.recipe"],
  [condition("process.name == perl"), "when", "keyword.control.recipe"],
  [condition("process.name not in ...perls"), "in", "keyword.operator.word.recipe"],
  [condition("process.name not in ...perls"), "perls", "variable.other.list.recipe"],
  [condition("process.marked downloaded"), "downloaded", "variable.other.mark.recipe"],
  [condition("writes(argv)"), "writes", "entity.name.function.recipe"],
  [condition("process.age < 10m"), "10m", "constant.numeric.duration.recipe"],
  [condition("net.ip in 10.0.0.0/8"), "10.0.0.0/8", "constant.numeric.address.recipe"],
  [condition("file.size > 0x1f"), "0x1f", "constant.numeric.recipe"],
  [condition("process.name in [python3.11, g++, x86-64]"), "when", "keyword.control.recipe"],
  [condition('process.name == "a # no comment"'), '"', "string.quoted.double.recipe"],
  [condition('process.name == "a\\n"'), "\\n", "string.quoted.double.recipe constant.character.escape.recipe"],
  [condition('process.name matches r"^a$"'), 'r"^a$"', "string.quoted.raw.recipe string.regexp.recipe"],
  ["# allow(missing_test): none yet", "missing_test", "comment.line.number-sign.recipe entity.name.tag.lint.recipe"],
  ["# recipe a { on exec }", "# recipe a { on exec }", "comment.line.number-sign.recipe"],
  ['recipe a {\n  message "{process.name} ran"\n}', "{process.name}", "string.quoted.double.recipe constant.other.placeholder.recipe"],
];
for (const [text, words, wanted] of sentences) assert.equal(scope(text, words), wanted, `${words} in ${text}`);

// A word that only contains a keyword is none.
assert.equal(tokens(condition("process.name == x-or-y")).filter((each) => each.scopes.includes("keyword.operator.word")).length, 0);
// What follows a text block is no string any more.
assert.equal(scope('recipe a {\n  doc {\n    quick """one\n    two"""\n  }\n  importance high\n}', "importance"), "support.type.property-name.recipe");

// Every recipe ends outside of strings.
const repository = process.argv[2] ?? join(here, "../..");
const recipes = readdirSync(join(repository, "rules"), { recursive: true, withFileTypes: true })
  .filter((entry) => entry.name.endsWith(".recipe"))
  .map((entry) => join(entry.parentPath ?? entry.path, entry.name));
assert.ok(recipes.length > 100);
for (const path of recipes) {
  const all = tokens(`${readFileSync(path, "utf8")}\n# end`);
  assert.equal(all.at(-1).scopes, "comment.line.number-sign.recipe", `${path} ends within something`);
  assert.ok(all.some((each) => each.scopes.startsWith("keyword")), path);
}
console.log(`grammar: ${sentences.length} sentences, ${recipes.length} recipes`);
