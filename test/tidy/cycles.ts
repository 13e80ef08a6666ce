import type { Finding } from "./finding.ts";
import type { Source } from "./source.ts";
import { isTest } from "./source.ts";

/**
 * One finding per group of files that import each other, with the shortest way around that passes
 * through the group's first file. Type imports count: a cycle of types is a cycle of concepts. Dynamic
 * imports do not, since they are how a cycle is cut.
 */
export function findCycles(sources: readonly Source[]): readonly Finding[] {
  const graph = new Map<string, readonly string[]>();
  for (const { path, references } of sources) {
    if (!isTest(path)) {
      const targets = references
        .filter(({ kind }) => kind === "static")
        .map(({ target }) => target);
      graph.set(path, [...new Set(targets.filter((target) => target !== undefined))].sort());
    }
  }
  const findings: Finding[] = [];
  const reported = new Set<string>();
  for (const file of [...graph.keys()].sort()) {
    const cycle = reported.has(file) ? undefined : shortestCycle(graph, file);
    if (cycle !== undefined) {
      const message = `import cycle: ${[...cycle, file].join(" -> ")}`;
      findings.push({ file, line: 1, message });
      for (const member of membersOfGroup(graph, file)) {
        reported.add(member);
      }
    }
  }
  return findings;
}

/** Breadth first from `start` back to `start`. */
function shortestCycle(
  graph: ReadonlyMap<string, readonly string[]>,
  start: string,
): readonly string[] | undefined {
  const cameFrom = new Map<string, string>();
  const queue = [start];
  for (const file of queue) {
    for (const next of graph.get(file) ?? []) {
      if (next === start) {
        const way = [file];
        for (let at = file; at !== start; ) {
          at = cameFrom.get(at) ?? start;
          way.unshift(at);
        }
        return way;
      }
      if (!cameFrom.has(next)) {
        cameFrom.set(next, file);
        queue.push(next);
      }
    }
  }
  return undefined;
}

/** The strongly connected group of `start`: what it reaches and what reaches it. */
function membersOfGroup(
  graph: ReadonlyMap<string, readonly string[]>,
  start: string,
): readonly string[] {
  const reversed = new Map<string, string[]>();
  for (const [file, targets] of graph) {
    for (const target of targets) {
      reversed.set(target, [...(reversed.get(target) ?? []), file]);
    }
  }
  const backward = reach(reversed, start);
  return [...reach(graph, start)].filter((file) => backward.has(file));
}

function reach(graph: ReadonlyMap<string, readonly string[]>, start: string): ReadonlySet<string> {
  const seen = new Set([start]);
  for (const file of seen) {
    for (const next of graph.get(file) ?? []) {
      seen.add(next);
    }
  }
  return seen;
}
