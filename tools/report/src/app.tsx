// SPDX-License-Identifier: Apache-2.0
// The page: verdict, overview, the list with its filter, coverage. Keys: / j k o e t ?
import { options } from "preact";
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { Card } from "./card";
import { CoverageDetails, headlineOf, VerdictBanner } from "./coverage";
import { anchorOf, type Detection, type Importance, importances, millis, type Report } from "./data";
import { type Filter, filtered } from "./filter";
import { clock, duration, plain, plural, Shown } from "./text";
import { Timeline } from "./timeline";
import { ProcessTree } from "./tree";

const kStep = 200; // cards at a time
const kNone: ReadonlySet<Importance> = new Set();

const kKeys: [string, string][] = [
  ["/", "search"],
  ["j, k", "next, previous detection"],
  ["o", "open or close it (so does Enter)"],
  ["e", "open or close all that are listed"],
  ["t", "light, dark, or as the system"],
  ["?", "this help"],
  ["Escape", "leave the search, close this"],
];

type Theme = "" | "light" | "dark";

function useTheme(): [Theme, () => void] {
  const [theme, setTheme] = useState<Theme>("");
  useEffect(() => {
    if (theme === "") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
  }, [theme]);
  const next: Record<Theme, Theme> = { "": "dark", dark: "light", light: "" };
  return [theme, () => setTheme(next[theme])];
}

function Facts({ report }: { report: Report }) {
  const command = report.coverages.find((each) => each.command !== undefined);
  const only = report.coverages.length === 1 ? report.coverages[0] : undefined;
  const host = report.detections.map((each) => each.host as { name?: string } | undefined).find((each) => each?.name)?.name;
  const length = only ? millis(only.end) - millis(only.begin) : Number.NaN;
  return (
    <dl class="head-facts">
      {command?.command !== undefined && (
        <div class="grow">
          <dt>Command</dt>
          <dd>
            <code>
              <Shown text={command.command} most={200} />
            </code>
          </dd>
        </div>
      )}
      {command !== undefined && command.verdict !== "none" && (
        <div>
          <dt>Ended with</dt>
          <dd>
            {command.exit_code}, after {duration(millis(command.end) - millis(command.begin))}
          </dd>
        </div>
      )}
      {only && only.mode !== "replay" && command === undefined && Number.isFinite(length) && (
        <div>
          <dt>Took</dt>
          <dd>{duration(length)}</dd>
        </div>
      )}
      {host !== undefined && (
        <div>
          <dt>Host</dt>
          <dd>
            <Shown text={host} />
          </dd>
        </div>
      )}
      {report.made !== undefined && (
        <div>
          <dt>Report</dt>
          <dd>
            {plain(report.made).slice(0, 10)} {clock(report.made)} UTC
          </dd>
        </div>
      )}
    </dl>
  );
}

function Remarks({ report }: { report: Report }) {
  return (
    <>
      {report.left_out > 0 && (
        <p class="remark">
          {plural(report.left_out, "less important detection")} {report.left_out === 1 ? "is" : "are"} left out: the report
          holds the {plural(report.detections.length, "detection")} that matter most.
        </p>
      )}
      {report.left_coverages > 0 && (
        <p class="remark">{plural(report.left_coverages, "run")} more ended no worse than those listed, and are left out.</p>
      )}
      {report.bad_count > 0 && (
        <p class="remark">
          {plural(report.bad_count, "line")} of the file {report.bad_count === 1 ? "is" : "are"} no detection and{" "}
          {report.bad_count === 1 ? "is" : "are"} not here: {report.bad_lines.join(", ")}
          {report.bad_count > report.bad_lines.length ? ", …" : ""}.
        </p>
      )}
    </>
  );
}

function FilterBar(props: {
  report: Report;
  filter: Filter;
  found: number;
  change: (part: Partial<Filter>) => void;
  search: { current: HTMLInputElement | null };
}) {
  const { report, filter, change } = props;
  const recipes = useMemo(() => [...new Set(report.detections.map((each) => each.recipe))].sort(), [report]);
  const counts = importances
    .map((importance): [Importance, number] => [
      importance,
      report.detections.filter((each) => each.importance === importance).length,
    ])
    .filter(([, count]) => count > 0);
  const toggle = (importance: Importance) => {
    const hidden = new Set(filter.hidden);
    if (!hidden.delete(importance)) hidden.add(importance);
    change({ hidden });
  };
  return (
    <search class="filter">
      <input
        ref={props.search}
        type="search"
        aria-label="Search the detections"
        placeholder="Search: a program, a path, T1059 …"
        value={filter.words}
        onInput={(event) => change({ words: event.currentTarget.value })}
      />
      <span class="chips">
        {counts.map(([importance, count]) => (
          <button
            key={importance}
            type="button"
            class={`chip ${importance}`}
            aria-pressed={!filter.hidden.has(importance)}
            onClick={() => toggle(importance)}
          >
            {importance} <b>{count}</b>
          </button>
        ))}
      </span>
      {recipes.length > 1 && (
        <select aria-label="Recipe" value={filter.recipe} onChange={(event) => change({ recipe: event.currentTarget.value })}>
          <option value="">all recipes</option>
          {recipes.map((name) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </select>
      )}
      <select
        aria-label="Order"
        value={filter.byTime ? "time" : "importance"}
        onChange={(event) => change({ byTime: event.currentTarget.value === "time" })}
      >
        <option value="importance">most important first</option>
        <option value="time">in order of time</option>
      </select>
      <span class="count" aria-live="polite">
        {props.found === report.detections.length ? "" : `${props.found} of ${report.detections.length}`}
      </span>
    </search>
  );
}

export function App({ report }: { report: Report }) {
  const headline = headlineOf(report);
  const [filter, setFilter] = useState<Filter>({ words: "", hidden: kNone, recipe: "", byTime: false });
  const [opened, setOpened] = useState<ReadonlySet<Detection>>(() => new Set(report.detections.slice(0, 1)));
  const [most, setMost] = useState(kStep);
  const [keys, setKeys] = useState(true);
  const [theme, nextTheme] = useTheme();
  const search = useRef<HTMLInputElement>(null);
  const help = useRef<HTMLDialogElement>(null);
  const found = useMemo(() => filtered(report.detections, filter), [report, filter]);
  const listed = found.slice(0, most);

  const toggle = (detection: Detection, open: boolean) =>
    setOpened((before) => {
      const after = new Set(before);
      if (open) after.add(detection);
      else after.delete(detection);
      return after;
    });
  const go = (detection: Detection) => {
    const at = found.indexOf(detection);
    if (at < 0) setFilter({ words: "", hidden: kNone, recipe: "", byTime: false });
    setMost((before) => Math.max(before, Math.max(at, report.detections.indexOf(detection)) + 1));
    toggle(detection, true);
    // After the list has been drawn anew.
    setTimeout(() => {
      const card = document.getElementById(anchorOf(detection));
      card?.scrollIntoView({ block: "start" });
      card?.querySelector("summary")?.focus({ preventScroll: true });
      history.replaceState(null, "", `#${anchorOf(detection)}`);
    });
  };

  useEffect(() => {
    const wanted = report.detections.find((each) => `#${anchorOf(each)}` === location.hash);
    if (wanted) go(wanted);
  }, []);

  // Listens from the moment that the page is drawn.
  useLayoutEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const typing = event.target instanceof HTMLElement && event.target.closest("input, select, textarea, dialog");
      if (event.key === "Escape" && event.target === search.current) search.current?.blur();
      if (!keys || typing || event.ctrlKey || event.metaKey || event.altKey) return;
      const cards = [...document.querySelectorAll<HTMLElement>(".card > summary")];
      const at = cards.indexOf(document.activeElement as HTMLElement);
      const step = (to: number) => {
        const card = cards[Math.min(Math.max(to, 0), cards.length - 1)];
        card?.focus();
        card?.scrollIntoView({ block: "nearest" });
      };
      switch (event.key) {
        case "/":
          search.current?.focus();
          break;
        case "j":
          step(at + 1);
          break;
        case "k":
          step(at - 1);
          break;
        case "o":
          cards[at]?.click();
          break;
        case "e":
          setOpened((before) => (listed.every((each) => before.has(each)) ? new Set() : new Set(listed)));
          break;
        case "t":
          nextTheme();
          break;
        case "?":
          help.current?.showModal();
          break;
        default:
          return;
      }
      event.preventDefault();
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  });

  // Paper has no pointer: what is listed is printed open.
  useLayoutEffect(() => {
    const before = () => {
      const later = options.debounceRendering;
      options.debounceRendering = (draw) => draw();
      setOpened(new Set(listed));
      if (later) options.debounceRendering = later;
      else delete options.debounceRendering;
    };
    addEventListener("beforeprint", before);
    return () => removeEventListener("beforeprint", before);
  });

  const change = (part: Partial<Filter>) => {
    setFilter((before) => ({ ...before, ...part }));
    setMost(kStep);
  };
  return (
    <>
      <a class="skip" href="#content">
        To the content
      </a>
      <header>
        <div class="bar">
          <p class="kicker">Runtime detections</p>
          <span class="tools">
            <button type="button" onClick={nextTheme}>
              {theme === "" ? "System colours" : theme === "dark" ? "Dark" : "Light"}
            </button>
            <button type="button" onClick={() => print()}>
              Print
            </button>
            <button type="button" onClick={() => help.current?.showModal()} aria-keyshortcuts="?">
              Keys
            </button>
          </span>
        </div>
        <h1>{headline.title}</h1>
        <VerdictBanner report={report} />
        <Facts report={report} />
        <Remarks report={report} />
      </header>
      <main id="content" tabIndex={-1}>
        {report.detections.length > 0 && (
          <>
            <section aria-labelledby="when">
              <h2 id="when">When</h2>
              <Timeline detections={found} coverages={report.coverages} open={go} />
            </section>
            <section aria-labelledby="detections">
              <h2 id="detections">What happened</h2>
              <FilterBar report={report} filter={filter} found={found.length} change={change} search={search} />
              <ol class="list">
                {listed.map((detection) => (
                  <li key={anchorOf(detection)}>
                    <Card
                      detection={detection}
                      recipe={Object.hasOwn(report.recipes, detection.recipe) ? report.recipes[detection.recipe] : undefined}
                      isOpen={opened.has(detection)}
                      toggle={toggle}
                    />
                  </li>
                ))}
              </ol>
              {found.length === 0 && <p class="nothing">No detection fits the filter.</p>}
              {found.length > listed.length && (
                <button type="button" class="wide-button" onClick={() => setMost(most + kStep)}>
                  Show {Math.min(kStep, found.length - listed.length)} of {found.length - listed.length} more
                </button>
              )}
            </section>
            <section aria-labelledby="processes">
              <h2 id="processes">Which processes</h2>
              <ProcessTree detections={found} open={go} />
            </section>
          </>
        )}
        <section aria-labelledby="watched" class="watched">
          <h2 id="watched">What was watched</h2>
          {report.coverages.length === 0 && (
            <p class="nothing">The file holds no coverage: what was watched, and what was lost, is not known.</p>
          )}
          {report.coverages.map((coverage, index) => (
            <CoverageDetails key={index} coverage={coverage} words={report.counters} />
          ))}
        </section>
      </main>
      <footer>Made by reciped {plain(report.version)}. The file is whole: it loads nothing and sends nothing.</footer>
      <dialog ref={help} aria-labelledby="keys">
        <h2 id="keys">Keys</h2>
        <dl class="facts">
          {kKeys.map(([key, what]) => (
            <div key={key}>
              <dt>
                <kbd>{key}</kbd>
              </dt>
              <dd>{what}</dd>
            </div>
          ))}
        </dl>
        <p>
          <label>
            <input type="checkbox" checked={keys} onChange={(event) => setKeys(event.currentTarget.checked)} /> single keys are
            heeded
          </label>
        </p>
        <form method="dialog">
          <button type="submit">Close</button>
        </form>
      </dialog>
    </>
  );
}
