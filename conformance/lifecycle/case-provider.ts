import { labelCapacityType, labelInstanceType, labelZone } from "../../core/apis/index.ts";
import type { NodeClaim, NodePool } from "../../core/apis/index.ts";
import type {
  CloudProvider,
  CreateResult,
  DeleteResult,
  DriftResult,
  InstanceType,
  NodeClassReadiness,
  ProviderInstance,
  RepairPolicy,
} from "../../core/cloudprovider/index.ts";
import type { RegistrationHook, RegistrationHookResult } from "../../core/lifecycle/index.ts";
import { after, compareStrings, seconds, type SimTime } from "../../core/units/index.ts";
import type { Answers, CaseRepairPolicy, CreateAnswer } from "./cases.ts";

/** What the cloud of a case is made of. */
export interface CaseProviderInput {
  readonly answers: Answers;
  readonly instanceTypes: readonly InstanceType[];
  readonly repairPolicies: readonly CaseRepairPolicy[];
  readonly readiness: (nodeClassName: string) => NodeClassReadiness;
  readonly note: (action: string) => void;
}

const none: readonly InstanceType[] = [];

type Launched = Extract<CreateAnswer, { readonly kind: "launched" }>;

/** A cloud that answers as the case says. */
export class CaseProvider implements CloudProvider {
  readonly name = "conformance";
  answers: Answers;
  readonly #input: CaseProviderInput;
  readonly #launchedAt = new Map<string, SimTime>();
  readonly #terminatingSince = new Map<string, SimTime>();
  /** Launches that are under way: the answer, settled when they began, and when it is there. */
  readonly #launches = new Map<string, { readonly answer?: CreateAnswer; readonly at: SimTime }>();

  constructor(input: CaseProviderInput) {
    this.#input = input;
    this.answers = input.answers;
  }

  adopt(providerId: string, at: SimTime): void {
    this.#launchedAt.set(providerId, at);
  }

  lose(providerId: string): void {
    this.#launchedAt.delete(providerId);
  }

  getInstanceTypes(): readonly InstanceType[] {
    return this.answers.hasNoInstanceTypes === true ? none : this.#input.instanceTypes;
  }

  create(nodeClaim: NodeClaim, now: SimTime): CreateResult {
    const { name } = nodeClaim.metadata;
    const { answer, at } = this.#launches.get(name) ?? this.#begin(name, now);
    if (now < at) return { kind: "in-progress", retryAt: at };
    this.#launches.delete(name);
    return answer === undefined
      ? { kind: "error", message: "no answer" }
      : this.#result(name, answer, now);
  }

  #begin(name: string, now: SimTime) {
    this.#input.note(`create ${name}`);
    const answer = answerFor(this.answers.create, name);
    const launch =
      answer === undefined ? { at: now } : { answer, at: after(now, seconds(answer.seconds ?? 0)) };
    this.#launches.set(name, launch);
    return launch;
  }

  #result(name: string, answer: CreateAnswer, now: SimTime): CreateResult {
    switch (answer.kind) {
      case "launched":
        return this.#launch(name, answer, now);
      // Upstream's errors have texts of their own around what they were made from.
      case "insufficient-capacity":
        return { kind: answer.kind, message: `insufficient capacity, ${answer.message}` };
      case "node-class-not-ready":
        return { kind: answer.kind, message: `NodeClassRef not ready, ${answer.message}` };
      case "create-error":
      case "error":
        return answer;
    }
  }

  #launch(name: string, answer: Launched, now: SimTime): CreateResult {
    const providerId = `fake:///${answer.zone}/${name}`;
    this.adopt(providerId, now);
    const type = this.#input.instanceTypes.find((each) => each.name === answer.instanceType);
    return {
      kind: "launched",
      instance: {
        providerId,
        imageId: "image-1",
        labels: {
          [labelInstanceType]: answer.instanceType,
          [labelZone]: answer.zone,
          [labelCapacityType]: answer.capacityType,
          ...answer.labels,
        },
        annotations: answer.annotations ?? {},
        capacity: type?.capacity ?? {},
        allocatable: type?.allocatable ?? {},
      },
    };
  }

  delete({ metadata, status }: NodeClaim, now: SimTime): DeleteResult {
    this.#input.note(`delete ${metadata.name}`);
    const message = answerFor(this.answers.delete, metadata.name);
    if (message !== undefined) return { kind: "error", message };
    const providerId = status.providerId ?? "";
    if (!this.#isThere(providerId, now)) return { kind: "not-found" };
    if (!this.#terminatingSince.has(providerId)) this.#terminatingSince.set(providerId, now);
    return { kind: "terminating" };
  }

  /** Forgets an instance once it has terminated. */
  #isThere(providerId: string, now: SimTime): boolean {
    const since = this.#terminatingSince.get(providerId);
    const takes = seconds(this.answers.terminationSeconds ?? 0);
    if (since !== undefined && now >= after(since, takes)) this.#launchedAt.delete(providerId);
    return this.#launchedAt.has(providerId);
  }

  get(providerId: string, now: SimTime): ProviderInstance | undefined {
    return this.#isThere(providerId, now) ? this.#describe(providerId, now) : undefined;
  }

  #describe(providerId: string, now: SimTime): ProviderInstance {
    const isTerminating = this.#terminatingSince.has(providerId);
    return { providerId, isTerminating, launchedAt: this.#launchedAt.get(providerId) ?? now };
  }

  list(now: SimTime): readonly ProviderInstance[] {
    return [...this.#launchedAt.keys()]
      .sort(compareStrings)
      .filter((providerId) => this.#isThere(providerId, now))
      .map((providerId) => this.#describe(providerId, now));
  }

  isDrifted({ metadata }: NodeClaim): DriftResult {
    const { reason, isNotFound, error } = answerFor(this.answers.drift, metadata.name) ?? {};
    if (isNotFound === true) return { kind: "not-found" };
    if (error !== undefined) return { kind: "error", message: error };
    return reason === undefined ? { kind: "not-drifted" } : { kind: "drifted", reason };
  }

  repairPolicies(): readonly RepairPolicy[] {
    return this.#input.repairPolicies.map(({ tolerationSeconds, ...rest }) => ({
      ...rest,
      tolerationDuration: seconds(tolerationSeconds),
    }));
  }

  nodeClassReadiness({ spec }: NodePool): NodeClassReadiness {
    return this.#input.readiness(spec.template.spec.nodeClassRef.name);
  }

  /** Hooks that ask for the answers of the moment, by name. */
  hooks(): readonly RegistrationHook[] {
    return Object.keys(this.answers.hooks ?? {})
      .sort(compareStrings)
      .map((name) => ({
        name,
        registered: (nodeClaim, now) => this.#hookAnswer(name, nodeClaim, now),
      }));
  }

  #hookAnswer(name: string, nodeClaim: NodeClaim, now: SimTime): RegistrationHookResult {
    const answer = this.answers.hooks?.[name];
    switch (answer?.kind) {
      case "pending":
        return answer.seconds === undefined
          ? { kind: "pending" }
          : { kind: "pending", requeueAt: after(now, seconds(answer.seconds)) };
      case "error":
        return { kind: "error", message: answer.message ?? "" };
      default: {
        if (answer?.labels === undefined) return { kind: "ready" };
        const { metadata } = nodeClaim;
        const labels = { ...metadata.labels, ...answer.labels };
        return { kind: "ready", nodeClaim: { ...nodeClaim, metadata: { ...metadata, labels } } };
      }
    }
  }
}

function answerFor<Answer>(
  answers: Readonly<Record<string, Answer>> | undefined,
  name: string,
): Answer | undefined {
  return answers?.[name] ?? answers?.["*"];
}
