// Pods with resource claims, which upstream ignores unless told otherwise.
import type { Manifest } from "../cases.ts";
import { pod, pool, titled, type TitledCase } from "./build.ts";
import { daemonSet, node } from "./build-nodes.ts";

const base = pool("default");
const resourceClaims = [{ name: "gpu", resourceClaimName: "gpu-claim" }];
const claiming = { requests: { cpu: "100m" }, claims: [{ name: "gpu" }] };

function container(name: string, resources: Manifest): Manifest {
  return { name, image: "example/app", resources };
}

const plain = container("main", { requests: { cpu: "100m" } });

export const resourceClaimTitles: readonly TitledCase[] = [
  ...(
    [
      ["container with resource claims", { containers: [container("main", claiming)] }],
      [
        "init container with resource claims",
        { containers: [plain], initContainers: [container("init", claiming)] },
      ],
      [
        "pod with both container and init container resource claims",
        {
          containers: [container("main", claiming)],
          initContainers: [container("init", claiming)],
        },
      ],
    ] as const
  ).map(([what, spec]) =>
    titled(`should handle DRA pods correctly: ${what}`, [
      base,
      node("n"),
      pod("pod", { spec: { ...spec, resourceClaims } }),
      pod("other"),
    ]),
  ),
  titled("should handle DRA pods correctly: non-DRA pod without resource claims", [
    base,
    pod("pod"),
  ]),
  titled(
    "should handle DaemonSet pods with DRA requirements based on IgnoreDRARequests flag value",
    [
      base,
      node("n"),
      daemonSet("daemon", "3", { containers: [container("main", claiming)], resourceClaims }),
      daemonSet("other", "1"),
      pod("pod", { requests: { cpu: "3" } }),
      pod("new", { requests: { cpu: "1" } }),
    ],
  ),
];
