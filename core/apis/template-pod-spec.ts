import type { Container, PodSpec, ResourceRequirements } from "./pod.ts";

const templateSpecs = new WeakMap<PodSpec, PodSpec>();

/**
 * The specification as a template holds it: without what only pods get by default, namely requests
 * that are limits, and host ports that follow from the host's network. The very same object where
 * there is nothing to take away; the same answer for the same object.
 *
 * @see kubernetes pkg/apis/core/v1/defaults.go SetDefaults_Pod
 */
export function templatePodSpec(spec: PodSpec): PodSpec {
  let template = templateSpecs.get(spec);
  if (template === undefined) {
    template = withoutPodDefaults(spec);
    templateSpecs.set(spec, template);
  }
  return template;
}

function withoutPodDefaults(spec: PodSpec): PodSpec {
  const { containers, initContainers, resources } = spec;
  const isAsWritten =
    resources?.requestsFromLimits === undefined &&
    [...containers, ...initContainers].every(
      (it) =>
        it.resources.requestsFromLimits === undefined &&
        it.ports.every(({ isHostPortDefaulted }) => isHostPortDefaulted !== true),
    );
  if (isAsWritten) return spec;
  return Object.freeze({
    ...spec,
    containers: containers.map(asWritten),
    initContainers: initContainers.map(asWritten),
    ...(resources === undefined ? {} : { resources: requirementsAsWritten(resources) }),
  });
}

function asWritten(container: Container): Container {
  return {
    ...container,
    resources: requirementsAsWritten(container.resources),
    ports: container.ports.map(({ isHostPortDefaulted, hostPort, ...rest }) =>
      hostPort === undefined || isHostPortDefaulted === true ? rest : { ...rest, hostPort },
    ),
  };
}

function requirementsAsWritten({
  requests,
  limits,
  requestsFromLimits = [],
}: ResourceRequirements): ResourceRequirements {
  const written = Object.entries(requests).filter(([name]) => !requestsFromLimits.includes(name));
  return { requests: Object.fromEntries(written), limits };
}
