// Instance types whose price follows from their size, for tests of disruption.
import type { InstanceType } from "../../core/cloudprovider/index.ts";
import { instanceType, offering } from "./instance-types.ts";

/** A type with so many cores, one cent per core and hour on demand, spot at a third, in one zone. */
export function sized(name: string, cpu: number, price: number = cpu / 100): InstanceType {
  return instanceType({
    name,
    resources: { cpu, memory: `${cpu * 4}Gi`, pods: 100 },
    offerings: [
      offering({ capacityType: "on-demand", price }),
      offering({ capacityType: "spot", price: price / 3 }),
    ],
  });
}

/** `small` with 2 cores, `medium` with 4, `large` with 8, `xlarge` with 16. */
export const sizes: readonly InstanceType[] = [
  sized("small", 2),
  sized("medium", 4),
  sized("large", 8),
  sized("xlarge", 16),
];

/** `count` types of 4 cores, `t01` the cheapest, each a cent dearer than the one before. */
export function ladder(count: number): readonly InstanceType[] {
  return Array.from({ length: count }, (_, index) =>
    sized(`t${String(index + 1).padStart(2, "0")}`, 4, 0.03 * (index + 1)),
  );
}
