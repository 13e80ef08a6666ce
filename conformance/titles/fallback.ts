import type { Manifest } from "../cases.ts";
import {
  archKey,
  capacityTypeKey,
  expression as is,
  pod,
  pool,
  preferring,
  requiring,
  titled,
  type TitledCase,
  typeKey,
  zoneKey,
} from "./build.ts";

function wants(affinity: Manifest): readonly Manifest[] {
  const requirements = [is(archKey, "In", "amd64")];
  return [pool("default", { requirements }), pod("pod", { spec: { affinity } })];
}

const unknown = is(zoneKey, "In", "unknown");
const taint = { key: "team", value: "red", effect: "NoSchedule" };

export const fallbackTitles: readonly TitledCase[] = [
  titled("should not relax the final term", wants(requiring([unknown]))),
  titled(
    "should relax multiple terms",
    wants(requiring([unknown], [is(typeKey, "In", "none")], [is(zoneKey, "In", "test-zone-2")])),
  ),
  titled("should relax all terms", wants(preferring([unknown, is(typeKey, "In", "none")]))),
  titled(
    "should relax to use lighter weights",
    wants(
      preferring([unknown, is(zoneKey, "In", "test-zone-2"), is(zoneKey, "In", "test-zone-1")]),
    ),
  ),
  titled(
    "should schedule even if preference is conflicting with requirement",
    wants(preferring([is(zoneKey, "NotIn", "test-zone-3")], [is(zoneKey, "In", "test-zone-3")])),
  ),
  titled(
    "should schedule even if preference requirements are conflicting",
    wants(preferring([is(zoneKey, "In", "test-zone-3"), is(zoneKey, "NotIn", "test-zone-3")])),
  ),
  titled(
    "should schedule compatible preferences and requirements with Operator=In",
    wants(
      preferring(
        [is(zoneKey, "In", "test-zone-2", "unknown")],
        [is(zoneKey, "In", "test-zone-2", "test-zone-3")],
      ),
    ),
  ),
  titled(
    "should schedule incompatible preferences and requirements with Operator=In",
    wants(preferring([unknown], [is(zoneKey, "In", "test-zone-2")])),
  ),
  titled(
    "should schedule compatible preferences and requirements with Operator=NotIn",
    wants(preferring([is(zoneKey, "NotIn", "test-zone-1")], [is(zoneKey, "NotIn", "test-zone-2")])),
  ),
  titled(
    "should schedule incompatible preferences and requirements with Operator=NotIn",
    wants(
      preferring(
        [is(zoneKey, "NotIn", "test-zone-1", "test-zone-2")],
        [is(zoneKey, "NotIn", "test-zone-3")],
      ),
    ),
  ),
  titled(
    "should ignore preferences when told to",
    wants(preferring([is(capacityTypeKey, "In", "on-demand")])),
    {
      preferencePolicy: "Ignore",
    },
  ),
  titled("should taint nodes with NodePool taints", [
    pool("default", { taints: [taint] }),
    pod("tolerates", { spec: { tolerations: [{ operator: "Exists" }] } }),
  ]),
  titled("should schedule pods that tolerate NodePool constraints", [
    pool("default", { taints: [taint] }),
    pod("exists", { spec: { tolerations: [{ key: "team", operator: "Exists" }] } }),
    pod("equal", { spec: { tolerations: [{ ...taint, operator: "Equal" }] } }),
    pod("missing"),
    pod("other", { spec: { tolerations: [{ ...taint, operator: "Equal", value: "blue" }] } }),
  ]),
  titled(
    "should provision nodes with taints and schedule pods if the taint is only a startup taint",
    [pool("default", { startupTaints: [taint] }), pod("pod")],
  ),
  titled("should not generate taints for OpExists", [
    pool("default"),
    pod("pod", {
      spec: { tolerations: [{ key: "team", operator: "Exists", effect: "NoExecute" }] },
    }),
  ]),
  titled("should tolerate a PreferNoSchedule taint when nothing else is left", [
    pool("default", { taints: [{ ...taint, effect: "PreferNoSchedule" }] }),
    pod("pod"),
  ]),
];
