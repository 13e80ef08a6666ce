/** A kind that the simulator does not play, and what is missed, if anything. */
export interface UnmodelledKind {
  readonly kind: string;
  /** The API group; "" is the core group. */
  readonly group: string;
  /** What would be different with it; absent where nothing that is simulated depends on it. */
  readonly missed?: string;
  /** Whether only time would show it: one decision on a cluster that stands still is the same. */
  readonly isUnplayed?: true;
}

function of(group: string, ...kinds: readonly string[]): readonly UnmodelledKind[] {
  return kinds.map((kind) => ({ group, kind }));
}

/** What acts on other objects as time passes; a snapshot shows what has come of it. */
function unplayed(group: string, kind: string, missed: string): UnmodelledKind {
  return { group, kind, missed, isUnplayed: true };
}

/** Kinds that occur beside workloads and Karpenter's own, known and not modelled. */
export const unmodelledKinds: readonly UnmodelledKind[] = [
  ...of("", "ConfigMap", "Secret", "Service", "ServiceAccount", "Endpoints", "Event"),
  ...of("", "Binding", "ComponentStatus"),
  unplayed("", "LimitRange", "its defaults and bounds do not change pods"),
  unplayed("", "ResourceQuota", "it does not keep pods from being created"),
  unplayed("", "ReplicationController", "it creates no pods; write a Deployment"),
  ...of("discovery.k8s.io", "EndpointSlice"),
  ...of("networking.k8s.io", "Ingress", "IngressClass", "NetworkPolicy", "IPAddress"),
  ...of("networking.k8s.io", "ServiceCIDR"),
  ...of("extensions", "Ingress"),
  ...of("gateway.networking.k8s.io", "Gateway", "GatewayClass", "HTTPRoute", "GRPCRoute"),
  ...of("rbac.authorization.k8s.io", "Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding"),
  ...of("apiextensions.k8s.io", "CustomResourceDefinition"),
  ...of("apiregistration.k8s.io", "APIService"),
  ...of(
    "admissionregistration.k8s.io",
    "MutatingWebhookConfiguration",
    "ValidatingWebhookConfiguration",
    "ValidatingAdmissionPolicy",
    "ValidatingAdmissionPolicyBinding",
    "MutatingAdmissionPolicy",
    "MutatingAdmissionPolicyBinding",
  ),
  ...of("coordination.k8s.io", "Lease"),
  ...of("certificates.k8s.io", "CertificateSigningRequest"),
  ...of("events.k8s.io", "Event"),
  ...of("apps", "ControllerRevision"),
  ...of("storage.k8s.io", "CSIDriver", "CSIStorageCapacity", "VolumeAttributesClass"),
  ...of("snapshot.storage.k8s.io", "VolumeSnapshot", "VolumeSnapshotClass"),
  ...of("flowcontrol.apiserver.k8s.io", "FlowSchema", "PriorityLevelConfiguration"),
  unplayed("node.k8s.io", "RuntimeClass", "its overhead is not added to pods"),
  {
    group: "resource.k8s.io",
    kind: "ResourceClaim",
    missed: "devices of dynamic resource allocation are not allocated",
  },
  {
    group: "resource.k8s.io",
    kind: "ResourceClaimTemplate",
    missed: "devices of dynamic resource allocation are not allocated",
  },
  ...of("resource.k8s.io", "DeviceClass", "ResourceSlice"),
  unplayed(
    "autoscaling.k8s.io",
    "VerticalPodAutoscaler",
    "requests of pods stay as they are written",
  ),
  unplayed("keda.sh", "ScaledObject", "it does not scale its target"),
  unplayed("keda.sh", "ScaledJob", "it starts no Jobs"),
  ...of("monitoring.coreos.com", "ServiceMonitor", "PodMonitor", "PrometheusRule"),
  ...of("cert-manager.io", "Certificate", "Issuer", "ClusterIssuer"),
  ...of("vpcresources.k8s.aws", "SecurityGroupPolicy", "CNINode"),
  ...of("crd.k8s.amazonaws.com", "ENIConfig"),
  ...of("elbv2.k8s.aws", "TargetGroupBinding"),
  unplayed("eks.amazonaws.com", "NodeClass", "EKS Auto Mode launches nothing"),
  ...of("kustomize.config.k8s.io", "Kustomization"),
];

/** The entry of a kind that is known and not modelled; undefined for every other one. */
export function findUnmodelledKind(apiVersion: string, kind: string): UnmodelledKind | undefined {
  const group = groupOf(apiVersion);
  return unmodelledKinds.find((known) => known.kind === kind && known.group === group);
}

/** Whether a group is somebody's own, and none of Kubernetes. */
export function isThirdParty(group: string): boolean {
  return group.includes(".") && !group.endsWith(".k8s.io") && group !== "k8s.io";
}

/** The group of an apiVersion: `apps` of `apps/v1`, "" of `v1`. */
export function groupOf(apiVersion: string): string {
  const slash = apiVersion.indexOf("/");
  return slash < 0 ? "" : apiVersion.slice(0, slash);
}
