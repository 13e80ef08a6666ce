import { describe, expect, it } from "vitest";
import { simTime } from "../../core/units/index.ts";
import type { LedgerEntry } from "../../sim/ledger/index.ts";
import { PodStory } from "./pod-story.ts";

const podKey = "shop/web-1";
const workload = { kind: "Deployment", namespace: "shop", name: "web" };
const requests = { cpuMillicores: 500, memoryBytes: 2 ** 30, gpus: 0 };

function created(podUid: string, at: number): LedgerEntry {
  const pod = { podKey, podUid, workload, requests, isDaemon: false };
  return { kind: "pod-created", at: simTime(at), ...pod };
}

function storyOf(entries: readonly LedgerEntry[], end: number) {
  const story = new PodStory(podKey);
  for (const entry of entries) story.add(entry);
  return story.story(simTime(end));
}

describe("the story of a pod", () => {
  it("is told of a wait of any number of milliseconds, whatever that is in seconds", () => {
    for (let ms = 1; ms < 200_000; ms += 37) {
      const { summary, figures } = storyOf([created("1", 0)], ms);
      const waited = summary.find(({ label }) => label === "waited")?.text;
      expect(waited).toMatch(/^[\d.]+ s( \(\d+m( \d+s)?\))? without a node$/);
      expect(figures["waitedSeconds"]).toBe(ms / 1000);
    }
    const { summary } = storyOf([created("1", 0)], 64_320);
    expect(summary).toContainEqual({ label: "waited", text: "64.32 s (1m 4s) without a node" });
  });

  it("says once, and for how long, that the drain of its node waits for it", () => {
    const pod = { podKey, podUid: "1" };
    const home = { nodeName: "node-1" };
    const blocked = (at: number, pods: readonly string[]): LedgerEntry => ({
      kind: "drain-blocked",
      at: simTime(at),
      ...home,
      pods,
    });
    const bound = { kind: "pod-bound", at: simTime(1), ...pod, ...home } as const;
    const entries = [
      created("1", 0),
      bound,
      blocked(5, ["shop/api-1", podKey]),
      blocked(7, [podKey]),
    ];
    const told = (all: readonly LedgerEntry[]) =>
      storyOf(all, 100)
        .moments.filter(({ what }) => what === "drain-blocked")
        .map(({ at, until, isOpen }) => ({ at, until, isOpen }));
    expect(told(entries)).toEqual([{ at: 5, until: 100, isOpen: true }]);
    const over = { at: 5, until: 50, isOpen: undefined };
    const ended = { kind: "pod-ended", at: simTime(50), ...pod, outcome: "deleted" } as const;
    expect(told([...entries, ended])).toEqual([over]);
    expect(told([...entries, blocked(50, ["shop/api-2"])])).toEqual([over]);
  });

  it("goes on with the next pod of the same name, which takes the place of the one before", () => {
    const pod = { podKey, podUid: "1" };
    const lost = { nodeName: "node-1", reason: "NodeFailure", lostWorkSeconds: 0 };
    const { moments, figures } = storyOf(
      [
        created("1", 0),
        { kind: "pod-bound", at: simTime(1), ...pod, nodeName: "node-1" },
        { kind: "pod-killed", at: simTime(5), ...pod, ...lost },
        { kind: "pod-ended", at: simTime(6), ...pod, outcome: "deleted" },
        created("2", 6),
      ],
      10,
    );
    expect(moments.map(({ what }) => what)).toEqual([
      ...["created", "bound", "killed", "ended", "created"],
    ]);
    expect(figures).toMatchObject({ pods: 2, waitedSeconds: 0.005 });
  });
});
