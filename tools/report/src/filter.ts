// SPDX-License-Identifier: Apache-2.0
// Which detections are listed, and in which order.
import { type Detection, type Importance, millis, nameOf } from "./data";

export interface Filter {
  words: string;
  hidden: ReadonlySet<Importance>;
  recipe: string;
  byTime: boolean;
}

const texts = new WeakMap<Detection, string>();

// All that a reader may look for, in lower case.
function textOf(detection: Detection): string {
  const known = texts.get(detection);
  if (known !== undefined) return known;
  const processes = [detection.process, ...(detection.process.ancestors ?? [])];
  const text = [
    detection.recipe,
    detection.title,
    detection.message,
    detection.category,
    detection.method,
    ...(detection.tags ?? []),
    ...(detection.attack ?? []).flatMap((each) => [each.id, each.name, each.tactic]),
    ...processes.flatMap((each) => [nameOf(each), each.cmdline, each.exe, each.user, String(each.pid ?? "")]),
    JSON.stringify(detection.event),
  ]
    .filter((each) => each !== undefined)
    .join("\n")
    .toLowerCase();
  texts.set(detection, text);
  return text;
}

// Every word must be there, in any order.
export function filtered(detections: readonly Detection[], filter: Filter): Detection[] {
  const words = filter.words.toLowerCase().split(/\s+/).filter(Boolean);
  const found = detections.filter(
    (each) =>
      !filter.hidden.has(each.importance) &&
      (filter.recipe === "" || each.recipe === filter.recipe) &&
      (words.length === 0 || words.every((word) => textOf(each).includes(word))),
  );
  return filter.byTime ? found.sort((one, other) => millis(one.time) - millis(other.time)) : found;
}
