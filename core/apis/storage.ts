import type { SimTime } from "../units/index.ts";
import type { KubernetesObject } from "./object-meta.ts";
import type { NodeSelectorTerm } from "./selectors.ts";

export interface PersistentVolumeClaim extends KubernetesObject {
  readonly kind: "PersistentVolumeClaim";
  readonly spec: { readonly storageClassName?: string; readonly volumeName?: string };
  /** Phase Lost: the volume that it was bound to is gone. */
  readonly isLost?: boolean;
}

export interface PersistentVolume extends KubernetesObject {
  readonly kind: "PersistentVolume";
  readonly spec: {
    readonly storageClassName?: string;
    readonly csiDriver?: string;
    readonly isLocal: boolean;
    /** Required node affinity, terms ORed; absent: anywhere. */
    readonly requiredNodeTerms?: readonly NodeSelectorTerm[];
  };
}

export interface StorageClass extends KubernetesObject {
  readonly kind: "StorageClass";
  readonly provisioner: string;
  readonly volumeBindingMode: "Immediate" | "WaitForFirstConsumer";
  readonly allowedTopologies: readonly {
    readonly matchLabelExpressions: readonly {
      readonly key: string;
      readonly values: readonly string[];
    }[];
  }[];
  readonly isDefault: boolean;
}

/** Attach limits of the CSI drivers on one node. */
export interface CsiNode extends KubernetesObject {
  readonly kind: "CSINode";
  readonly drivers: readonly {
    readonly name: string;
    /** Absent when the driver does not say what it takes. */
    readonly allocatable?: { readonly count?: number };
  }[];
}

export interface VolumeAttachment extends KubernetesObject {
  readonly kind: "VolumeAttachment";
  readonly spec: { readonly nodeName: string; readonly persistentVolumeName?: string };
  readonly attachedAt: SimTime;
}
