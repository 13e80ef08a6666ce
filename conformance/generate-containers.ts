import type { RandomStream } from "../sim/engine/index.ts";
import type { Manifest } from "./cases.ts";
import { between, chance, perhaps } from "./dice.ts";

const cpus = ["100m", "500m", "1", "2500m"] as const;
const memories = ["64Mi", "500M", "1Gi", "3Gi"] as const;

/** Init containers, sidecars among them, overhead, and what the pod asks for as a whole. */
export function generateContainers(random: RandomStream): Manifest {
  const initContainers = Array.from({ length: between(random, 0, 4) }, (_, index) =>
    initContainer(random, `init-${index}`),
  );
  return {
    ...(initContainers.length > 0 ? { initContainers } : {}),
    ...perhaps(random, 0.2, () => ({ overhead: { cpu: "250m", memory: "120Mi" } })),
    ...perhaps(random, 0.3, () => ({ resources: { requests: podRequests(random) } })),
  };
}

function initContainer(random: RandomStream, name: string): Manifest {
  const requests = {
    ...perhaps(random, 0.8, () => ({ cpu: random.pick([...cpus, "6"]) })),
    ...perhaps(random, 0.6, () => ({ memory: random.pick([...memories, "10Gi"]) })),
  };
  const isSidecar = chance(random, 0.4);
  return {
    name,
    image: "example/init",
    resources: { requests },
    ...(isSidecar ? { restartPolicy: "Always" } : {}),
    // Of init containers no port counts.
    ...perhaps(random, 0.1, () => ({
      ports: [{ containerPort: 1, hostPort: 8080, protocol: "TCP" }],
    })),
  };
}

function podRequests(random: RandomStream): Manifest {
  return {
    ...perhaps(random, 0.7, () => ({ cpu: random.pick(["1", "3", "5500m"]) })),
    ...perhaps(random, 0.6, () => ({ memory: random.pick(["2Gi", "7Gi"]) })),
  };
}
