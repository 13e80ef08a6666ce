import { nearMiss } from "../../core/apis/index.ts";
import type { Diagnostic } from "../../core/units/index.ts";
import { compareStrings } from "../../core/units/index.ts";
import type { Catalogue } from "../../traces/index.ts";
import { everyObject, fixedKeys, overlayGroups } from "../policies/overlay.ts";
import type { ScenarioSpec } from "../scenario-schema.ts";
import { checkChanges } from "./check-changes.ts";
import { checkFaults } from "./check-faults.ts";
import type { Complain, Complaint } from "./complaint.ts";
import { atValue, formatSteps } from "./document-place.ts";
import type { ScenarioDocument, Step } from "./scenario-document.ts";

/** What is wrong with a scenario whose shape is right: names that nothing answers to. */
export function checkSpec(
  document: ScenarioDocument,
  spec: ScenarioSpec,
  catalogue: Catalogue,
): readonly Diagnostic[] {
  const complain: Complain = (steps, complaint) => ({
    ...atValue(document, ["spec", ...steps]),
    ...complaint,
  });
  return [
    ...checkRegion(spec, catalogue, complain),
    ...checkZones(spec, complain),
    ...checkInstanceTypes(spec, catalogue, complain),
    ...checkPolicies(spec, complain),
    ...checkChanges(spec, complain),
    ...checkFaults(spec, complain),
    ...checkControllers(spec, complain),
    ...checkWorkloads(spec, complain),
  ];
}

function unknownName(
  code: string,
  found: string,
  names: readonly string[],
  what: string,
): Complaint {
  const meant = nearMiss(found, names);
  const shown = names.length > 12 ? [...names.slice(0, 12), `… ${names.length} in all`] : names;
  return {
    code,
    found,
    allowed: shown.join(", "),
    ...(meant === undefined ? {} : { hint: `write ${meant}` }),
    message: `${found} is ${what}` + (meant === undefined ? "" : `; did you mean ${meant}?`),
  };
}

function checkRegion(
  spec: ScenarioSpec,
  { pricedRegions }: Catalogue,
  complain: Complain,
): readonly Diagnostic[] {
  if (pricedRegions.includes(spec.region)) return [];
  const what = "no region whose On-Demand prices are known";
  return [
    complain(["region"], unknownName("scenario/unknown-region", spec.region, pricedRegions, what)),
  ];
}

/** `us-east-1a`, or a local zone such as `us-east-1-bos-1a`. */
function isZoneOf(zone: string, region: string): boolean {
  return zone.startsWith(region) && /^(-[a-z]+-\d+)?[a-z]$/.test(zone.slice(region.length));
}

function checkZones({ zones, region }: ScenarioSpec, complain: Complain): readonly Diagnostic[] {
  return zones.flatMap((zone, index) => {
    if (!isZoneOf(zone, region)) {
      return complain(["zones", index], {
        code: "scenario/unknown-zone",
        found: zone,
        allowed: `zones of ${region}, such as ${region}a`,
        message: `${zone} is no zone of ${region}`,
      });
    }
    if (zones.indexOf(zone) === index) return [];
    return complain(["zones", index], duplicate(`zone ${zone}`, "every zone once"));
  });
}

function duplicate(found: string, allowed: string): Complaint {
  return {
    code: "scenario/duplicate-name",
    found,
    allowed,
    message: `${found} is given twice`,
  };
}

function checkInstanceTypes(
  { instanceTypes }: ScenarioSpec,
  catalogue: Catalogue,
  complain: Complain,
): readonly Diagnostic[] {
  const types = catalogue.instanceTypes.map(({ instanceType }) => instanceType);
  const families = [...new Set(catalogue.instanceTypes.map(({ family }) => family))];
  families.sort(compareStrings);
  const check = (key: "families" | "names", known: readonly string[], what: string) =>
    (instanceTypes?.[key] ?? []).flatMap((name, index) =>
      known.includes(name)
        ? []
        : complain(
            ["instanceTypes", key, index],
            unknownName("scenario/unknown-instance-type", name, known, what),
          ),
    );
  return [
    ...check("families", families, "no instance family of the catalogue"),
    ...check("names", types, "no instance type of the catalogue"),
  ];
}

function checkPolicies(spec: ScenarioSpec, complain: Complain): readonly Diagnostic[] {
  const policies = spec.policies ?? [];
  const names = policies.map(({ name }) => name);
  return policies.flatMap((policy, index) => [
    ...(names.indexOf(policy.name) === index
      ? []
      : [
          complain(
            ["policies", index, "name"],
            duplicate(`policy ${policy.name}`, "names that differ"),
          ),
        ]),
    ...overlayGroups.flatMap((group) =>
      Object.entries(policy[group] ?? {}).flatMap(([target, patch]) =>
        fixedKeys(patch).map((steps) =>
          complain(["policies", index, group, target, ...steps], {
            code: "scenario/fixed-key",
            found: formatSteps(steps),
            allowed: "metadata.labels, metadata.annotations, spec",
            message: `a policy cannot change ${formatSteps(steps)} of ${
              target === everyObject ? "every object" : target
            }`,
          }),
        ),
      ),
    ),
  ]);
}

function checkControllers(spec: ScenarioSpec, complain: Complain): readonly Diagnostic[] {
  const { decisionLatency } = spec.controller;
  const places: readonly (readonly [readonly Step[], ScenarioSpec["controller"] | undefined])[] = [
    [["controller"], spec.policies === undefined ? spec.controller : undefined],
    ...(spec.policies ?? []).map(
      ({ controller }, index) => [["policies", index, "controller"], controller] as const,
    ),
  ];
  return places.flatMap(([steps, controller]) =>
    controller?.proportional !== undefined &&
    (controller.decisionLatency ?? decisionLatency) !== "proportional"
      ? [
          complain([...steps, "proportional"], {
            code: "scenario/unused-latency",
            found: `decisionLatency: ${controller.decisionLatency ?? decisionLatency ?? "ideal"}`,
            allowed: "decisionLatency: proportional",
            message: "these numbers count under decisionLatency: proportional only",
          }),
        ]
      : [],
  );
}

/** Two workloads of one name would draw the same arrivals and share a line of the report. */
function checkWorkloads(spec: ScenarioSpec, complain: Complain): readonly Diagnostic[] {
  const names = spec.workloads.map((workload) => {
    if ("deployment" in workload) return `Deployment ${workload.namespace}/${workload.deployment}`;
    if ("statefulSet" in workload) {
      return `StatefulSet ${workload.namespace}/${workload.statefulSet}`;
    }
    const name = "batch" in workload ? workload.batch : (workload.name ?? workload.trace.format);
    return `workload ${workload.namespace}/${name}`;
  });
  const ranges = spec.workloads.flatMap((workload, index) => {
    if ("trace" in workload) {
      const { from, until } = workload.trace;
      if (until === undefined || until > from) return [];
      return complain(["workloads", index, "trace", "until"], {
        code: "scenario/out-of-range",
        found: "until at or before from",
        allowed: "a time of the trace after `from`",
        message: "`until` must be later than `from`",
      });
    }
    if ("batch" in workload || !("rhythm" in workload.replicas)) return [];
    const { min, max } = workload.replicas.rhythm;
    if (max >= min) return [];
    return complain(["workloads", index, "replicas", "rhythm", "max"], {
      code: "scenario/out-of-range",
      found: String(max),
      allowed: `min (${min}) or more`,
      message: "max must be at least min",
    });
  });
  return [
    ...ranges,
    ...names.flatMap((name, index) =>
      names.indexOf(name) === index
        ? []
        : [complain(["workloads", index], duplicate(name, "every workload once"))],
    ),
  ];
}
