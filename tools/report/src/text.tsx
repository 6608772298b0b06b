// SPDX-License-Identifier: Apache-2.0
// Text that an event brought, for the eye: what cannot be seen, or turns the direction of what follows, stands as a sign of its
// own. Nothing is interpreted; Preact makes text nodes of it.
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";

const kShown = 600; // characters of one text, until the reader asks for all

// Control and format characters, marks of direction, what is drawn as nothing, halves of pairs, what is no character.
const kHidden = /[\p{C}\p{Zl}\p{Zp}]|\p{Default_Ignorable_Code_Point}/u;

function signOf(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  const named: Record<number, string> = { 9: "\\t", 10: "\\n", 13: "\\r" };
  return named[code] ?? (code < 0x100 ? `\\x${code.toString(16).padStart(2, "0")}` : `\\u{${code.toString(16)}}`);
}

export type Piece = { text: string; sign: boolean };

// "a\x1b[31m" → "a", sign \x1b, "[31m". escaped: the line says `"encoding":"escaped"`, so \xHH is a byte and \\ a backslash.
export function piecesOf(text: string, escaped = false): Piece[] {
  const pieces: Piece[] = [];
  const add = (part: string, sign: boolean) => {
    const last = pieces.at(-1);
    if (last && last.sign === sign && !sign) last.text += part;
    else pieces.push({ text: part, sign });
  };
  for (let at = 0; at < text.length; ) {
    if (escaped && text[at] === "\\") {
      const byte = /^\\x[0-9a-f]{2}/i.exec(text.slice(at, at + 4));
      if (byte) add(byte[0], true);
      else add("\\", false);
      at += byte ? 4 : text[at + 1] === "\\" ? 2 : 1;
      continue;
    }
    const character = String.fromCodePoint(text.codePointAt(at) ?? 0);
    if (kHidden.test(character)) add(signOf(character), true);
    else add(character, false);
    at += character.length;
  }
  return pieces;
}

export const plain = (text: string, escaped = false): string =>
  piecesOf(text, escaped)
    .map((piece) => piece.text)
    .join("");

export function Shown({ text, escaped = false, most = kShown }: { text: string; escaped?: boolean; most?: number }) {
  const [whole, setWhole] = useState(false);
  const cut = !whole && text.length > most;
  return (
    <bdi class="shown">
      {piecesOf(cut ? text.slice(0, most) : text, escaped).map((piece) =>
        piece.sign ? (
          <span class="sign" title="a character that cannot be seen">
            {piece.text}
          </span>
        ) : (
          piece.text
        ),
      )}
      {cut && (
        <>
          …{" "}
          <button type="button" class="more" onClick={() => setWhole(true)}>
            show all {text.length.toLocaleString("en")} characters
          </button>
        </>
      )}
    </bdi>
  );
}

// Words of a recipe: paragraphs, and `code` between back-ticks. Other Markdown stays as it is written.
export function Prose({ text }: { text: string }) {
  const paragraphs = text
    .split(/\n\s*\n/)
    .map((paragraph) => paragraph.replace(/\s+/g, " ").trim())
    .filter((paragraph) => paragraph !== "");
  return (
    <>
      {paragraphs.map((paragraph) => (
        <p key={paragraph}>
          <Inline text={paragraph} />
        </p>
      ))}
    </>
  );
}

export function Inline({ text }: { text: string }) {
  const parts: ComponentChildren[] = text.split(/(`[^`]+`)/).map((part) =>
    part.length > 2 && part.startsWith("`") && part.endsWith("`") ? (
      <code>
        <Shown text={part.slice(1, -1)} />
      </code>
    ) : (
      plain(part)
    ),
  );
  return <>{parts}</>;
}

// Only the web is linked to; everything else stays text.
export function Link({ to, children }: { to: string; children: ComponentChildren }) {
  if (!/^https:\/\/[\w.-]+(:\d+)?(\/|$)/.test(to)) return <>{children}</>;
  return (
    <a href={to} rel="noreferrer noopener" target="_blank">
      {children}
    </a>
  );
}

export const plural = (count: number, word: string): string =>
  `${count.toLocaleString("en")} ${word}${count === 1 ? "" : word.endsWith("s") ? "es" : "s"}`;

export function clock(time: string): string {
  return /T(\d\d:\d\d:\d\d)/.exec(time)?.[1] ?? time;
}

export function duration(ms: number): string {
  if (!Number.isFinite(ms)) return "";
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 60) return `${minutes} min ${Math.floor((ms % 60_000) / 1000)} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
