import {
  type Decoder,
  defaulted,
  list,
  mapped,
  neutrals,
  object,
  optional,
  present,
  required,
  silent,
  typeMeta,
} from "./decoder.ts";
import { flag, integer, oneOf, text } from "./decode-scalars.ts";
import { clusterMetadata, namespacedMetadata } from "./parse-metadata.ts";
import { nodeSelectorTerms } from "./parse-selectors.ts";
import type {
  CsiNode,
  PersistentVolume,
  PersistentVolumeClaim,
  StorageClass,
  VolumeAttachment,
} from "./storage.ts";

/** A claim: its class and the volume it is bound to. */
export const persistentVolumeClaim: Decoder<PersistentVolumeClaim> = mapped(
  object({
    ...typeMeta,
    metadata: required(namespacedMetadata),
    spec: required(
      object({
        storageClassName: optional(text),
        volumeName: optional(text),
        ...neutrals("accessModes", "selector", "resources", "volumeMode", "dataSource"),
        ...neutrals("dataSourceRef", "volumeAttributesClassName"),
      }),
    ),
    status: optional(
      object({
        phase: optional(text),
        ...silent("accessModes", "capacity", "conditions", "allocatedResources"),
        ...silent("allocatedResourceStatuses", "currentVolumeAttributesClassName"),
        ...silent("modifyVolumeStatus"),
      }),
    ),
  }),
  ({ metadata, spec, status }) => ({
    kind: "PersistentVolumeClaim",
    metadata,
    spec,
    ...(status?.phase === "Lost" ? { isLost: true } : {}),
  }),
);

const volumeSources = [
  "gcePersistentDisk",
  "glusterfs",
  "nfs",
  "rbd",
  "iscsi",
  "cinder",
  "cephfs",
  "fc",
  "flocker",
  "flexVolume",
  "azureFile",
  "vsphereVolume",
  "quobyte",
  "azureDisk",
  "photonPersistentDisk",
  "portworxVolume",
  "scaleIO",
  "storageos",
] as const;

/** Kubernetes hands in-tree EBS volumes to the CSI driver, whose attach limits apply to them. */
const ebsCsiDriver = "ebs.csi.aws.com";

/** A volume: where it can be attached and by which driver. */
export const persistentVolume: Decoder<PersistentVolume> = mapped(
  object({
    ...typeMeta,
    metadata: required(clusterMetadata),
    spec: required(
      object({
        storageClassName: optional(text),
        csi: optional(
          object({
            driver: required(text),
            ...neutrals("volumeHandle", "readOnly", "fsType", "volumeAttributes"),
            ...neutrals("controllerPublishSecretRef", "nodeStageSecretRef"),
            ...neutrals("nodePublishSecretRef", "controllerExpandSecretRef"),
            ...neutrals("nodeExpandSecretRef"),
          }),
        ),
        awsElasticBlockStore: optional((raw: unknown) => raw),
        local: optional((raw: unknown) => raw),
        hostPath: optional((raw: unknown) => raw),
        nodeAffinity: optional(object({ required: optional(nodeSelectorTerms) })),
        ...neutrals("capacity", "accessModes", "claimRef", "persistentVolumeReclaimPolicy"),
        ...neutrals("mountOptions", "volumeMode", "volumeAttributesClassName"),
        ...neutrals(...volumeSources),
      }),
    ),
    ...silent("status"),
  }),
  ({ metadata, spec }) => ({
    kind: "PersistentVolume",
    metadata,
    spec: {
      isLocal: spec.local !== undefined || spec.hostPath !== undefined,
      ...present({
        storageClassName: spec.storageClassName,
        csiDriver:
          spec.csi?.driver ?? (spec.awsElasticBlockStore === undefined ? undefined : ebsCsiDriver),
        requiredNodeTerms: spec.nodeAffinity?.required,
      }),
    },
  }),
);

const defaultClassAnnotations = [
  "storageclass.kubernetes.io/is-default-class",
  "storageclass.beta.kubernetes.io/is-default-class",
] as const;

/** A storage class. @see kubernetes pkg/apis/storage/v1/defaults.go SetDefaults_StorageClass */
export const storageClass: Decoder<StorageClass> = mapped(
  object({
    ...typeMeta,
    metadata: required(clusterMetadata),
    provisioner: required(text),
    volumeBindingMode: defaulted(oneOf(["Immediate", "WaitForFirstConsumer"]), "Immediate"),
    allowedTopologies: defaulted(
      list(
        object({
          matchLabelExpressions: defaulted(
            list(object({ key: required(text), values: required(list(text)) })),
            [],
          ),
        }),
      ),
      [],
    ),
    ...neutrals("parameters", "reclaimPolicy", "mountOptions", "allowVolumeExpansion"),
  }),
  (written) => ({
    kind: "StorageClass",
    metadata: written.metadata,
    provisioner: written.provisioner,
    volumeBindingMode: written.volumeBindingMode,
    allowedTopologies: written.allowedTopologies,
    isDefault: defaultClassAnnotations.some((key) => written.metadata.annotations[key] === "true"),
  }),
);

/** The attach limits of one node. */
export const csiNode: Decoder<CsiNode> = mapped(
  object({
    ...typeMeta,
    metadata: required(clusterMetadata),
    spec: required(
      object({
        drivers: defaulted(
          list(
            mapped(
              object({
                name: required(text),
                allocatable: optional(
                  mapped(object({ count: optional(integer()) }), ({ count }) => present({ count })),
                ),
                ...neutrals("nodeID", "topologyKeys"),
              }),
              ({ name, allocatable }) => ({ name, ...present({ allocatable }) }),
            ),
          ),
          [],
        ),
      }),
    ),
  }),
  ({ metadata, spec }) => ({ kind: "CSINode", metadata, drivers: spec.drivers }),
);

/** A volume on its way to a node or attached there; attached since it was created, for us. */
export const volumeAttachment: Decoder<VolumeAttachment> = mapped(
  object({
    ...typeMeta,
    metadata: required(clusterMetadata),
    spec: required(
      object({
        nodeName: required(text),
        source: required(
          object({ persistentVolumeName: optional(text), ...neutrals("inlineVolumeSpec") }),
        ),
        ...neutrals("attacher"),
      }),
    ),
    status: optional(
      object({
        attached: defaulted(flag, false),
        ...silent("attachmentMetadata", "attachError", "detachError"),
      }),
    ),
  }),
  ({ metadata, spec }) => ({
    kind: "VolumeAttachment",
    metadata,
    spec: {
      nodeName: spec.nodeName,
      ...present({ persistentVolumeName: spec.source.persistentVolumeName }),
    },
    attachedAt: metadata.creationTimestamp,
  }),
);
