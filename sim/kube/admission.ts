import type { Pod, PodSpec, PriorityClass, Toleration } from "../../core/apis/index.ts";
import type { KubeNotices } from "./notices.ts";

export const taintNotReady = "node.kubernetes.io/not-ready";
export const taintUnreachable = "node.kubernetes.io/unreachable";
export const taintUnschedulable = "node.kubernetes.io/unschedulable";
export const taintUninitialized = "node.cloudprovider.kubernetes.io/uninitialized";
export const taintShutdown = "node.cloudprovider.kubernetes.io/shutdown";

/** How long a pod without tolerations of its own stays on a lost node. */
const defaultTolerationSeconds = 300;

/** Priorities that exist without a PriorityClass object. */
const builtInPriorities: ReadonlyMap<string, number> = new Map([
  ["system-cluster-critical", 2_000_000_000],
  ["system-node-critical", 2_000_001_000],
]);

/**
 * What the admission plug-ins make of a new pod: a priority out of its class and the two default
 * tolerations. Pods of one template keep sharing one spec object.
 *
 * @see kubernetes plugin/pkg/admission/priority/admission.go
 * @see kubernetes plugin/pkg/admission/defaulttolerationseconds/admission.go
 */
export class PodAdmission {
  readonly #notices: KubeNotices;
  #admittedSpecs = new WeakMap<PodSpec, PodSpec>();

  constructor(notices: KubeNotices) {
    this.#notices = notices;
  }

  /** Forgets what was admitted: the PriorityClasses have changed. */
  reset(): void {
    this.#admittedSpecs = new WeakMap();
  }

  admit(pod: Pod, priorityClasses: readonly PriorityClass[]): Pod {
    let spec = this.#admittedSpecs.get(pod.spec);
    if (spec === undefined) {
      spec = withDefaultTolerations(this.#withPriority(pod, priorityClasses));
      this.#admittedSpecs.set(pod.spec, spec);
    }
    return spec === pod.spec ? pod : { ...pod, spec };
  }

  #withPriority(pod: Pod, priorityClasses: readonly PriorityClass[]): PodSpec {
    const { spec } = pod;
    const { priorityClassName } = spec;
    if (priorityClassName === undefined || priorityClassName === "") {
      const fallback = priorityClasses.find((priorityClass) => priorityClass.globalDefault);
      if (fallback === undefined || spec.priority !== 0) return spec;
      const { value, preemptionPolicy } = fallback;
      const { name } = fallback.metadata;
      return { ...spec, priorityClassName: name, priority: value, preemptionPolicy };
    }
    const builtIn = builtInPriorities.get(priorityClassName);
    if (builtIn !== undefined) return { ...spec, priority: builtIn };
    const found = priorityClasses.find(({ metadata }) => metadata.name === priorityClassName);
    if (found === undefined) {
      this.#notices.add({
        code: "kube/unknown-priority-class",
        objectKind: "PriorityClass",
        objectKey: priorityClassName,
        message:
          `no PriorityClass with name ${priorityClassName} was found: a cluster would refuse ` +
          `its pods; here they keep priority ${spec.priority}`,
      });
      return spec;
    }
    return { ...spec, priority: found.value, preemptionPolicy: found.preemptionPolicy };
  }
}

function withDefaultTolerations(spec: PodSpec): PodSpec {
  const missing = [taintNotReady, taintUnreachable].filter(
    (key) => !spec.tolerations.some((toleration) => toleratesNoExecuteOf(toleration, key)),
  );
  if (missing.length === 0) return spec;
  const added = missing.map(
    (key): Toleration => ({
      key,
      operator: "Exists",
      value: "",
      effect: "NoExecute",
      tolerationSeconds: defaultTolerationSeconds,
    }),
  );
  return { ...spec, tolerations: [...spec.tolerations, ...added] };
}

function toleratesNoExecuteOf(toleration: Toleration, key: string): boolean {
  const isAboutKey = toleration.key === key || toleration.key === "";
  return isAboutKey && (toleration.effect === undefined || toleration.effect === "NoExecute");
}
