// SPDX-License-Identifier: Apache-2.0
// What was watched, and what was lost. The head says it in words and colour and pattern, so that "nothing detected" and "not
// watched" never look alike.
import { type Coverage, millis, type Report, type Verdict, worstVerdict } from "./data";
import { duration, plain, plural, Shown } from "./text";

export interface Headline {
  title: string;
  sentence: string;
  state: Verdict | "unknown";
}

export function headlineOf(report: Report): Headline {
  const state = worstVerdict(report.coverages);
  const count = report.detections.length + report.left_out;
  const gravest = report.detections[0]?.importance;
  const found = count === 0 ? "Nothing was detected" : `${plural(count, "detection")}, the gravest ${gravest}`;
  switch (state) {
    case "complete":
      return { title: found, sentence: "Everything that the recipes ask for was watched, and nothing was lost.", state };
    case "partial":
      return {
        title: count === 0 ? "Nothing was detected in what was watched" : found,
        sentence: "More may have happened than stands here.",
        state,
      };
    case "none":
      return {
        title: count === 0 ? "Not watched" : `${found}; not all was watched`,
        sentence:
          count === 0
            ? "So nothing could be detected: this is no all-clear."
            : "At least one run was not watched: more may have happened than stands here.",
        state,
      };
    case "unknown":
      return {
        title: count === 0 ? "No detections, and no word on what was watched" : found,
        sentence: "The file says nothing of what was watched, so what is not here may still have happened.",
        state,
      };
  }
}

const kIcons: Record<Headline["state"], string> = {
  complete: "M5 10.5l3.2 3.2L15 7",
  partial: "M10 5.5v6M10 14.2v.3",
  none: "M6 6l8 8M14 6l-8 8",
  unknown: "M7.5 7.8a2.5 2.5 0 1 1 3.6 2.2c-.8.4-1.1.9-1.1 1.7M10 14.2v.3",
};

export function VerdictBanner({ report }: { report: Report }) {
  const { sentence, state } = headlineOf(report);
  const reasons = [...new Set(report.coverages.flatMap((each) => each.shortcomings ?? []))];
  return (
    <div class={`verdict ${state}`} role="status">
      <svg viewBox="0 0 20 20" aria-hidden="true">
        <circle cx="10" cy="10" r="9" />
        <path d={kIcons[state]} />
      </svg>
      <div>
        <p>
          <strong>
            {state === "complete"
              ? "Watched whole."
              : state === "partial"
                ? "Watched in part."
                : state === "none"
                  ? "Not watched."
                  : "Coverage unknown."}
          </strong>{" "}
          {sentence}
        </p>
        {reasons.length > 0 && (
          <ul>
            {reasons.map((reason) => (
              <li key={reason}>
                <Shown text={reason} />
              </li>
            ))}
          </ul>
        )}
      </div>
    </div>
  );
}

function Counts({ of, words }: { of: Record<string, number> | undefined; words: Record<string, string> }) {
  const counts = Object.entries(of ?? {});
  if (counts.length === 0) return <>nothing</>;
  return (
    <ul class="plain">
      {counts.map(([name, count]) => (
        <li key={name}>
          <strong>{count.toLocaleString("en")}</strong> {plain(words[name] ?? name)} <span class="faint">{plain(name)}</span>
        </li>
      ))}
    </ul>
  );
}

function Names({ of }: { of: string[] }) {
  return (
    <span class="names">
      {of.map((name) => (
        <code key={name}>{plain(name)}</code>
      ))}
    </span>
  );
}

const kModes = {
  replay: "recorded events, read from a file",
  machine: "the whole machine",
  command: "one command and all that it started",
};

export function CoverageDetails({ coverage, words }: { coverage: Coverage; words: Record<string, string> }) {
  if (coverage.verdict === "none") {
    return (
      <p class="nothing">
        {coverage.command ? <Shown text={coverage.command} /> : "This run"} was not watched; there is nothing to say of it.
      </p>
    );
  }
  const watched = coverage.recipes?.watched ?? [];
  const blind = coverage.recipes?.blind ?? [];
  const skipped = coverage.recipes?.skipped ?? [];
  const row = (name: string, value: preact.ComponentChildren) => (
    <div key={name}>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
  return (
    <dl class="facts coverage">
      {row("what", kModes[coverage.mode])}
      {coverage.command !== undefined &&
        row(
          "command",
          <code>
            <Shown text={coverage.command} />
          </code>,
        )}
      {coverage.command !== undefined &&
        row(
          "ended with",
          `exit code ${coverage.exit_code ?? "?"} after ${duration(millis(coverage.end) - millis(coverage.begin))}`,
        )}
      {(coverage.probes ?? []).length > 0 && row("live probes", <Names of={coverage.probes ?? []} />)}
      {coverage.canary !== "none" &&
        row("canary", coverage.canary === "seen" ? "seen: the probes were proved to see" : "NOT seen")}
      {row(
        "events",
        `${plural(coverage.events ?? 0, "event")} ${coverage.mode === "replay" ? "read" : "passed the kernel's filter"}`,
      )}
      {row(
        "recipes",
        <details>
          <summary>{plural(watched.length, "recipe")} watched</summary>
          <Names of={watched} />
        </details>,
      )}
      {blind.length > 0 &&
        row(
          "blind",
          <>
            {plural(blind.length, "recipe")} that no probe serves here: <Names of={blind} />
          </>,
        )}
      {(coverage.unseen ?? []).length > 0 && row("not seen", <Names of={coverage.unseen ?? []} />)}
      {skipped.length > 0 &&
        row(
          "skipped",
          <details>
            <summary>{plural(skipped.length, "recipe")} off or left out</summary>
            <Names of={skipped} />
          </details>,
        )}
      {row("lost", <Counts of={coverage.lost} words={words} />)}
      {Object.keys(coverage.cut ?? {}).length > 0 && row("cut", <Counts of={coverage.cut} words={words} />)}
      {Object.keys(coverage.counted ?? {}).length > 0 &&
        row(
          "counted",
          <details>
            <summary>{plural(Object.keys(coverage.counted ?? {}).length, "other count")}</summary>
            <Counts of={coverage.counted} words={words} />
          </details>,
        )}
    </dl>
  );
}
