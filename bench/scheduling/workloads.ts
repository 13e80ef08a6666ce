/** What the scheduling benchmark times: pods, instance types, policy. */
import { stream } from "../../sim/engine/index.ts";
import type { CaseInstanceType, Manifest } from "../../conformance/cases.ts";
import { catalogueInstanceTypes, fakeInstanceTypes } from "./instance-types.ts";
import { deploymentPods, diversePods, preferencePods } from "./pods.ts";

/** One case. The same object always describes the same pods. */
export interface Workload {
  readonly name: string;
  readonly preferencePolicy: "Respect" | "Ignore";
  readonly instanceTypes: readonly CaseInstanceType[];
  readonly pods: readonly Manifest[];
}

const seed = 42;
const diverseCounts = [1, 50, 100, 500, 1000, 2000, 5000, 10_000, 20_000] as const;
const preferenceCount = 4000;

/** Upstream's cases, then a real catalogue with 5,000 pods of 200 shapes; made one at a time. */
export function* workloads(names: readonly string[]): Generator<Workload> {
  const fakes = fakeInstanceTypes(400);
  const isWanted = (name: string) => names.length === 0 || names.includes(name);
  for (const count of diverseCounts) {
    const name = `diverse-${count}`;
    if (!isWanted(name)) continue;
    const pods = diversePods(stream(seed, "diverse pods", String(count)), count);
    yield { name, preferencePolicy: "Respect", instanceTypes: fakes, pods };
  }
  for (const preferencePolicy of ["Respect", "Ignore"] as const) {
    const name = `preferences-${preferencePolicy.toLowerCase()}-${preferenceCount}`;
    if (!isWanted(name)) continue;
    const pods = preferencePods(stream(seed, "preference pods", ""), preferenceCount);
    yield { name, preferencePolicy, instanceTypes: fakes, pods };
  }
  if (!isWanted("catalogue-5000")) return;
  const pods = deploymentPods(stream(seed, "deployment pods", ""), 5000, 200);
  const instanceTypes = catalogueInstanceTypes();
  yield { name: "catalogue-5000", preferencePolicy: "Respect", instanceTypes, pods };
}

/** How often to repeat a case: often enough for a median where it is quick, once where it isn't. */
export function iterationsOf({ pods }: Workload): number {
  if (pods.length <= 500) return 10;
  return pods.length <= 2000 ? 3 : 1;
}
