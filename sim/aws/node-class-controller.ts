/**
 * Keeps EC2NodeClasses: the hash of their static fields, and the status that the account gives them.
 *
 * Upstream reads the account once a minute, the Kubernetes version every five, and what `@latest`
 * stands for once a day; so does this, counted from the start of the run. Readings that would find
 * nothing new are left out: whoever changes the account says so.
 *
 * Differs: AMIs are never deprecated, which would make Karpenter read `@latest` again within 30 min.
 *
 * @see karpenter-provider-aws v1.14.1 pkg/controllers/nodeclass/controller.go Controller
 * @see karpenter-provider-aws v1.14.1 pkg/controllers/nodeclass/hash/controller.go Controller
 * @see karpenter-provider-aws v1.14.1 pkg/providers/ssm/types.go Parameter.GetCacheDuration
 */
import {
  annotationEc2NodeClassHash,
  annotationEc2NodeClassHashVersion,
  type Ec2NodeClass,
  ec2NodeClassHashVersion,
  type NodeClaim,
} from "../../core/apis/index.ts";
import { conditionOf, KeyedController, type Outcome } from "../../core/state/index.ts";
import {
  after,
  type DurationMs,
  elapsed,
  formatTime,
  hours,
  milliseconds,
  minutes,
  seconds,
  type SimTime,
} from "../../core/units/index.ts";
import { pollFrom, pollUpTo } from "../engine/index.ts";
import type { KubeNotices } from "../kube/index.ts";
import type { AccountHistory } from "./aws-account.ts";
import { aliasOf } from "./ami-discovery.ts";
import type { Alias } from "./eks-optimized-amis.ts";
import { nodeClassHash } from "./node-class-hash.ts";
import { resolvedNodeClass } from "./node-class-status.ts";

/** Reads and writes of the API server. */
export interface NodeClassStore {
  nodeClass(name: string): Ec2NodeClass | undefined;
  nodeClasses(): readonly Ec2NodeClass[];
  nodeClaims(): readonly NodeClaim[];
  /** Replaces metadata maps and status. */
  updateNodeClass(nodeClass: Ec2NodeClass): void;
  updateNodeClaim(nodeClaim: NodeClaim): boolean;
}

export interface NodeClassControllerOptions {
  readonly store: NodeClassStore;
  readonly account: AccountHistory;
  readonly zones: readonly string[];
  /** Polls are on multiples of their periods from here. */
  readonly start: SimTime;
  /** Is told of NodeClasses that nothing can be launched with. */
  readonly notices: Pick<KubeNotices, "add">;
}

/** @see karpenter-provider-aws v1.14.1 pkg/cache/cache.go DefaultTTL */
const accountPeriod: DurationMs = minutes(1);
/** @see karpenter-provider-aws v1.14.1 pkg/controllers/providers/version/controller.go */
const kubernetesVersionPeriod: DurationMs = minutes(5);
/** @see karpenter-provider-aws v1.14.1 pkg/cache/cache.go SSMCacheTTL */
const ssmCachePeriod: DurationMs = hours(24);
const backoff = { base: milliseconds(100), max: seconds(10) };

/** What `@latest` was when it was last read. */
interface Reading {
  readonly version: string;
  readonly at: SimTime;
}

/** See the head of this file. */
export class NodeClassController extends KeyedController {
  readonly #options: NodeClassControllerOptions;
  readonly #readings = new Map<string, Reading>();
  /** What each manifest said of its status, by uid. */
  readonly #written = new Map<string, Ec2NodeClass["status"]>();

  constructor(options: NodeClassControllerOptions) {
    super({
      name: "nodeclass",
      backoff,
      keysOf: ({ type, object }) =>
        object.kind === "EC2NodeClass" && type !== "deleted" ? [object.metadata.name] : [],
      reconcileKey: (key, now) => this.#reconcileKey(key, now),
    });
    this.#options = options;
  }

  /** The account has changed just now: it is read at the next poll. */
  accountChanged(now: SimTime): void {
    for (const { metadata } of this.#options.store.nodeClasses()) {
      this.enqueue(metadata.name, this.#pollFrom(now, accountPeriod));
    }
  }

  #reconcileKey(name: string, now: SimTime): Outcome {
    const { store, account, zones } = this.#options;
    const nodeClass = store.nodeClass(name);
    if (nodeClass === undefined) return {};
    const { uid } = nodeClass.metadata;
    const written = this.#written.get(uid) ?? nodeClass.status;
    this.#written.set(uid, written);
    const sources = {
      account: account.at(now),
      kubernetesVersion: this.#kubernetesVersion(now),
      releaseOf: (alias: Alias) => this.#releaseOf(alias, now),
      zones,
      written,
    };
    const resolved = resolvedNodeClass(this.#withHash(nodeClass), sources, now);
    if (resolved !== nodeClass) store.updateNodeClass(resolved);
    this.#noteUnready(resolved, now);
    return this.#nextReading(resolved, now);
  }

  /** The first poll at or after a time. */
  #pollFrom(time: SimTime, period: DurationMs): SimTime {
    const { start } = this.#options;
    return pollFrom(time, { period, start });
  }

  /** The version of the control plane as it was at the last poll. */
  #kubernetesVersion(now: SimTime): string | undefined {
    const { start, account } = this.#options;
    const polledAt = pollUpTo(now, { period: kubernetesVersionPeriod, start });
    return account.at(polledAt).kubernetesVersion;
  }

  #releaseOf(alias: Alias, now: SimTime): string | undefined {
    const { account } = this.#options;
    if (alias.version !== "latest") {
      return account.isReleased(alias.familyName, alias.version, now) ? alias.version : undefined;
    }
    const key = this.#readingKey(alias, now);
    const known = this.#readings.get(key);
    if (known !== undefined && elapsed(known.at, now) < ssmCachePeriod) return known.version;
    const version = account.latestAmiRelease(alias.familyName, now);
    this.#readings.set(key, { version, at: now });
    return version;
  }

  /** Each version of Kubernetes has parameters of its own. */
  #readingKey({ familyName }: Alias, now: SimTime): string {
    return `${familyName} ${this.#kubernetesVersion(now) ?? ""}`;
  }

  /** When something of the NodeClass is read anew that no change of the account is told of. */
  #nextReading({ spec }: Ec2NodeClass, now: SimTime): Outcome {
    const due: SimTime[] = [];
    const alias = aliasOf(spec.amiSelectorTerms);
    const reading = alias && this.#readings.get(this.#readingKey(alias, now));
    if (alias?.version === "latest" && reading !== undefined) {
      due.push(this.#pollFrom(after(reading.at, ssmCachePeriod), accountPeriod));
    }
    if (this.#options.account.at(now).kubernetesVersion !== this.#kubernetesVersion(now)) {
      due.push(this.#pollFrom(now, kubernetesVersionPeriod));
    }
    const [first] = due.toSorted((left, right) => left - right);
    return first === undefined ? {} : { requeueAt: first };
  }

  #withHash(nodeClass: Ec2NodeClass): Ec2NodeClass {
    const { metadata } = nodeClass;
    const hash = nodeClassHash(nodeClass);
    const isVersionChanged =
      metadata.annotations[annotationEc2NodeClassHashVersion] !== ec2NodeClassHashVersion;
    if (!isVersionChanged && metadata.annotations[annotationEc2NodeClassHash] === hash) {
      return nodeClass;
    }
    if (isVersionChanged) this.#updateNodeClaims(metadata.name, hash);
    const annotations = {
      ...metadata.annotations,
      [annotationEc2NodeClassHash]: hash,
      [annotationEc2NodeClassHashVersion]: ec2NodeClassHashVersion,
    };
    return { ...nodeClass, metadata: { ...metadata, annotations } };
  }

  /**
   * A hash of another version says nothing about drift. NodeClaims take over the new one, unless they
   * had drifted before: that must not be forgotten.
   *
   * @see karpenter-provider-aws v1.14.1 pkg/controllers/nodeclass/hash/controller.go updateNodeClaimHash
   */
  #updateNodeClaims(nodeClassName: string, hash: string): void {
    const { store } = this.#options;
    for (const nodeClaim of store.nodeClaims()) {
      const { metadata, spec } = nodeClaim;
      if (spec.nodeClassRef.name !== nodeClassName) continue;
      const found = metadata.annotations[annotationEc2NodeClassHashVersion];
      if (found === ec2NodeClassHashVersion) continue;
      const isDrifted = conditionOf(nodeClaim, "Drifted") !== undefined;
      const annotations = {
        ...metadata.annotations,
        [annotationEc2NodeClassHashVersion]: ec2NodeClassHashVersion,
        ...(isDrifted ? {} : { [annotationEc2NodeClassHash]: hash }),
      };
      store.updateNodeClaim({ ...nodeClaim, metadata: { ...metadata, annotations } });
    }
  }

  #noteUnready(nodeClass: Ec2NodeClass, now: SimTime): void {
    const ready = conditionOf(nodeClass, "Ready");
    if (ready === undefined || ready.status === "True") return;
    const { name } = nodeClass.metadata;
    const causes = nodeClass.status.conditions
      .filter(({ type, status }) => type !== "Ready" && status !== "True")
      .map(({ type, message }) => `${type}: ${message}`);
    this.#options.notices.add({
      code: "aws/node-class-not-ready",
      objectKind: "EC2NodeClass",
      objectKey: name,
      message: `is not ready at ${formatTime(now)}, nothing is launched with it: ${causes.join("; ")}`,
    });
  }
}
