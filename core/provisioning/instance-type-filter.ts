import type { Pod } from "../apis/index.ts";
import {
  hostPorts,
  type HostPortUsage,
  minValuesMessage,
  type Requirements,
  satisfiesMinValues,
} from "../scheduling/index.ts";
import type { ResourceList } from "../units/index.ts";
import { type Bits, emptyBits, intersectBits, isEmptyBits } from "./bitset.ts";
import { InstanceTypeFilterError } from "./instance-type-filter-error.ts";
import type { MachineRequests, TemplateCatalogue } from "./template-catalogue.ts";

/** What instance types are filtered by. */
export interface FilterRequest {
  readonly catalogue: TemplateCatalogue;
  /** The types to choose from. */
  readonly options: Bits;
  readonly requirements: Requirements;
  readonly pod: Pod;
  /** The pod's own requests, for the error. */
  readonly podRequests: ResourceList;
  /** The pod's and those of pods placed before. */
  readonly requests: MachineRequests;
  /** Host ports taken, by daemon group. */
  readonly hostPortUsage: readonly HostPortUsage[];
  /** BestEffort: minValues that cannot be met are told rather than enforced. */
  readonly relaxMinValues: boolean;
}

/** The types that are left, with the minValues that they reach where those had to give way. */
export type FilterOutcome =
  | {
      readonly ok: true;
      readonly instanceTypes: Bits;
      readonly relaxedMinValues: ReadonlyMap<string, number>;
    }
  | { readonly ok: false; readonly error: InstanceTypeFilterError };

const noValues: ReadonlyMap<string, number> = new Map();

/**
 * Types that meet the requirements, hold all requests and the daemons, and have an available
 * offering that fits. A daemon group whose host ports conflict with the pod's is left out whole.
 *
 * @see karpenter v1.14.1 pkg/controllers/provisioning/scheduling/nodeclaim.go filterInstanceTypesByRequirements
 */
export function filterInstanceTypes(request: FilterRequest): FilterOutcome {
  const { catalogue, requirements, requests } = request;
  const match = catalogue.match(requirements);
  const candidates = intersectBits(request.options, match.compatible);
  for (let word = 0; word < candidates.length; word++) {
    candidates[word] = (candidates[word] ?? 0) & (match.offered[word] ?? 0);
  }
  const instanceTypes = emptyBits(catalogue.instanceTypes.length);
  for (const index of openGroups(request)) {
    const group = catalogue.groups[index];
    if (group === undefined) continue;
    catalogue.addFitting(group, candidates, requests, requirements, instanceTypes);
  }
  let unsatisfied = noValues;
  if (requirements.hasMinValues()) {
    ({ unsatisfied } = satisfiesMinValues(catalogue.pick(instanceTypes), requirements));
    if (unsatisfied.size > 0 && !request.relaxMinValues) return refuse(request, unsatisfied);
  }
  return isEmptyBits(instanceTypes)
    ? refuse(request, noValues)
    : { ok: true, instanceTypes, relaxedMinValues: unsatisfied };
}

/** Numbers of the daemon groups whose host ports leave room for the pod's. */
function openGroups({ pod, catalogue, hostPortUsage }: FilterRequest): readonly number[] {
  const ports = hostPorts(pod);
  const open: number[] = [];
  for (let index = 0; index < catalogue.groups.length; index++) {
    if (ports.length === 0 || hostPortUsage[index]?.conflicts(pod, ports) === undefined) {
      open.push(index);
    }
  }
  return open;
}

/** The error works out what each type lacks when its text is asked for, which is seldom. */
function refuse(request: FilterRequest, unsatisfied: ReadonlyMap<string, number>): FilterOutcome {
  const { catalogue, requirements, options, requests, podRequests } = request;
  const groups = openGroups(request).flatMap((index) => catalogue.groups[index] ?? []);
  const error = new InstanceTypeFilterError({
    requirements,
    podRequests,
    daemonOverheads: groups.map(({ overhead }) => overhead),
    minValuesMessage: unsatisfied.size === 0 ? undefined : minValuesMessage(unsatisfied),
    evaluate: () => {
      const { compatible, offered } = catalogue.match(requirements);
      const size = catalogue.instanceTypes.length;
      const evaluated = emptyBits(size);
      const fitting = emptyBits(size);
      for (const group of groups) {
        for (let word = 0; word < evaluated.length; word++) {
          evaluated[word] =
            (evaluated[word] ?? 0) | ((group.types[word] ?? 0) & (options[word] ?? 0));
        }
        catalogue.addFitting(
          group,
          intersectBits(options, offered),
          requests,
          requirements,
          fitting,
        );
      }
      return {
        compatible: intersectBits(compatible, evaluated),
        fitting: intersectBits(fitting, evaluated),
        offered: intersectBits(offered, evaluated),
      };
    },
  });
  return { ok: false, error };
}
