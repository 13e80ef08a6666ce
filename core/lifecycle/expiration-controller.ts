import type { NodeClaim } from "../apis/index.ts";
import { done, KeyedController, type Outcome } from "../state/index.ts";
import { after, milliseconds, Never, seconds, type SimTime } from "../units/index.ts";
import type { LifecycleContext } from "./lifecycle-context.ts";

const restAfterDelete = seconds(1);
const backoff = { base: milliseconds(5), max: seconds(1000) };

/**
 * When the NodeClaim expires; `undefined` if it never does. Its own value counts, not what its
 * NodePool says today.
 */
export function expirationTime(nodeClaim: NodeClaim): SimTime | undefined {
  const { expireAfter } = nodeClaim.spec;
  return expireAfter === Never
    ? undefined
    : after(nodeClaim.metadata.creationTimestamp, expireAfter);
}

/**
 * Deletes NodeClaims that have expired: no budget, no check and no replacement beforehand, but one a
 * second, as upstream's only worker sleeps after each.
 *
 * @see karpenter v1.14.1 pkg/controllers/nodeclaim/expiration/controller.go Controller
 */
export class ExpirationController extends KeyedController {
  readonly #context: LifecycleContext;

  constructor(context: LifecycleContext) {
    super({
      name: "nodeclaim.expiration",
      backoff,
      // The specification never changes, so that one look is enough; the rest is a matter of time.
      keysOf: ({ type, object }) =>
        object.kind === "NodeClaim" && type === "added" ? [object.metadata.name] : [],
      reconcileKey: (key, now) => this.#expire(key, now),
    });
    this.#context = context;
  }

  #expire(name: string, now: SimTime): Outcome {
    const { cluster, recorder } = this.#context;
    const nodeClaim = cluster.nodeClaim(name);
    if (nodeClaim === undefined || nodeClaim.metadata.deletionTimestamp !== undefined) return done;
    const expiresAt = expirationTime(nodeClaim);
    if (expiresAt === undefined) return done;
    if (now < expiresAt) return { requeueAt: expiresAt };
    if (!cluster.deleteNodeClaim(name)) return done;
    recorder.record({ kind: "node-claim-disrupted", nodeClaim, reason: "expired" }, now);
    return { sleepUntil: after(now, restAfterDelete) };
  }
}
