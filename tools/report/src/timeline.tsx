// SPDX-License-Identifier: Apache-2.0
// When it happened: a lane for each importance, a dot for what falls together. For the eye and the pointer; the list below holds
// the same times for everyone else.
import { type Coverage, type Detection, importances, millis } from "./data";
import { clock, duration, plural } from "./text";

const kBins = 96;
const kLane = 26;
const kWidth = 960;
const kLeft = 98;
const kRight = 16;

interface Dot {
  lane: number;
  bin: number;
  detections: Detection[];
}

export function spanOf(detections: readonly Detection[], coverages: readonly Coverage[]): [number, number] {
  // Of a replay the coverage's times are those of the replay, not of the events.
  const live = coverages.filter((each) => each.mode !== "replay");
  const times = detections
    .map((each) => millis(each.time))
    .concat(
      live.map((each) => millis(each.begin)),
      live.map((each) => millis(each.end)),
    )
    .filter(Number.isFinite);
  if (times.length === 0) return [0, 0];
  return times.reduce<[number, number]>(
    ([low, high], time) => [Math.min(low, time), Math.max(high, time)],
    [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
  );
}

export function Timeline(props: {
  detections: readonly Detection[];
  coverages: readonly Coverage[];
  open: (detection: Detection) => void;
}) {
  const [begin, end] = spanOf(props.detections, props.coverages);
  const length = Math.max(end - begin, 1);
  const lanes = importances.filter((importance) => props.detections.some((each) => each.importance === importance));
  const dots = new Map<string, Dot>();
  for (const detection of props.detections) {
    const time = millis(detection.time);
    if (!Number.isFinite(time)) continue;
    const lane = lanes.indexOf(detection.importance);
    const bin = Math.min(Math.floor(((time - begin) / length) * kBins), kBins - 1);
    const key = `${lane} ${bin}`;
    const dot = dots.get(key) ?? { lane, bin, detections: [] };
    dot.detections.push(detection);
    dots.set(key, dot);
  }
  const x = (bin: number) => kLeft + ((bin + 0.5) / kBins) * (kWidth - kLeft - kRight);
  const height = lanes.length * kLane + 26;
  const label = `${plural(props.detections.length, "detection")} within ${duration(end - begin)}, from ${clock(new Date(begin).toISOString())} to ${clock(new Date(end).toISOString())} UTC`;
  const ticks = [0, 0.25, 0.5, 0.75, 1];
  return (
    <svg class="timeline" viewBox={`0 0 ${kWidth} ${height}`} role="img" aria-label={label}>
      {lanes.map((importance, lane) => (
        <g key={importance}>
          <text x={0} y={lane * kLane + 17} class="lane">
            {importance}
          </text>
          <line x1={kLeft} x2={kWidth - kRight} y1={lane * kLane + 13} y2={lane * kLane + 13} />
        </g>
      ))}
      {ticks.map((tick) => (
        <text
          key={tick}
          class={tick === 0 || tick === 1 ? "tick" : "tick middle"}
          x={kLeft + tick * (kWidth - kLeft - kRight)}
          y={height - 4}
          text-anchor={tick === 0 ? "start" : tick === 1 ? "end" : "middle"}
        >
          {tick === 0 ? clock(new Date(begin).toISOString()) : `+${duration(tick * (end - begin))}`}
        </text>
      ))}
      {[...dots.values()].map((dot) => {
        const first = dot.detections[0];
        if (first === undefined) return null;
        return (
          // biome-ignore lint/a11y/noStaticElementInteractions: the list below is the way by keyboard
          <circle
            key={`${dot.lane} ${dot.bin}`}
            class={first.importance}
            cx={x(dot.bin)}
            cy={dot.lane * kLane + 13}
            r={Math.min(4.5 + Math.log2(dot.detections.length), 9)}
            onClick={() => props.open(first)}
          >
            <title>
              {clock(first.time)} {first.recipe}
              {dot.detections.length > 1 ? ` and ${dot.detections.length - 1} more` : ""}
            </title>
          </circle>
        );
      })}
    </svg>
  );
}
