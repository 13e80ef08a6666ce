import {
  type Decoder,
  checked,
  defaulted,
  list,
  mapped,
  neutral,
  neutrals,
  object,
  optional,
  present,
  required,
  silent,
  typeMeta,
  unmodelled,
  unplayed,
} from "./decoder.ts";
import { flag, instant, integer, oneOf, resourceList, text, textMap } from "./decode-scalars.ts";
import { warnOfPodProtection } from "./do-not-disrupt.ts";
import { warnOfObsoleteSelection } from "./obsolete-names.ts";
import { affinity, topologySpreadConstraint } from "./parse-affinity.ts";
import { containers, resources, withHostPorts } from "./parse-container.ts";
import {
  condition,
  emptyTemplateMetadata,
  namespacedMetadata,
  templateMetadata,
} from "./parse-metadata.ts";
import { toleration } from "./parse-taints.ts";
import { complain, placeAt } from "./place.ts";
import type { Pod, PodSpec, PodStatus, PodTemplate, PodVolume } from "./pod.ts";
import type { Toleration } from "./taint.ts";

const claimTemplate = object({
  spec: defaulted(
    object({
      storageClassName: optional(text),
      ...neutrals("accessModes", "resources", "selector", "volumeMode", "volumeName"),
      ...neutrals("dataSource", "dataSourceRef", "volumeAttributesClassName"),
    }),
    {},
  ),
  ...neutrals("metadata"),
});

const volume: Decoder<PodVolume> = mapped(
  object({
    name: required(text),
    persistentVolumeClaim: optional(object({ claimName: required(text), ...neutrals("readOnly") })),
    ephemeral: optional(object({ volumeClaimTemplate: optional(claimTemplate) })),
    csi: optional(
      object({
        driver: required(text),
        ...neutrals("readOnly", "fsType", "volumeAttributes", "nodePublishSecretRef"),
      }),
    ),
    awsElasticBlockStore: unmodelled("inline EBS volumes do not bind a pod to a zone"),
    ...neutrals("hostPath", "emptyDir", "secret", "configMap", "downwardAPI", "projected"),
    ...neutrals("nfs", "image", "gitRepo", "iscsi", "fc", "rbd", "cephfs", "flexVolume"),
    ...neutrals("gcePersistentDisk", "azureDisk", "azureFile", "vsphereVolume", "cinder"),
    ...neutrals("glusterfs", "flocker", "quobyte", "photonPersistentDisk", "portworxVolume"),
    ...neutrals("scaleIO", "storageos"),
  }),
  (written) => ({
    name: written.name,
    ...present({
      persistentVolumeClaimName: written.persistentVolumeClaim?.claimName,
      ephemeral:
        written.ephemeral === undefined
          ? undefined
          : present({
              storageClassName: written.ephemeral.volumeClaimTemplate?.spec.storageClassName,
            }),
      csiDriver: written.csi?.driver,
    }),
  }),
);

const shape = {
  containers: required(containers),
  initContainers: defaulted(containers, []),
  nodeName: optional(text),
  nodeSelector: defaulted(textMap, {}),
  affinity: optional(affinity),
  tolerations: defaulted(list(toleration), []),
  topologySpreadConstraints: defaulted(list(topologySpreadConstraint), []),
  overhead: defaulted(resourceList, {}),
  resources: optional(resources),
  volumes: defaulted(list(volume), []),
  resourceClaims: optional(list((raw: unknown) => raw)),
  priorityClassName: optional(text),
  priority: defaulted(integer(), 0),
  preemptionPolicy: defaulted(oneOf(["PreemptLowerPriority", "Never"]), "PreemptLowerPriority"),
  schedulerName: defaulted(text, "default-scheduler"),
  schedulingGates: defaulted(list(object({ name: required(text) })), []),
  terminationGracePeriodSeconds: defaulted(integer({ minimum: 0 }), 30),
  restartPolicy: defaulted(oneOf(["Always", "OnFailure", "Never"]), "Always"),
  hostNetwork: defaulted(flag, false),
  readinessGates: unplayed("a pod is ready when its containers are"),
  activeDeadlineSeconds: unplayed("pods are not stopped after a time; Jobs are"),
  ephemeralContainers: unplayed("debugging containers are not started"),
  runtimeClassName: unplayed("overhead and placement of a RuntimeClass are not added"),
  workloadRef: unmodelled("gang scheduling is not simulated"),
  serviceAccount: neutral(),
  ...neutrals("dnsPolicy", "serviceAccountName", "automountServiceAccountToken", "hostPID"),
  ...neutrals("hostIPC", "shareProcessNamespace", "securityContext", "imagePullSecrets"),
  ...neutrals("hostname", "subdomain", "hostAliases", "dnsConfig", "enableServiceLinks"),
  ...neutrals("setHostnameAsFQDN", "os", "hostUsers", "hostnameOverride"),
};
const written = checked(object(shape), [
  { message: "containers: Required value", holds: (spec) => spec.containers.length > 0 },
]);

/**
 * The specification of a pod, with the defaults of the API server.
 *
 * @see kubernetes pkg/apis/core/v1/defaults.go SetDefaults_PodSpec
 */
const podSpec: Decoder<PodSpec> = (raw, place) => {
  const spec = written(raw, place);
  if (spec === undefined) return undefined;
  if (spec.schedulerName !== "default-scheduler") {
    complain(placeAt(place, "schedulerName"), {
      code: "apis/ignored-value",
      severity: "unplayed",
      value: spec.schedulerName,
      allowed: "default-scheduler",
      sentence: `not modelled: nobody plays the scheduler "${spec.schedulerName}", the pod stays pending`,
    });
  }
  warnOfObsoleteSelection(spec.nodeSelector, placeAt(place, "nodeSelector"));
  const { resourceClaims, schedulingGates, containers, initContainers, ...rest } = spec;
  const hostPorts = spec.hostNetwork ? withHostPorts : undefined;
  return {
    ...rest,
    containers: hostPorts === undefined ? containers : containers.map(hostPorts),
    initContainers: hostPorts === undefined ? initContainers : initContainers.map(hostPorts),
    schedulingGates: schedulingGates.map((gate) => gate.name),
    hasResourceClaims: (resourceClaims ?? []).length > 0,
  };
};

const templateParts = object({
  metadata: defaulted(templateMetadata, emptyTemplateMetadata),
  spec: required(podSpec),
});

/** What a workload makes its pods from. */
export const podTemplate: Decoder<PodTemplate> = (raw, place) => {
  const template = templateParts(raw, place);
  if (template === undefined) return undefined;
  warnOfPodProtection(template.metadata.annotations, placeAt(place, "metadata", "annotations"));
  return { ...template.metadata, spec: template.spec };
};

const containerStatuses = list(
  object({
    name: required(text),
    resources: optional(
      object({ requests: defaulted(resourceList, {}), ...silent("limits", "claims") }),
    ),
    allocatedResources: defaulted(resourceList, {}),
    ...silent("state", "lastState", "ready", "restartCount", "started", "containerID"),
    ...silent("image", "imageID", "volumeMounts", "user", "stopSignal"),
    ...silent("allocatedResourcesStatus"),
  }),
);

const writtenStatus = object({
  phase: defaulted(oneOf(["Pending", "Running", "Succeeded", "Failed", "Unknown"]), "Pending"),
  reason: optional(text),
  conditions: defaulted(list(condition), []),
  nominatedNodeName: optional(text),
  startTime: optional(instant),
  ...silent("observedGeneration", "message", "hostIP", "hostIPs", "podIP", "podIPs"),
  containerStatuses: defaulted(containerStatuses, []),
  initContainerStatuses: defaulted(containerStatuses, []),
  ...silent("ephemeralContainerStatuses", "qosClass", "resize", "resourceClaimStatuses"),
  ...silent("extendedResourceClaimStatus", "allocatedResources", "resources"),
});

const status: Decoder<PodStatus> = mapped(
  writtenStatus,
  ({ containerStatuses, initContainerStatuses, ...rest }) => {
    // Upstream looks at what was allocated only where it is told what is in force.
    const telling = [...containerStatuses, ...initContainerStatuses].flatMap(
      ({ name, resources, allocatedResources }) =>
        resources === undefined ? [] : [{ name, resources, allocatedResources }],
    );
    return telling.length === 0 ? rest : { ...rest, containerStatuses: telling };
  },
);

const parts = object({
  ...typeMeta,
  metadata: required(namespacedMetadata),
  spec: required(podSpec),
  status: defaulted(status, { phase: "Pending", conditions: [] }),
});

/** A pod, as it is after admission. */
export const pod: Decoder<Pod> = (raw, place) => {
  const read = parts(raw, place);
  if (read === undefined) return undefined;
  warnOfPodProtection(read.metadata.annotations, placeAt(place, "metadata", "annotations"));
  return { kind: "Pod", ...read, spec: admitPod(read.spec) };
};

const defaultTolerationKeys = [
  "node.kubernetes.io/not-ready",
  "node.kubernetes.io/unreachable",
] as const;

/**
 * What admission adds to every new pod: five minutes on a node that is not ready or unreachable.
 *
 * A pod that tolerates the taint already, for whatever time, keeps its own toleration. Pods of
 * templates pass through here when they are created, not before: the DaemonSet controller adds
 * tolerations without limit first.
 *
 * @see kubernetes plugin/pkg/admission/defaulttolerationseconds/admission.go
 */
export function admitPod(spec: PodSpec): PodSpec {
  const added: readonly Toleration[] = defaultTolerationKeys
    .filter((key) => !spec.tolerations.some((own) => toleratesNoExecute(own, key)))
    .map((key) => ({
      key,
      operator: "Exists",
      value: "",
      effect: "NoExecute",
      tolerationSeconds: 300,
    }));
  return added.length === 0 ? spec : { ...spec, tolerations: [...spec.tolerations, ...added] };
}

function toleratesNoExecute(own: Toleration, key: string): boolean {
  const isSameKey = own.key === key || own.key === "";
  return isSameKey && (own.effect === undefined || own.effect === "NoExecute");
}
