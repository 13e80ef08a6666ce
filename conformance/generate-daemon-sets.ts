import type { RandomStream } from "../sim/engine/index.ts";
import type { Manifest } from "./cases.ts";
import { between, chance } from "./dice.ts";

/** One to three DaemonSets, of which some run on one architecture only, or take a port. */
export function generateDaemonSets(random: RandomStream): readonly Manifest[] {
  return Array.from({ length: between(random, 1, 3) }, (_, index) => {
    const labels = { daemon: `daemon-${index}` };
    const nodeSelector = chance(random, 0.4)
      ? { "kubernetes.io/arch": random.pick(["amd64", "arm64"]) }
      : {};
    const ports = chance(random, 0.3)
      ? [{ containerPort: 1, hostPort: 9090, protocol: "TCP" }]
      : [];
    return {
      apiVersion: "apps/v1",
      kind: "DaemonSet",
      metadata: { name: `daemon-${index}`, namespace: "default", uid: `uid-daemon-${index}` },
      spec: {
        selector: { matchLabels: labels },
        template: {
          metadata: { labels },
          spec: {
            nodeSelector,
            tolerations: chance(random, 0.7) ? [{ operator: "Exists" }] : [],
            containers: [
              {
                name: "main",
                image: "example/daemon",
                ports,
                resources: { requests: { cpu: random.pick(["50m", "200m"]), memory: "100Mi" } },
              },
            ],
          },
        },
      },
    };
  });
}
