import type { RandomStream } from "../../sim/engine/index.ts";
import type { Manifest } from "../cases.ts";
import { between, some } from "../dice.ts";
import type { CaseChange } from "./cases.ts";

interface Metadata {
  readonly name: string;
  readonly namespace?: string;
}

/** One to three changes within the 15 s that a command waits to be looked at again, in order of time. */
export function generateChanges(
  random: RandomStream,
  items: readonly Manifest[],
): readonly CaseChange[] {
  const seconds = some(random, [2, 4, 6, 8, 10, 12, 14], 1).slice(0, between(random, 1, 3));
  return seconds
    .toSorted((a, b) => a - b)
    .map((atSeconds, index) => ({ atSeconds, ...generateChange(random, items, index) }));
}

function generateChange(
  random: RandomStream,
  items: readonly Manifest[],
  index: number,
): Omit<CaseChange, "atSeconds"> {
  const pods = items.filter(({ kind }) => kind === "Pod");
  const nodePools = items.filter(({ kind }) => kind === "NodePool");
  const what = random.pick(["pod", "pod", "end", "budget"] as const);
  if (what === "budget" || pods.length === 0)
    return { put: [withoutBudget(random.pick(nodePools))] };
  const pod = random.pick(pods);
  const { name, namespace = "default" } = pod["metadata"] as Metadata;
  if (what === "end") return { delete: [{ kind: "Pod", namespace, name }] };
  const late = `${name}-late-${index}`;
  return { put: [{ ...pod, metadata: { ...(pod["metadata"] as object), name: late, uid: late } }] };
}

/** None of its nodes may be disrupted any more. */
function withoutBudget(nodePool: Manifest): Manifest {
  const spec = nodePool["spec"] as { readonly disruption: object };
  const disruption = { ...spec.disruption, budgets: [{ nodes: "0" }] };
  return { ...nodePool, spec: { ...spec, disruption } };
}
