// SPDX-License-Identifier: Apache-2.0
// Parts of a detection as names and values, whatever they are: a part that this page has never heard of is shown all the same.
import { Link, plain, Shown } from "./text";

const kMostFacts = 120;

function flatten(name: string, value: unknown, into: [string, unknown][]): void {
  if (into.length >= kMostFacts) return;
  if (value !== null && typeof value === "object" && !Array.isArray(value)) {
    for (const [key, member] of Object.entries(value)) flatten(name === "" ? key : `${name}.${key}`, member, into);
  } else if (Array.isArray(value) && value.some((each) => each !== null && typeof each === "object")) {
    value.forEach((each, index) => {
      flatten(`${name}[${index}]`, each, into);
    });
  } else {
    into.push([name, value]);
  }
}

function Value({ value, escaped }: { value: unknown; escaped: boolean }) {
  if (Array.isArray(value)) {
    return (
      <ol class="elements" start={0}>
        {value.map((each, index) => (
          <li key={index}>
            <Shown text={String(each)} escaped={escaped} />
          </li>
        ))}
      </ol>
    );
  }
  const text = String(value);
  return (
    <Link to={text}>
      <Shown text={text} escaped={escaped} />
    </Link>
  );
}

export function Facts({ of, escaped, leave = [] }: { of: Record<string, unknown>; escaped: boolean; leave?: string[] }) {
  const facts: [string, unknown][] = [];
  for (const [key, value] of Object.entries(of)) if (!leave.includes(key)) flatten(key, value, facts);
  if (facts.length === 0) return null;
  return (
    <dl class="facts">
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{plain(name)}</dt>
          <dd>
            <Value value={value} escaped={escaped} />
          </dd>
        </div>
      ))}
      {facts.length >= kMostFacts && (
        <div>
          <dt>…</dt>
          <dd>more stands in the JSON</dd>
        </div>
      )}
    </dl>
  );
}
