// Templates with their catalogues are the costly part of a run and rarely change between runs, so
// they are remembered by what they were made from: the provider's array of instance types, the
// NodePool's specification, the daemon pods. Remembering changes no answer.
import type { NodePool, Pod } from "../apis/index.ts";
import type { InstanceType } from "../cloudprovider/index.ts";
import { heldPodSpec } from "../scheduling/index.ts";
import { daemonOverhead } from "./daemon-overhead.ts";
import { nodeClaimTemplate, type SchedulingNodeClaimTemplate } from "./node-claim-template.ts";
import type { SchedulingInput } from "./scheduling-input.ts";
import type { NodePoolWithoutInstanceTypes } from "./scheduling-results.ts";
import { TemplateCatalogue } from "./template-catalogue.ts";

/** A NodePool's template, ready for probing. */
export interface CompiledTemplate {
  readonly nodePoolName: string;
  readonly template: SchedulingNodeClaimTemplate;
  readonly catalogue: TemplateCatalogue;
}

/** All templates of a run. */
export interface CompiledTemplates {
  /** In order of weight; NodePools without instance types are missing. */
  readonly templates: readonly CompiledTemplate[];
  readonly nodePoolsWithoutInstanceTypes: readonly NodePoolWithoutInstanceTypes[];
  /** The daemon pods as checking them against all templates has left them. */
  readonly daemonSetPods: readonly Pod[];
}

/** Templates of the run's NodePools, in their order. */
export function compileTemplates(input: SchedulingInput): CompiledTemplates {
  const templates: CompiledTemplate[] = [];
  const nodePoolsWithoutInstanceTypes: NodePoolWithoutInstanceTypes[] = [];
  let daemonSetPods = sameList(input.daemonSetPods);
  for (const nodePool of input.nodePools) {
    const nodePoolName = nodePool.metadata.name;
    const instanceTypes = input.instanceTypesByNodePool.get(nodePoolName) ?? noInstanceTypes;
    const compiled = compile(nodePool, instanceTypes, daemonSetPods, input);
    if (compiled.kind === "empty") {
      const { isMinValuesIncompatible } = compiled;
      nodePoolsWithoutInstanceTypes.push({ nodePoolName, isMinValuesIncompatible });
    } else {
      daemonSetPods = compiled.daemonSetPods;
      templates.push({
        nodePoolName,
        template: { ...compiled.template, nodePool },
        catalogue: compiled.catalogue,
      });
    }
  }
  return { templates, nodePoolsWithoutInstanceTypes, daemonSetPods };
}

const noInstanceTypes: readonly InstanceType[] = [];

type Compiled =
  | { readonly kind: "empty"; readonly isMinValuesIncompatible: boolean }
  | {
      readonly kind: "compiled";
      readonly template: SchedulingNodeClaimTemplate;
      readonly catalogue: TemplateCatalogue;
      readonly daemonSetPods: readonly Pod[];
    };

interface Remembered {
  readonly nodePoolName: string;
  readonly spec: NodePool["spec"]["template"];
  readonly daemonSetPods: readonly Pod[];
  readonly options: string;
  readonly compiled: Compiled;
}

const rememberedByTypes = new WeakMap<readonly InstanceType[], Remembered[]>();
const rememberedMax = 16;

function compile(
  nodePool: NodePool,
  instanceTypes: readonly InstanceType[],
  daemonSetPods: readonly Pod[],
  { options: { minValuesPolicy, ignoreDraRequests } }: SchedulingInput,
): Compiled {
  const nodePoolName = nodePool.metadata.name;
  const spec = nodePool.spec.template;
  const options = `${minValuesPolicy} ${String(ignoreDraRequests)}`;
  const remembered = rememberedByTypes.get(instanceTypes) ?? [];
  const known = remembered.find(
    (it) =>
      it.spec === spec &&
      it.daemonSetPods === daemonSetPods &&
      it.nodePoolName === nodePoolName &&
      it.options === options,
  );
  if (known !== undefined) return known.compiled;
  const isBestEffort = minValuesPolicy === "BestEffort";
  const result = nodeClaimTemplate(nodePool, instanceTypes, isBestEffort);
  const compiled = result.ok
    ? withCatalogue(result.template, daemonSetPods, ignoreDraRequests)
    : { kind: "empty" as const, isMinValuesIncompatible: result.isMinValuesIncompatible };
  remembered.push({ nodePoolName, spec, daemonSetPods, options, compiled });
  rememberedByTypes.set(instanceTypes, remembered.slice(-rememberedMax));
  return compiled;
}

function withCatalogue(
  template: SchedulingNodeClaimTemplate,
  daemonSetPods: readonly Pod[],
  ignoreDraRequests: boolean,
): Compiled {
  const { requirements, instanceTypeOptions, nodePool } = template;
  const { taints } = nodePool.spec.template.spec;
  const target = { taints, requirements, instanceTypes: instanceTypeOptions };
  const overhead = daemonOverhead(target, daemonSetPods, ignoreDraRequests);
  return {
    kind: "compiled",
    template,
    catalogue: new TemplateCatalogue(overhead.groups),
    daemonSetPods: overhead.daemonSetPods,
  };
}

let lastList: readonly Pod[] = [];
const shapeBySpec = new WeakMap<Pod["spec"], string>();

/**
 * The list handed in last time, if it holds pods of the same shape, so that identity tells sameness.
 * A DaemonSet's newest pod changes with every node that comes; what it asks for does not.
 */
function sameList(pods: readonly Pod[]): readonly Pod[] {
  const isSame =
    pods.length === lastList.length &&
    pods.every((pod, index) => {
      const last = lastList[index];
      return last === pod || (last !== undefined && shapeOf(last) === shapeOf(pod));
    });
  if (!isSame) lastList = pods;
  return lastList;
}

/** Equal for pods that scheduling cannot tell apart but by name. */
function shapeOf(pod: Pod): string {
  const { metadata } = pod;
  const spec = heldPodSpec(pod);
  let shape = shapeBySpec.get(spec);
  if (shape === undefined) {
    const { nodeName: _, ...rest } = spec;
    // The DaemonSet controller pins each pod to its node by matchFields, which scheduling ignores.
    shape = JSON.stringify([metadata.namespace, metadata.labels, rest], (key, value: unknown) =>
      key === "matchFields" ? undefined : value,
    );
    shapeBySpec.set(spec, shape);
  }
  return shape;
}
