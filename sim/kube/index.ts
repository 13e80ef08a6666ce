/** The simulated Kubernetes: API server, kube-scheduler, workload controllers, kubelets. */
export { KubeApiServer, type KubeApiServerOptions, type PodDisruption } from "./api-server.ts";
export { KubeNotices, type KubeNotice } from "./notices.ts";
export {
  controllerReference,
  draftMeta,
  podOfTemplate,
  type DraftMeta,
} from "./object-drafts.ts";
export type { ObjectKind, ObjectOf } from "./object-store.ts";
export type { WatchListener } from "./watch-queue.ts";
