import { type ResourceList, compareStrings, formatResource } from "../units/index.ts";
import {
  type Decoder,
  checked,
  defaulted,
  list,
  mapped,
  neutrals,
  object,
  optional,
  required,
  unmodelled,
  unplayed,
} from "./decoder.ts";
import { integer, oneOf, resourceList, text } from "./decode-scalars.ts";
import type { Container, ResourceRequirements } from "./pod.ts";
import { complain, placeAt } from "./place.ts";

const writtenResources = object({
  requests: defaulted(resourceList, {}),
  limits: defaulted(resourceList, {}),
  claims: unmodelled("devices of dynamic resource allocation are not allocated"),
});

/**
 * Requests and limits; a limit without a request becomes the request, as at admission.
 *
 * @see kubernetes pkg/apis/core/v1/defaults.go SetDefaults_Pod
 */
export const resources: Decoder<ResourceRequirements> = (raw, place) => {
  const written = writtenResources(raw, place);
  if (written === undefined) return undefined;
  for (const [name, request] of Object.entries(written.requests)) {
    const limit = written.limits[name];
    if (limit === undefined || request <= limit) continue;
    const text = formatResource(name, limit);
    complain(placeAt(place, "requests", name), {
      code: "apis/rule",
      value: formatResource(name, request),
      allowed: `at most ${text}`,
      sentence: `Invalid value: "${formatResource(name, request)}": must be less than or equal to ${name} limit of ${text}`,
    });
  }
  const fromLimits = Object.keys(written.limits).filter(
    (name) => !Object.hasOwn(written.requests, name),
  );
  return {
    requests: merged(written.limits, written.requests),
    limits: written.limits,
    ...(fromLimits.length === 0 ? {} : { requestsFromLimits: fromLimits }),
  };
};

/** Both lists in one, sorted by name; the second one wins. */
function merged(fallback: ResourceList, list: ResourceList): ResourceList {
  const entries = Object.entries({ ...fallback, ...list });
  return Object.fromEntries(entries.sort(([a], [b]) => compareStrings(a, b)));
}

const port = object({
  containerPort: required(integer({ minimum: 1, maximum: 65_535 })),
  hostPort: optional(integer({ minimum: 0, maximum: 65_535 })),
  hostIP: optional(text),
  protocol: defaulted(oneOf(["TCP", "UDP", "SCTP"]), "TCP"),
  ...neutrals("name"),
});

const probe = object({
  initialDelaySeconds: defaulted(integer({ minimum: 0 }), 0),
  ...neutrals(
    "exec",
    "httpGet",
    "tcpSocket",
    "grpc",
    "timeoutSeconds",
    "periodSeconds",
    "successThreshold",
    "failureThreshold",
    "terminationGracePeriodSeconds",
  ),
});

const lifecycle = object({
  preStop: unplayed("a container stops at once when told to, whatever its preStop hook does"),
  ...neutrals("postStart", "stopSignal"),
});

const shape = {
  name: required(text),
  image: defaulted(text, ""),
  resources: defaulted(resources, { requests: {}, limits: {} }),
  ports: defaulted(list(port), []),
  restartPolicy: optional(oneOf(["Always", "OnFailure", "Never"])),
  readinessProbe: optional(probe),
  lifecycle: optional(lifecycle),
  startupProbe: unplayed("containers count as started at once"),
  restartPolicyRules: unplayed("containers do not restart on their own"),
  resizePolicy: unplayed("pods are not resized in place"),
  ...neutrals(
    "command",
    "args",
    "workingDir",
    "envFrom",
    "env",
    "volumeMounts",
    "volumeDevices",
    "livenessProbe",
    "terminationMessagePath",
    "terminationMessagePolicy",
    "imagePullPolicy",
    "securityContext",
    "stdin",
    "stdinOnce",
    "tty",
  ),
};

/** A container of a pod; an `Always` restart policy is kept, it marks a sidecar. */
const container: Decoder<Container> = mapped(object(shape), (written) => ({
  name: written.name,
  image: written.image,
  resources: written.resources,
  ports: written.ports,
  ...(written.restartPolicy === "Always" ? { restartPolicy: "Always" as const } : {}),
  readinessInitialDelaySeconds: written.readinessProbe?.initialDelaySeconds ?? 0,
}));

/** A list of containers whose names differ. */
export const containers: Decoder<readonly Container[]> = checked(list(container), [
  {
    message: "name: Duplicate value: the names of containers must differ",
    holds: (all) => new Set(all.map((one) => one.name)).size === all.length,
  },
]);

/**
 * With the host's network every port of a container is a port of the host.
 *
 * @see kubernetes pkg/apis/core/v1/defaults.go defaultHostNetworkPorts
 */
export function withHostPorts(container: Container): Container {
  const ports = container.ports.map((port) =>
    (port.hostPort ?? 0) === 0
      ? { ...port, hostPort: port.containerPort, isHostPortDefaulted: true as const }
      : port,
  );
  return { ...container, ports };
}
