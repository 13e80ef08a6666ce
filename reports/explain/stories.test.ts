// Stories against what the ledger itself adds up, on worlds with interruptions, consolidation and pods
// that cannot move.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import nodePath from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  budgetManifest,
  deploymentManifest,
  nodePoolManifest,
  worldPlan,
  worldStart,
} from "../../test/support/worlds.ts";
import { runWorld, type RunResult } from "../../sim/world.ts";
import { after, hours, invariant, simTime } from "../../core/units/index.ts";
import type { LedgerEntry, LedgerEntryKind } from "../../sim/ledger/index.ts";
import { openJournal } from "../journal.ts";
import { findObject, tellStory } from "./explain.ts";
import { formatObject, parseObjectQuery } from "./object-query.ts";
import type { Story } from "./story.ts";

type Entry<Kind extends LedgerEntryKind> = Extract<LedgerEntry, { kind: Kind }>;

let folder = "";
let path = "";
let run: RunResult | undefined;
const entries: LedgerEntry[] = [];

const replicas = [12, 24, 4, 12].map((count, index) => ({
  at: after(worldStart, hours(4 * (index + 1))),
  replicas: count,
}));

beforeAll(() => {
  folder = mkdtempSync(nodePath.join(tmpdir(), "dryfit-stories-"));
  path = nodePath.join(folder, "journal.ndjson.gz");
  const plan = worldPlan({
    seed: 3,
    interruptionScale: 1000,
    capacity: { spotDryHoursMean: 24 },
    manifests: [nodePoolManifest({}), deploymentManifest("web", 8), budgetManifest("web", 1)],
    overrides: {
      replicaPlans: [{ kind: "Deployment", namespace: "default", name: "web", changes: replicas }],
    },
  });
  const journal = openJournal(path);
  run = runWorld(plan, {
    record: (entry) => {
      journal.record(entry);
      entries.push(entry);
    },
  });
  journal.close();
}, 60_000);

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

function of<Kind extends LedgerEntryKind>(kind: Kind): readonly Entry<Kind>[] {
  return entries.filter((entry): entry is Entry<Kind> => entry.kind === kind);
}

async function storyOf(query: string): Promise<Story> {
  const finding = await findObject(path, parseObjectQuery(query));
  invariant(finding.kind === "found", "the object is in the run", { query, kind: finding.kind });
  return (await tellStory(path, finding.object)).story;
}

const whats = ({ moments }: Story): readonly string[] => moments.map(({ what }) => what);

describe("the story of a NodePool", () => {
  it("costs what the ledger says, by day and in all", async () => {
    const { figures, days } = await storyOf("nodepool/default");
    const facts = run?.facts;
    invariant(facts !== undefined, "the run was made");
    const { computeUsd, storageUsd, networkUsd } = facts.cost;
    expect(figures["totalUsd"]).toBeCloseTo(computeUsd + storageUsd + networkUsd, 9);
    expect(days.reduce((sum, { usd }) => sum + usd, 0)).toBeCloseTo(figures["totalUsd"] ?? 0, 9);
    expect(days.map(({ date }) => date)).toEqual(["2026-03-02"]);
  });

  it("counts launches and interruptions as the ledger does", async () => {
    const { figures } = await storyOf("nodepool/default");
    const { nodes, disruption } = run?.facts ?? {};
    expect(figures).toMatchObject({
      launched: nodes?.launched,
      refusedLaunches: nodes?.failedLaunches,
      interruptions: disruption?.interruptions,
    });
    expect(disruption?.interruptions).toBeGreaterThan(3);
  });
});

describe("the stories of all nodes together", () => {
  it("cost what the run costs, and hold every pod that was bound", async () => {
    let usd = 0;
    let tenancies = 0;
    let stays = 0;
    for (const { nodeClaimName } of of("instance-launched")) {
      const story = await storyOf(`nodeclaim/${nodeClaimName}`);
      usd += story.figures["totalUsd"] ?? 0;
      tenancies += story.tenancies.length;
      stays += story.stays.length;
      expect(whats(story).slice(0, 2)).toEqual(["created", "launched"]);
      const times = story.moments.map(({ at }) => at);
      expect(times).toEqual(times.toSorted((left, right) => left - right));
      for (const { from, until } of story.stays) expect(until ?? from).toBeGreaterThanOrEqual(from);
    }
    const { cost } = run?.facts ?? {};
    const total = (cost?.computeUsd ?? 0) + (cost?.storageUsd ?? 0) + (cost?.networkUsd ?? 0);
    expect(usd).toBeCloseTo(total, 9);
    expect(tenancies).toBe(of("pod-bound").length);
    expect(stays).toBeGreaterThan(20);
  }, 60_000);
});

describe("the stories of all pods together", () => {
  it("wait as long as pods were pending, and say who took whose place", async () => {
    let waited = 0;
    let replaced = 0;
    const keys = new Set(of("pod-created").map(({ podKey }) => podKey));
    for (const key of keys) {
      const story = await storyOf(`pod/${key}`);
      waited += story.figures["waitedSeconds"] ?? 0;
      replaced += whats(story).filter((what) => what === "replaced").length;
      expect(whats(story)[0]).toBe("created");
    }
    const { pods, disruption } = run?.facts ?? {};
    expect(waited).toBeCloseTo(pods?.pendingPodSeconds ?? 0, 6);
    const disrupted = (disruption?.podsEvicted ?? 0) + (disruption?.podsKilled ?? 0);
    expect(disrupted).toBeGreaterThan(5);
    expect(replaced).toBe(disrupted);
  }, 60_000);
});

describe("a node that EC2 takes back", () => {
  it("is told with the notice, where its pods went, and that EC2 ended it", async () => {
    const [notice] = of("interruption-notice");
    const story = await storyOf(notice?.instanceId ?? "");
    expect(whats(story)).toEqual(
      expect.arrayContaining(["interruption", "deleted", "pods-disrupted", "shutting-down"]),
    );
    const drained = story.moments.find(({ what }) => what === "pods-disrupted");
    expect(drained?.details.join("\n")).toMatch(/default\/web-\S+ -> default\/web-\S+ on \S+/);
  });
});

describe("looking for an object", () => {
  it.each([
    ["the instance", () => of("instance-launched")[0]?.instanceId ?? ""],
    ["the node", () => of("node-registered")[0]?.nodeName ?? ""],
    ["the begin of the node's name", () => of("node-registered")[0]?.nodeName.slice(0, 12) ?? ""],
    [
      "the end of the NodeClaim's name",
      () => of("node-registered")[0]?.nodeClaimName.slice(-5) ?? "",
    ],
  ])("finds it by %s", async (_what, query) => {
    const [first] = of("node-registered");
    expect((await storyOf(query())).names["nodeClaim"]).toBe(first?.nodeClaimName);
  });

  it("finds a pod by its key, with and without its kind, and by its name", async () => {
    const key = of("pod-created")[0]?.podKey ?? "";
    for (const query of [key, `pod/${key}`, key.slice("default/".length)]) {
      expect((await storyOf(query)).name).toBe(key);
    }
  });

  it("prefers a name in full to names that begin with it", async () => {
    expect(await findObject(path, parseObjectQuery("default"))).toEqual({
      kind: "found",
      object: { kind: "nodepool", name: "default" },
    });
  });

  it("lists what a part of a name may mean, and what there is where it means nothing", async () => {
    const finding = await findObject(path, parseObjectQuery("node/ip-"));
    invariant(finding.kind === "ambiguous", "there are several");
    expect(finding.count).toBe(of("node-registered").length);
    expect(finding.objects.map(formatObject)[0]).toMatch(/^node\/ip-/);
    expect(await findObject(path, parseObjectQuery("nothing"))).toMatchObject({
      kind: "none",
      known: [
        { kind: "pod", count: new Set(of("pod-created").map(({ podKey }) => podKey)).size },
        { kind: "node", count: of("node-registered").length },
        { kind: "nodeclaim" },
        { kind: "nodepool", names: ["default"], count: 1 },
      ],
    });
  });
});

describe("a journal", () => {
  it("covers the run that wrote it", async () => {
    const told = await tellStory(path, { kind: "nodepool", name: "default" });
    expect([told.from, told.until]).toEqual([worldStart, simTime(worldStart + hours(24))]);
  });
});
