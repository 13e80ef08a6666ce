import { describe, expect, it } from "vitest";
import type { Ec2NodeClass, NodeClaim } from "../../core/apis/index.ts";
import { setCondition } from "../../core/state/index.ts";
import {
  after,
  type DurationMs,
  hours,
  minutes,
  seconds,
  type SimTime,
} from "../../core/units/index.ts";
import { nodeClaimOf, nodeClassOf } from "../../test/support/test-aws.ts";
import { testStart } from "../../test/support/test-ec2.ts";
import { AccountHistory, type AwsAccount, undescribedAccount } from "./aws-account.ts";
import { NodeClassController } from "./node-class-controller.ts";
import { nodeClassHash } from "./node-class-hash.ts";

const hashAnnotation = "karpenter.k8s.aws/ec2nodeclass-hash";
const versionAnnotation = "karpenter.k8s.aws/ec2nodeclass-hash-version";

/** A controller over one NodeClass and an account that changes at an offset from the start. */
function world(options: {
  readonly changesAt?: DurationMs;
  readonly account?: Partial<AwsAccount>;
  readonly changed?: Partial<AwsAccount>;
  readonly nodeClass?: Ec2NodeClass;
  readonly nodeClaims?: readonly NodeClaim[];
}) {
  let nodeClass = options.nodeClass ?? nodeClassOf();
  const nodeClaims = new Map(options.nodeClaims?.map((it) => [it.metadata.name, it]));
  const first = { ...undescribedAccount, ...options.account };
  const changesAt = after(testStart, options.changesAt ?? hours(0));
  const notices: string[] = [];
  const controller = new NodeClassController({
    store: {
      nodeClass: () => nodeClass,
      nodeClasses: () => [nodeClass],
      nodeClaims: () => [...nodeClaims.values()],
      updateNodeClass: (next) => {
        nodeClass = next;
      },
      updateNodeClaim: (next) => nodeClaims.set(next.metadata.name, next).size > 0,
    },
    account: new AccountHistory([
      { since: testStart, account: first },
      ...(options.changesAt === undefined
        ? []
        : [{ since: changesAt, account: { ...first, ...options.changed } }]),
    ]),
    zones: ["us-east-1a"],
    start: testStart,
    notices: { add: ({ message }) => notices.push(message) },
  });
  controller.observe({ type: "added", object: nodeClass }, testStart);
  /** Lets time pass, and answers when the AMIs became other ones, in seconds from the start. */
  const amiChangesUntil = (end: SimTime): readonly number[] => {
    const changes: number[] = [];
    let isTold = options.changesAt === undefined;
    for (;;) {
      const due = controller.nextDueAt();
      if (!isTold && (due === undefined || due >= changesAt)) {
        controller.accountChanged(changesAt);
        isTold = true;
        continue;
      }
      if (due === undefined || due > end) return changes;
      const before = nodeClass.status.amis[0]?.id;
      controller.reconcile(due);
      const { amis } = nodeClass.status;
      if (before !== undefined && amis[0]?.id !== before) changes.push((due - testStart) / 1000);
    }
  };
  return { amiChangesUntil, notices, nodeClass: () => nodeClass, nodeClaims };
}

describe("what a NodeClass finds is read", () => {
  const end = after(testStart, hours(60));
  const day = 24 * 3600;

  it.each([
    ["a release just after the start", seconds(1), { amiReleases: { al2023: "v2" } }, day],
    ["a release at a reading", hours(24), { amiReleases: { al2023: "v2" } }, day],
    ["a release just after a reading", hours(25), { amiReleases: { al2023: "v2" } }, 2 * day],
    ["a Kubernetes version", minutes(6), { kubernetesVersion: "1.34" }, 10 * 60],
  ] as const)("in time: %s", (_what, changesAt, changed, expected) => {
    expect(world({ changesAt, changed }).amiChangesUntil(end)).toEqual([expected]);
  });

  it("once a minute: an image of one's own", () => {
    const image = (id: string, creationDate: SimTime) => ({
      ...({ id, creationDate, name: id, architecture: "amd64", owner: "self" } as const),
      ...{ tags: {}, ssmParameters: [] },
    });
    const old = image("ami-1", testStart);
    const newer = image("ami-2", after(testStart, hours(1)));
    const { amiChangesUntil } = world({
      nodeClass: nodeClassOf({ amiFamily: "AL2023", amiSelectorTerms: [{ name: "ami-*" }] }),
      account: { images: [old] },
      changesAt: seconds(90),
      changed: { images: [old, newer] },
    });
    expect(amiChangesUntil(end)).toEqual([120]);
  });

  it("and a version that is not out yet leaves the class without AMIs until it is", () => {
    const pinned = { amiSelectorTerms: [{ alias: "al2023@v2" }] };
    const { amiChangesUntil, notices, nodeClass } = world({
      nodeClass: nodeClassOf(pinned),
      changesAt: hours(1),
      changed: { amiReleases: { al2023: "v2" } },
    });
    amiChangesUntil(after(testStart, minutes(59)));
    expect(nodeClass().status.amis).toEqual([]);
    expect(notices[0]).toMatch(/AMIsReady/);
    amiChangesUntil(after(testStart, hours(2)));
    expect(nodeClass().status.amis).toHaveLength(5);
  });
});

describe("a hash of another version", () => {
  const claim = (name: string, version: string): NodeClaim => {
    const nodeClaim = nodeClaimOf(name, []);
    const annotations = { [hashAnnotation]: "1", [versionAnnotation]: version };
    return { ...nodeClaim, metadata: { ...nodeClaim.metadata, annotations } };
  };

  it("is written anew on NodeClaims, but those that have drifted stay so", () => {
    const change = { type: "Drifted", status: "True", reason: "NodeClassDrift" } as const;
    const drifted = setCondition(claim("drifted", "v4"), change, testStart);
    const { amiChangesUntil, nodeClass, nodeClaims } = world({
      nodeClaims: [claim("old", "v4"), drifted, claim("current", "v5")],
    });
    amiChangesUntil(testStart);
    const hash = nodeClassHash(nodeClass());
    expect(nodeClass().metadata.annotations).toMatchObject({ [hashAnnotation]: hash });
    const found = (name: string) => nodeClaims.get(name)?.metadata.annotations;
    expect(found("old")).toEqual({ [hashAnnotation]: hash, [versionAnnotation]: "v5" });
    expect(found("drifted")).toEqual({ [hashAnnotation]: "1", [versionAnnotation]: "v5" });
    expect(found("current")).toEqual({ [hashAnnotation]: "1", [versionAnnotation]: "v5" });
  });
});
