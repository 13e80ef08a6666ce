/** A day told by hand, small enough to be computed on paper. */
import { parseTime, simTime } from "../core/units/index.ts";
import type { LedgerEntry, RunFacts } from "../sim/ledger/index.ts";
import { RunLedger } from "../sim/ledger/index.ts";

const start = parseTime("2026-03-01T00:00:00Z");
const hourMs = 3_600_000;
const gib = 2 ** 30;
const web = { kind: "Deployment", namespace: "default", name: "web" };
const requests = { cpuMillicores: 1000, memoryBytes: 2 * gib, gpus: 0 };

type Untimed<Entry> = Entry extends unknown ? Omit<Entry, "at"> : never;

/** An entry so many hours after the start. */
function told(hour: number, entry: Untimed<LedgerEntry>): LedgerEntry {
  return { ...entry, at: simTime(start + hour * hourMs) } as LedgerEntry;
}

function launch(
  hour: number,
  id: string,
  capacityType: "spot" | "on-demand",
): readonly LedgerEntry[] {
  const isSpot = capacityType === "spot";
  return [
    told(hour, {
      kind: "instance-launched",
      instanceId: id,
      nodeClaimName: `claim-${id}`,
      nodePoolName: isSpot ? "batch" : "web",
      instanceType: isSpot ? "c7i.xlarge" : "m7i.xlarge",
      instanceFamily: isSpot ? "c7i" : "m7i",
      zone: isSpot ? "us-east-1b" : "us-east-1a",
      capacityType,
      vcpus: 4,
      memoryBytes: 16 * gib,
      onDemandUsdPerHour: 0.4,
    }),
    told(hour, { kind: "instance-running", instanceId: id }),
    told(hour, {
      kind: "node-registered",
      nodeName: `node-${id}`,
      nodeClaimName: `claim-${id}`,
      instanceId: id,
      allocatableCpuMillicores: 4000,
      allocatableMemoryBytes: 16 * gib,
    }),
  ];
}

function charge(
  hour: number,
  id: string,
  hours: number,
  rate: number,
  onDemand: number,
): LedgerEntry {
  const until = simTime(start + hour * hourMs);
  return told(hour, {
    kind: "charge",
    item: "compute",
    instanceId: id,
    usd: hours * rate,
    onDemandEquivalentUsd: hours * onDemand,
    segments: [{ from: simTime(until - hours * hourMs), until, usdPerHour: rate }],
  });
}

function pod(hour: number, name: string, node: string | undefined): readonly LedgerEntry[] {
  const ids = { podKey: `default/${name}`, podUid: name };
  const created = told(hour, {
    kind: "pod-created",
    ...ids,
    workload: web,
    isDaemon: false,
    requests,
  });
  if (node === undefined) return [created];
  return [
    created,
    told(hour, { kind: "pod-bound", ...ids, nodeName: `node-${node}` }),
    told(hour, { kind: "pod-ready", ...ids }),
  ];
}

/**
 * 24 hours. An On-Demand node (0.40 $/h, 24 h) and from 12:00 a Spot node (0.10 $/h, 12 h). A pod on
 * each; the one on Spot is evicted at 18:00 and its replacement never finds a node. Two replicas are
 * wanted throughout.
 */
export function dayByHand(): RunFacts {
  const ledger = new RunLedger(start, simTime(start + 24 * hourMs));
  const evicted = { podKey: "default/web-2", podUid: "web-2" };
  const entries: readonly LedgerEntry[] = [
    told(0, { kind: "workload-desired", workload: web, replicas: 2 }),
    ...launch(0, "i-1", "on-demand"),
    ...pod(0, "web-1", "i-1"),
    ...launch(12, "i-2", "spot"),
    ...pod(12, "web-2", "i-2"),
    told(18, { kind: "interruption-notice", instanceId: "i-2" }),
    told(18, { kind: "pod-evicted", ...evicted, nodeName: "node-i-2", reason: "Interrupted" }),
    told(18, { kind: "pod-ended", ...evicted, outcome: "deleted" }),
    ...pod(18, "web-3", undefined),
    told(18, {
      kind: "pod-failed-scheduling",
      podKey: "default/web-3",
      podUid: "web-3",
      message: "no room",
      nodePools: [],
    }),
    charge(24, "i-1", 24, 0.4, 0.4),
    charge(24, "i-2", 12, 0.1, 0.4),
    told(24, { kind: "control-plane-charge", usd: 2.4 }),
  ];
  for (const entry of entries) ledger.record(entry);
  return ledger.facts();
}
