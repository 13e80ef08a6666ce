import type { Distribution } from "../engine/index.ts";

/** How kube-scheduler is configured. */
export interface SchedulerSettings {
  readonly scoringStrategy: "LeastAllocated" | "MostAllocated";
  /**
   * Whether an idle scheduler retries pods before their back-off is over (SchedulerPopFromBackoffQ,
   * on from Kubernetes 1.33).
   */
  readonly popsFromBackoff: boolean;
  /** 0: the adaptive default. */
  readonly percentageOfNodesToScore: number;
  /** Whether pods without constraints get the system's soft spreading. */
  readonly hasSystemDefaultSpread: boolean;
}

/** Latencies of the cluster, in seconds. */
export interface LatencySettings {
  /** From the bind to running containers, image pull apart. */
  readonly podStart: Distribution;
  /** One image's pull on a node that doesn't have it. */
  readonly imagePull: Distribution;
  /** From running containers to Ready, on top of the probe's initial delay. */
  readonly podReady: Distribution;
  /** How long an application takes to shut down when asked to; its grace period cuts it off. */
  readonly appShutdown: Distribution;
  /** From the kubelet's registration to condition Ready. */
  readonly nodeReady: Distribution;
  /** Until the cloud controller has taken the uninitialized taint off. */
  readonly cloudInitialization: Distribution;
}

/** Everything about the cluster that is not in its objects. */
export interface KubeSettings {
  readonly scheduler: SchedulerSettings;
  readonly latencySeconds: LatencySettings;
  /** How long a node may go without heartbeat before its Ready condition is Unknown. */
  readonly nodeMonitorGracePeriodSeconds: number;
}

/** Settings to be changed; what is absent keeps its default. */
export interface KubeSettingsOverrides {
  readonly scheduler?: Partial<SchedulerSettings>;
  readonly latencySeconds?: Partial<LatencySettings>;
  readonly nodeMonitorGracePeriodSeconds?: number;
}

/**
 * Kubernetes 1.33's defaults. The latencies are choices of ours: pod start after the published
 * startup objective (99 % within 5 s without image pull), node Ready after AWS' node latency chart.
 *
 * @see https://github.com/kubernetes/community/blob/master/sig-scalability/slos/pod_startup_latency.md
 * @see https://github.com/awslabs/node-latency-for-k8s
 */
export const defaultKubeSettings: KubeSettings = Object.freeze<KubeSettings>({
  scheduler: {
    scoringStrategy: "LeastAllocated",
    popsFromBackoff: true,
    percentageOfNodesToScore: 0,
    hasSystemDefaultSpread: true,
  },
  latencySeconds: {
    podStart: { kind: "lognormal", p50: 2, p95: 4 },
    imagePull: { kind: "lognormal", p50: 3, p95: 15 },
    podReady: { kind: "constant", value: 0 },
    appShutdown: { kind: "lognormal", p50: 5, p95: 25 },
    nodeReady: { kind: "lognormal", p50: 6, p95: 12 },
    cloudInitialization: { kind: "constant", value: 1 },
  },
  nodeMonitorGracePeriodSeconds: 40,
});

/** The defaults with the overrides laid over them. */
export function kubeSettings(overrides: KubeSettingsOverrides = {}): KubeSettings {
  const { scheduler, latencySeconds, nodeMonitorGracePeriodSeconds } = defaultKubeSettings;
  return {
    scheduler: { ...scheduler, ...overrides.scheduler },
    latencySeconds: { ...latencySeconds, ...overrides.latencySeconds },
    nodeMonitorGracePeriodSeconds:
      overrides.nodeMonitorGracePeriodSeconds ?? nodeMonitorGracePeriodSeconds,
  };
}
