// SPDX-License-Identifier: Apache-2.0
// A recipe's condition as its author wrote it, with the terms that matched marked in place. Terms from elsewhere (a macro of a
// library) are not found here; the table of terms names their file.
import { useLayoutEffect, useRef } from "preact/hooks";
import type { RecipeSource, Term } from "./data";
import { plain } from "./text";

type Kind = "space" | "comment" | "string" | "number" | "keyword" | "word" | "sign";
interface Token {
  kind: Kind;
  begin: number;
  end: number;
}
export interface Range {
  begin: number;
  end: number;
  open: boolean;
}

const kToken = /(\s+)|(#[^\n]*)|(r?"(?:[^"\\\n]|\\.)*"?|r"[^"]*")|(\b\d[\w.:/]*)|([A-Za-z_][\w.]*)|([^\sA-Za-z_"#\d]+?)/gy;
const kKinds: Kind[] = ["space", "comment", "string", "number", "word", "sign"];
const kKeywords = new Set(
  "on when and or not in any all exists contains startswith endswith like matches under within has flag option operand nocase marked mark for report importance message except throttle per by".split(
    " ",
  ),
);

export function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  kToken.lastIndex = 0;
  while (kToken.lastIndex < text.length) {
    const begin = kToken.lastIndex;
    const match = kToken.exec(text);
    if (match === null) {
      kToken.lastIndex = begin + 1;
      tokens.push({ kind: "sign", begin, end: begin + 1 });
      continue;
    }
    let kind = kKinds[match.slice(1).findIndex((group) => group !== undefined)] ?? "sign";
    if (kind === "word" && kKeywords.has(match[0])) kind = "keyword";
    tokens.push({ kind, begin, end: kToken.lastIndex });
  }
  return tokens;
}

// Where the terms stand: compared without white space and comments, from the line that the term names.
export function rangesOf(source: RecipeSource, terms: readonly Term[]): Range[] {
  let bare = "";
  const at: number[] = [];
  for (const token of tokensOf(source.text)) {
    if (token.kind === "space" || token.kind === "comment") continue;
    for (let i = token.begin; i < token.end; ++i) {
      if (/\s/.test(source.text[i] ?? "")) continue;
      bare += source.text[i];
      at.push(i);
    }
  }
  const lines = [0];
  for (let i = 0; i < source.text.length; ++i) if (source.text[i] === "\n") lines.push(i + 1);
  const ranges: Range[] = [];
  for (const term of terms) {
    const line = term.line - source.line;
    if (term.file !== source.file || line < 0 || line >= lines.length) continue;
    const from = at.findIndex((offset) => offset >= (lines[line] ?? 0));
    const words = term.text.replace(/\s+/g, "");
    for (const needle of [words, words.replace(/^not\((.*)\)$/, "$1")]) {
      let found = from < 0 ? -1 : bare.indexOf(needle, from);
      while (found >= 0 && ranges.some((range) => range.begin === at[found])) found = bare.indexOf(needle, found + 1);
      if (needle === "" || found < 0) continue;
      ranges.push({ begin: at[found] ?? 0, end: (at[found + needle.length - 1] ?? 0) + 1, open: term.open === true });
      break;
    }
  }
  return ranges.sort((one, other) => one.begin - other.begin);
}

// Tokens cut at the ends of ranges, line by line.
function linesOf(source: RecipeSource, ranges: readonly Range[]) {
  const cuts = new Set(ranges.flatMap((range) => [range.begin, range.end]));
  const lines: { text: string; kind: Kind; range: Range | undefined }[][] = [[]];
  for (const token of tokensOf(source.text)) {
    let begin = token.begin;
    for (let end = begin + 1; end <= token.end; ++end) {
      const newline = source.text[end - 1] === "\n";
      if (end !== token.end && !cuts.has(end) && !newline) continue;
      const from = begin;
      const text = source.text.slice(begin, newline ? end - 1 : end);
      const range = ranges.find((each) => from >= each.begin && from < each.end);
      if (text !== "") lines.at(-1)?.push({ text, kind: token.kind, range });
      if (newline) lines.push([]);
      begin = end;
    }
  }
  return lines;
}

export function Source({ source, terms }: { source: RecipeSource; terms: readonly Term[] }) {
  const ranges = rangesOf(source, terms);
  const words = useRef<HTMLPreElement>(null);
  // Of a long condition the part that matched is seen first.
  useLayoutEffect(() => {
    const mark = words.current?.querySelector("mark");
    if (words.current && mark) words.current.scrollTop = Math.max(0, mark.offsetTop - 120);
  }, []);
  return (
    <figure class="source">
      <figcaption>
        {plain(source.file)}, from line {source.line}
      </figcaption>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <pre tabIndex={0} ref={words}>
        {linesOf(source, ranges).map((line, index) => (
          <code class="line" key={index} data-line={source.line + index}>
            {line.map((part) => {
              const text = plain(part.text);
              const inner = part.kind === "space" ? text : <span class={part.kind}>{text}</span>;
              return part.range ? <mark class={part.range.open ? "open" : ""}>{inner}</mark> : inner;
            })}
            {"\n"}
          </code>
        ))}
      </pre>
    </figure>
  );
}
