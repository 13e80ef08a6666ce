import { nearMiss } from "../../core/apis/index.ts";
import type { Diagnostic } from "../../core/units/index.ts";
import { compareStrings } from "../../core/units/index.ts";
import type { FaultSpec, ScenarioSpec } from "../scenario-schema.ts";
import { type Complain, type Complaint, outsideOfRun } from "./complaint.ts";
import { atValue } from "./document-place.ts";
import type { PolicyCluster } from "./load-clusters.ts";
import type { ScenarioDocument } from "./scenario-document.ts";

/** What is wrong with faults whose shape is right. */
export function checkFaults(spec: ScenarioSpec, complain: Complain): readonly Diagnostic[] {
  return spec.faults.flatMap((fault, index) =>
    [
      ...oneOf(fault, ["at", "per100kHours"]),
      ...oneOf(fault, ["nodeCondition", "instance"]),
      ...oneOf(fault.nodes, ["count", "percent"], 0),
      ...badCount(fault),
      ...badCondition(fault),
      ...outsideOfRun(spec, fault.at, "fault").map((complaint) => ({ step: ["at"], complaint })),
    ].map(({ step, complaint }) => complain(["faults", index, ...step], complaint)),
  );
}

interface Found {
  readonly step: readonly string[];
  readonly complaint: Complaint;
}

function oneOf<T extends object>(
  written: T,
  keys: readonly (keyof T & string)[],
  atLeast: 0 | 1 = 1,
): readonly Found[] {
  const found = keys.filter((key) => written[key] !== undefined);
  if (found.length <= 1 && found.length >= atLeast) return [];
  const allowed = `one of ${keys.join(" and ")}`;
  const [first = "", second] = keys;
  const message =
    second !== undefined && found.length > 1
      ? `${first} and ${second} exclude each other`
      : `a fault needs ${keys.join(" or ")}`;
  const complaint = {
    code: "scenario/bad-fault",
    found: found.join(" and ") || "neither",
    allowed,
    message,
  };
  return [{ step: found.slice(1), complaint }];
}

function badCount({ per100kHours, nodes }: FaultSpec): readonly Found[] {
  const key = (["count", "percent"] as const).find((each) => nodes[each] !== undefined);
  if (per100kHours === undefined || key === undefined) return [];
  const complaint = {
    code: "scenario/bad-fault",
    found: `${key} at a rate`,
    allowed: `${key} with at`,
    message: "at a rate every node is struck by itself",
  };
  return [{ step: ["nodes", key], complaint }];
}

function badCondition({ nodeCondition }: FaultSpec): readonly Found[] {
  if (nodeCondition?.status !== "Unknown") return [];
  const isReady = nodeCondition.type === "Ready";
  if (isReady && nodeCondition.for === undefined) return [];
  const complaint = isReady
    ? {
        code: "scenario/not-supported",
        found: "for",
        allowed: "no end",
        message: "a machine that falls silent does not come back",
      }
    : {
        code: "scenario/bad-fault",
        found: "Unknown",
        allowed: "False",
        message: `status Unknown is for Ready; Karpenter looks at ${nodeCondition.type} False`,
      };
  return [{ step: ["nodeCondition", isReady ? "for" : "status"], complaint }];
}

/** NodePools of faults that are not among the manifests. */
export function checkFaultTargets(
  document: ScenarioDocument,
  faults: ScenarioSpec["faults"],
  clusters: readonly PolicyCluster[],
): readonly Diagnostic[] {
  const names = [
    ...new Set(
      clusters.flatMap(({ objects }) =>
        objects.flatMap(({ kind, metadata }) => (kind === "NodePool" ? [metadata.name] : [])),
      ),
    ),
  ].sort(compareStrings);
  return faults.flatMap(({ nodes }, index) => {
    const { nodePool } = nodes;
    if (nodePool === undefined || names.includes(nodePool)) return [];
    const steps = ["spec", "faults", index, "nodes", "nodePool"];
    const meant = nearMiss(nodePool, names);
    return [
      {
        ...atValue(document, steps),
        code: "scenario/unknown-object",
        found: nodePool,
        allowed: names.length === 0 ? "manifests with a NodePool" : names.join(", "),
        ...(meant === undefined ? {} : { hint: `write ${meant}` }),
        message: `the fault strikes nodes of NodePool ${nodePool}, which is not among the manifests`,
      },
    ];
  });
}
