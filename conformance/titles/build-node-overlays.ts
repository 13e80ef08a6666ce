import type { Manifest } from "../cases.ts";
import {
  archKey,
  capacityTypeKey,
  expression as is,
  pod,
  pool,
  titled as titledCase,
  type TitledCase,
  typeKey,
  zoneKey,
} from "./build.ts";

type Objects = Parameters<typeof titledCase>[1];
type Rest = Parameters<typeof titledCase>[2];

/** What waits, and for which NodePools, unless a case says otherwise. */
export const waiting = [pool("default"), pod("pod"), pod("big", { requests: { cpu: "3" } })];

export function titled(title: string, objects: Objects, rest: Rest = {}): TitledCase {
  return titledCase(title, objects, { featureGates: { NodeOverlay: true }, ...rest });
}

export const overlaid = (title: string, ...overlays: readonly Manifest[]): TitledCase =>
  titled(title, [...waiting, ...overlays]);

export interface OverlaySpec {
  readonly price?: string;
  readonly priceAdjustment?: string;
  readonly capacity?: Readonly<Record<string, string>>;
  readonly weight?: number;
}

export function overlay(
  name: string,
  requirements: readonly Manifest[],
  spec: OverlaySpec,
): Manifest {
  return {
    apiVersion: "karpenter.sh/v1alpha1",
    kind: "NodeOverlay",
    metadata: { name, uid: `uid-${name}`, generation: 1 },
    spec: { requirements, ...spec },
  };
}

export const ofTypes = (...names: string[]): readonly Manifest[] => [is(typeKey, "In", ...names)];
export const inZone = (number: number): readonly Manifest[] => [
  is(zoneKey, "In", `test-zone-${number}`),
];
export const ofCapacityType = (name: string): readonly Manifest[] => [
  is(capacityTypeKey, "In", name),
];
export const arm = [is(archKey, "In", "arm64")];
export const anyCapacityType = [is(capacityTypeKey, "Exists")];
export const slots = (count: number): OverlaySpec => ({
  capacity: { "example.com/slots": String(count) },
});
export const wantsSlots = pod("pod", { requests: { "example.com/slots": "1" } });

/** The same once with prices and once with adjustments. */
export function bothWays(
  title: string,
  objects: (first: OverlaySpec, second: OverlaySpec) => Objects,
  [price, priceAdjustment]: readonly [readonly [string, string], readonly [string, string]],
): readonly TitledCase[] {
  return [
    titled(`${title}: Price`, objects({ price: price[0] }, { price: price[1] })),
    titled(
      `${title}: PriceAdjustment`,
      objects({ priceAdjustment: priceAdjustment[0] }, { priceAdjustment: priceAdjustment[1] }),
    ),
  ];
}

export const different = [
  ["1.03", "23"],
  ["+54", "-2"],
] as const;
export const equal = [
  ["100", "100"],
  ["+100", "+100"],
] as const;
export const dear = [
  ["13234.223", "13234.223"],
  ["+1000", "+1000"],
] as const;
export const relative = [
  ["0.0001", "7"],
  ["-50%", "+12.5%"],
] as const;
