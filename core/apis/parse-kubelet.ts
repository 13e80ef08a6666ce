import {
  type Decoder,
  type Rule,
  checked,
  defaulted,
  list,
  mapping,
  neutrals,
  object,
  optional,
} from "./decoder.ts";
import { flag, integer, text, textWith } from "./decode-scalars.ts";
import type { KubeletConfiguration } from "./ec2-node-class.ts";

const quantity =
  "(\\+|-)?(([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+))(([KMGTPE]i)|[numkMGTPE]|([eE](\\+|-)?(([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+))))?";
const threshold = `^((\\d{1,2}(\\.\\d{1,2})?|100(\\.0{1,2})?)%||${quantity})$`;
const signals = [
  "memory.available",
  "nodefs.available",
  "nodefs.inodesFree",
  "imagefs.available",
  "imagefs.inodesFree",
  "pid.available",
] as const;
const reservable = ["cpu", "memory", "ephemeral-storage", "pid"] as const;

type TextMap = Readonly<Record<string, string>>;

function keysOf(field: string, allowed: readonly string[]): Rule<TextMap> {
  const quoted = allowed.map((key) => `'${key}'`).join(",");
  return {
    message: `valid keys for ${field} are [${quoted}]`,
    holds: (written) => Object.keys(written).every((key) => allowed.includes(key)),
  };
}

/** Thresholds by signal; what YAML reads as a number is a type error, as it is for the CRD. */
function thresholds(field: string): Decoder<TextMap> {
  const decode = mapping((raw, place) => textWith({ pattern: threshold })(raw, place));
  return checked(decode, [keysOf(field, signals)]);
}

function reserved(field: string, allowsNumbers: boolean): Decoder<TextMap> {
  const decode = mapping((raw, place) => {
    const isNumber = allowsNumbers && typeof raw === "number";
    return textWith({ pattern: `^${quantity}$` })(isNumber ? String(raw) : raw, place);
  });
  return checked(decode, [
    keysOf(field, reservable),
    {
      message: `${field} value cannot be a negative resource quantity`,
      holds: (written) => Object.values(written).every((value) => !value.startsWith("-")),
    },
  ]);
}

const percent = integer({ minimum: 0, maximum: 100 });

function kubelet(allowsNumbers: boolean): Decoder<KubeletConfiguration> {
  const shape = {
    maxPods: optional(integer({ minimum: 0 })),
    podsPerCore: optional(integer({ minimum: 0 })),
    systemReserved: defaulted(reserved("systemReserved", allowsNumbers), {}),
    kubeReserved: defaulted(reserved("kubeReserved", allowsNumbers), {}),
    evictionHard: defaulted(thresholds("evictionHard"), {}),
    evictionSoft: optional(thresholds("evictionSoft")),
    evictionSoftGracePeriod: optional(
      checked<TextMap>(
        mapping((raw, place) => text(raw, place)),
        [keysOf("evictionSoftGracePeriod", signals)],
      ),
    ),
    evictionMaxPodGracePeriod: optional(integer()),
    imageGCHighThresholdPercent: optional(percent),
    imageGCLowThresholdPercent: optional(percent),
    clusterDNS: optional(list(text)),
    cpuCFSQuota: optional(flag),
    ...(allowsNumbers ? neutrals("containerRuntime") : {}),
  };
  const decode = checked(object(shape), [
    {
      message: "imageGCHighThresholdPercent must be greater than imageGCLowThresholdPercent",
      holds: ({ imageGCHighThresholdPercent: high, imageGCLowThresholdPercent: low }) =>
        high === undefined || low === undefined || high > low,
    },
    {
      message: "evictionSoft OwnerKey does not have a matching evictionSoftGracePeriod",
      holds: (written) => covers(written.evictionSoftGracePeriod, written.evictionSoft),
    },
    {
      message: "evictionSoftGracePeriod OwnerKey does not have a matching evictionSoft",
      holds: (written) => covers(written.evictionSoft, written.evictionSoftGracePeriod),
    },
  ]);
  return (raw, place) => {
    const written = decode(raw, place);
    if (written === undefined) return undefined;
    // Soft eviction, image collection, DNS and CPU quota change neither allocatable nor timing.
    const { maxPods, podsPerCore, systemReserved, kubeReserved, evictionHard } = written;
    return {
      ...(maxPods === undefined ? {} : { maxPods }),
      ...(podsPerCore === undefined ? {} : { podsPerCore }),
      systemReserved,
      kubeReserved,
      evictionHard,
    };
  };
}

function covers(map: TextMap | undefined, other: TextMap | undefined): boolean {
  return Object.keys(other ?? {}).every((key) => Object.hasOwn(map ?? {}, key));
}

/** Kubelet settings of an EC2NodeClass, or of a v1beta1 NodePool. */
export const kubeletConfiguration: Decoder<KubeletConfiguration> = kubelet(false);

/** Kubelet settings of a Provisioner, where amounts could be numbers. */
export const provisionerKubelet: Decoder<KubeletConfiguration> = kubelet(true);

/** Kubelet settings where nothing is set. */
export const emptyKubelet: KubeletConfiguration = {
  systemReserved: {},
  kubeReserved: {},
  evictionHard: {},
};
