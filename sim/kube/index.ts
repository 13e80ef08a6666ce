/** The simulated Kubernetes: API server, kube-scheduler, workload controllers, kubelets. */
export { annotationDuration, annotationDurationJitter, annotationWorkload } from "./annotations.ts";
export { KubeApiServer, type KubeApiServerOptions, type PodDisruption } from "./api-server.ts";
export type { InstanceState } from "./controllers/cloud-node.ts";
export {
  KubeCluster,
  type KubeClusterOptions,
  type NodeRegistration,
  type ScalableKind,
} from "./kube-cluster.ts";
export { budgetCounts, type BudgetCounts } from "./disruption-budget.ts";
export type { KubeEvent } from "./kube-event.ts";
export { KubeNotices, type KubeNotice } from "./notices.ts";
export {
  controllerReference,
  draftMeta,
  podOfTemplate,
  type DraftMeta,
} from "./object-drafts.ts";
export type { ObjectKind, ObjectOf } from "./object-store.ts";
export {
  defaultKubeSettings,
  kubeSettings,
  type KubeSettings,
  type KubeSettingsOverrides,
  type LatencySettings,
  type SchedulerSettings,
} from "./settings.ts";
export type { WatchListener } from "./watch-queue.ts";
