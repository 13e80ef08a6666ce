/** A small valid karpenter.sh/v1 NodePool as plain JSON, with a changed spec; for tests. */
export function rawNodePool(spec: Readonly<Record<string, unknown>> = {}): unknown {
  return {
    apiVersion: "karpenter.sh/v1",
    kind: "NodePool",
    metadata: { name: "default" },
    spec: { template: rawTemplate(), ...spec },
  };
}

/** The template of a NodePool with a changed spec; for tests. */
export function rawTemplate(
  spec: Readonly<Record<string, unknown>> = {},
  metadata: Readonly<Record<string, unknown>> = {},
): Readonly<Record<string, unknown>> {
  const nodeClassRef = { group: "karpenter.k8s.aws", kind: "EC2NodeClass", name: "default" };
  return { metadata, spec: { nodeClassRef, requirements: [], ...spec } };
}

/** A small valid karpenter.k8s.aws/v1 EC2NodeClass as plain JSON, with a changed spec; for tests. */
export function rawNodeClass(spec: Readonly<Record<string, unknown>> = {}): unknown {
  return {
    apiVersion: "karpenter.k8s.aws/v1",
    kind: "EC2NodeClass",
    metadata: { name: "default" },
    spec: {
      role: "node",
      amiSelectorTerms: [{ alias: "al2023@latest" }],
      subnetSelectorTerms: [{ tags: { discovery: "test" } }],
      securityGroupSelectorTerms: [{ tags: { discovery: "test" } }],
      ...spec,
    },
  };
}

/** A pod as plain JSON, with a changed spec and container; for tests. */
export function rawPod(
  spec: Readonly<Record<string, unknown>> = {},
  container: Readonly<Record<string, unknown>> = {},
): unknown {
  const containers = [{ name: "main", image: "pause", ...container }];
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "pod" },
    spec: { containers, ...spec },
  };
}
