import { type DisruptionTitle, doNotDisrupt, machine, pool, titled, webPod } from "./build.ts";

const base = pool("default");
const drifted = { conditions: { Drifted: "True" } } as const;
const protectedMetadata = { metadata: { annotations: { [doNotDisrupt]: "true" } } };

export const candidateTitles: readonly DisruptionTitle[] = [
  titled(
    "should not consider candidates that have do-not-disrupt pods scheduled and no terminationGracePeriod",
    [base, machine("a", drifted), webPod("pod", "a", protectedMetadata)],
  ),
  titled("should consider candidates without anything that blocks them", [
    base,
    machine("a", drifted),
    webPod("pod", "a"),
  ]),
];
