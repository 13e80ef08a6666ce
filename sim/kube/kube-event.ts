/** The simulated cluster's own events. Every one is a no-op when its object is gone by then. */
export type KubeEvent = { readonly room: "kube" } & (
  | {
      /** A controller looks at one of its objects. */
      readonly kind: "reconcile";
      readonly controller: string;
      readonly key: string;
    }
  /** kube-scheduler empties its queue. */
  | { readonly kind: "schedule" }
  /** A pod's containers reach the next step of their life. */
  | {
      readonly kind: "pod-step";
      readonly step: "run" | "ready" | "finish" | "stop";
      readonly podKey: string;
      readonly podUid: string;
    }
  /** A pod of a trace has ended and everybody has seen it: its object goes. */
  | { readonly kind: "pod-goes"; readonly podKey: string; readonly podUid: string }
  /** The node's runtime and network are up. */
  | { readonly kind: "node-ready"; readonly nodeName: string; readonly nodeUid: string }
);
