/** Bound pods that carry the same labels in the same namespace, counted per node. */
export interface LabelGroup {
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly podsByNode: Map<string, number>;
  /** The same without terminating pods. */
  readonly stayingPodsByNode: Map<string, number>;
}
