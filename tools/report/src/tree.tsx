// SPDX-License-Identifier: Apache-2.0
// Processes: the chain above one detection, and all detections in one tree. What stands above `reciped` is the runner's and is
// folded away.
import { anchorOf, type Detection, type Importance, nameOf, numberOf, type Process } from "./data";
import { Shown } from "./text";

const kMostNodes = 400; // of the common tree

export interface Chain {
  above: Process[]; // from pid 1 down to reciped, itself included; empty where it is no ancestor
  below: Process[]; // from the watched command's first process down to the one that was detected
}

export function chainOf(detection: Detection): Chain {
  const all = [...(detection.process.ancestors ?? [])].reverse().concat(detection.process);
  let cut = 0;
  all.slice(0, -1).forEach((process, index) => {
    if (nameOf(process) === "reciped") cut = index + 1;
  });
  return { above: all.slice(0, cut), below: all.slice(cut) };
}

function Row({ process, escaped, last }: { process: Process; escaped: boolean; last?: boolean }) {
  const user = process.user ?? (process.uid === undefined ? undefined : `uid ${process.uid}`);
  return (
    <span class={last ? "process last" : "process"}>
      <strong>
        <Shown text={nameOf(process)} escaped={escaped} />
      </strong>{" "}
      <span class="faint">
        {process.pid ?? "?"}
        {user !== undefined && (
          <>
            {" · "}
            <Shown text={user} escaped={escaped} />
          </>
        )}
      </span>
      {process.cmdline !== undefined && (
        <code class="cmdline">
          <Shown text={process.cmdline} escaped={escaped} most={last ? 600 : 200} />
        </code>
      )}
    </span>
  );
}

export function ProcessChain({ detection }: { detection: Detection }) {
  const escaped = detection.encoding === "escaped";
  const { above, below } = chainOf(detection);
  return (
    <>
      {above.length > 0 && (
        <details class="above">
          <summary>
            {above.length} {above.length === 1 ? "process" : "processes"} above the watched command
          </summary>
          <ol class="chain">
            {above.map((process) => (
              <li key={`${process.pid}`}>
                <Row process={process} escaped={escaped} />
              </li>
            ))}
          </ol>
        </details>
      )}
      <ol class="chain">
        {below.map((process, index) => (
          <li key={`${process.pid} ${index}`}>
            <Row process={process} escaped={escaped} last={index === below.length - 1} />
          </li>
        ))}
      </ol>
    </>
  );
}

interface Node {
  process: Process;
  escaped: boolean;
  detections: Detection[];
  children: Map<string, Node>;
}

export function forestOf(detections: readonly Detection[]): { roots: Map<string, Node>; leftOut: number } {
  const roots = new Map<string, Node>();
  let nodes = 0;
  let leftOut = 0;
  for (const detection of detections) {
    let level = roots;
    let node: Node | undefined;
    for (const process of chainOf(detection).below) {
      const key = `${process.pid} ${process.start_time} ${nameOf(process)}`;
      let next = level.get(key);
      if (next === undefined && nodes >= kMostNodes) {
        node = undefined;
        break;
      }
      if (next === undefined) {
        next = { process, escaped: detection.encoding === "escaped", detections: [], children: new Map() };
        level.set(key, next);
        ++nodes;
      }
      node = next;
      level = node.children;
    }
    if (node) node.detections.push(detection);
    else ++leftOut;
  }
  return { roots, leftOut };
}

export function Badge({ importance }: { importance: Importance }) {
  return <span class={`badge ${importance}`}>{importance}</span>;
}

function Branch({ nodes, open }: { nodes: Map<string, Node>; open: (detection: Detection) => void }) {
  return (
    <ul>
      {[...nodes].map(([key, node]) => (
        <li key={key}>
          <Row process={node.process} escaped={node.escaped} />
          {node.detections.length > 0 && (
            <span class="found">
              {node.detections.slice(0, 8).map((detection) => (
                <a
                  key={numberOf(detection)}
                  class={`badge ${detection.importance}`}
                  href={`#${anchorOf(detection)}`}
                  onClick={(event) => {
                    event.preventDefault();
                    open(detection);
                  }}
                >
                  {detection.importance}: {detection.recipe}
                </a>
              ))}
              {node.detections.length > 8 && <span class="faint">and {node.detections.length - 8} more</span>}
            </span>
          )}
          {node.children.size > 0 && <Branch nodes={node.children} open={open} />}
        </li>
      ))}
    </ul>
  );
}

export function ProcessTree({ detections, open }: { detections: readonly Detection[]; open: (detection: Detection) => void }) {
  const { roots, leftOut } = forestOf(detections);
  return (
    <div class="tree">
      <Branch nodes={roots} open={open} />
      {leftOut > 0 && (
        <p class="faint">
          {leftOut} more detections are not drawn: the tree shows {kMostNodes} processes.
        </p>
      )}
    </div>
  );
}
