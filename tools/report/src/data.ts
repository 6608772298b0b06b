// SPDX-License-Identifier: Apache-2.0
// What reciped puts into the page. Detections are lines of `reciped`'s JSON (detection.schema.json), coverages those that ended
// the streams. Everything that an event brought may hold any character.

export type Importance = "critical" | "high" | "medium" | "low" | "none";
export const importances: readonly Importance[] = ["critical", "high", "medium", "low", "none"];

export interface Process {
  pid?: number;
  uid?: number;
  start_time?: number;
  name?: string;
  exe?: string;
  comm?: string;
  cmdline?: string;
  script?: string;
  cwd?: string;
  user?: string;
}

export interface Term {
  text: string;
  value?: string;
  file: string;
  line: number;
  decided: "kernel" | "userspace";
  open?: boolean;
}

export interface Detection {
  id: string;
  time: string;
  sequence: number;
  recipe: string;
  version: number;
  title?: string;
  message: string;
  category?: string;
  method?: string;
  status?: string;
  importance: Importance;
  attack?: { id: string; name?: string; tactic?: string; url: string }[];
  tags?: string[];
  why: { clause: string; file: string; line: number; terms: Term[]; truncated?: string[] };
  event: { type: string; argv?: string[]; [part: string]: unknown };
  process: Process & { ancestors?: Process[]; parent?: Process; [part: string]: unknown };
  doc?: { actions?: string[]; page?: string };
  lost?: Record<string, number>;
  redacted?: number;
  replayed?: boolean;
  encoding?: string;
  [part: string]: unknown;
}

export type Verdict = "complete" | "partial" | "none";

export interface Coverage {
  verdict: Verdict;
  shortcomings?: string[];
  mode: "replay" | "machine" | "command";
  command?: string;
  exit_code?: number;
  begin?: string;
  end?: string;
  canary?: "none" | "seen" | "unseen";
  probes?: string[];
  unseen?: string[];
  recipes?: { watched?: string[]; blind?: string[]; skipped?: string[] };
  events?: number;
  detections?: number;
  lost?: Record<string, number>;
  cut?: Record<string, number>;
  counted?: Record<string, number>;
  version?: string;
}

export interface RecipeSource {
  file: string;
  line: number;
  text: string;
}

export interface RecipeText {
  title?: string;
  quick?: string;
  implications?: string;
  false_positives?: string[];
  sources?: RecipeSource[];
}

export interface Report {
  format: number;
  made?: string;
  version: string;
  detections: Detection[];
  left_out: number;
  coverages: Coverage[];
  left_coverages: number;
  recipes: Record<string, RecipeText>;
  counters: Record<string, string>;
  bad_lines: number[];
  bad_count: number;
}

export function readReport(): Report {
  const element = document.getElementById("data");
  const report = JSON.parse(element?.textContent ?? "") as Report;
  if (report.format !== 1) throw new Error(`data of format ${report.format}, and the page reads 1`);
  report.detections.forEach((detection, index) => {
    order.set(detection, index);
  });
  return report;
}

// The place in the report: most important first, and of those the first. Names the detection in the page.
const order = new Map<Detection, number>();
export const numberOf = (detection: Detection): number => (order.get(detection) ?? 0) + 1;
export const anchorOf = (detection: Detection): string => `detection-${numberOf(detection)}`;

// Nanoseconds would not fit a number; what is shown is milliseconds.
export const millis = (time: string | undefined): number => (time === undefined ? Number.NaN : Date.parse(time));

export function nameOf(process: Process): string {
  return process.name ?? process.comm ?? "?";
}

// "complete" only where every stream says so; a file without any says nothing.
export function worstVerdict(coverages: readonly Coverage[]): Verdict | "unknown" {
  if (coverages.length === 0) return "unknown";
  if (coverages.some((each) => each.verdict === "none")) return "none";
  return coverages.every((each) => each.verdict === "complete") ? "complete" : "partial";
}
