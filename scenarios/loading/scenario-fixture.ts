import { mkdtempSync, rmSync, mkdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import nodePath from "node:path";

/** Files by their path in a temporary folder, which goes when the callback is done. */
export async function withFolder<Value>(
  files: Readonly<Record<string, string>>,
  use: (folder: string) => Promise<Value>,
): Promise<Value> {
  const folder = mkdtempSync(nodePath.join(tmpdir(), "dryfit-scenario-"));
  try {
    for (const [path, text] of Object.entries(files)) {
      const target = nodePath.join(folder, path);
      mkdirSync(nodePath.dirname(target), { recursive: true });
      writeFileSync(target, text);
    }
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Manifests of a small cluster: a NodePool, its EC2NodeClass, a Deployment. */
export const clusterYaml = `apiVersion: karpenter.sh/v1
kind: NodePool
metadata: { name: default }
spec:
  template:
    spec:
      nodeClassRef: { group: karpenter.k8s.aws, kind: EC2NodeClass, name: default }
      requirements:
        - { key: karpenter.sh/capacity-type, operator: In, values: [spot, on-demand] }
        - { key: karpenter.k8s.aws/instance-family, operator: In, values: [m5, c5] }
  disruption: { consolidationPolicy: WhenEmpty, consolidateAfter: 30s }
---
apiVersion: karpenter.k8s.aws/v1
kind: EC2NodeClass
metadata: { name: default }
spec:
  role: node
  amiSelectorTerms: [{ alias: al2023@latest }]
  subnetSelectorTerms: [{ tags: { a: b } }]
  securityGroupSelectorTerms: [{ tags: { a: b } }]
---
apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { team: web } }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  replicas: 2
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec:
      containers:
        - { name: web, image: web, resources: { requests: { cpu: 500m, memory: 1Gi } } }
`;

/** A scenario over those manifests; `rest` goes to the end of its spec, indented by two. */
export function scenarioYaml(rest = ""): string {
  return `apiVersion: dryfit.dev/v1
kind: Scenario
metadata: { name: small }
spec:
  start: 2026-03-02T00:00:00Z
  duration: 1d
  region: us-east-1
  zones: [us-east-1a, us-east-1b]
  manifests: [cluster.yaml]
${rest}`;
}
