import { parseResource } from "../units/index.ts";
import {
  type Decoder,
  checked,
  defaulted,
  list,
  mapped,
  neutral,
  object,
  optional,
  partly,
  present,
} from "./decoder.ts";
import { flag, integer, oneOf, refusePlaceholder, text, textWith } from "./decode-scalars.ts";
import type { BlockDeviceMapping } from "./ec2-node-class.ts";

const volumeSizePattern =
  "^((?:[1-9][0-9]{0,3}|[1-4][0-9]{4}|[5][0-8][0-9]{3}|59000)Gi|(?:[1-9][0-9]{0,3}|[1-5][0-9]{4}|[6][0-3][0-9]{3}|64000)G|([1-9]||[1-5][0-7]|58)Ti|([1-9]||[1-5][0-9]|6[0-3]|64)T)$";
const volumeSizeExpression = new RegExp(volumeSizePattern);

/** Bytes of a volume; text that does not match the CRD's pattern has been told already. */
const volumeSize: Decoder<number> = (raw, place) => {
  const written = textWith({ pattern: volumeSizePattern })(raw, place);
  if (written === undefined) return undefined;
  if (refusePlaceholder(written, place, "a size such as 20Gi")) return 0;
  const isReadable = volumeSizeExpression.test(written) && /^[0-9]/.test(written);
  return isReadable ? parseResource("ephemeral-storage", written) : 0;
};

const ebs = checked(
  object({
    volumeSize: optional(volumeSize),
    volumeType: optional(oneOf(["standard", "io1", "io2", "gp2", "sc1", "st1", "gp3"])),
    iops: optional(integer()),
    throughput: optional(integer()),
    deleteOnTermination: optional(
      partly(
        flag,
        (isOn) => !isOn,
        "the volume is billed only as long as its instance lives",
        "unplayed",
      ),
    ),
    snapshotID: optional(text),
    volumeInitializationRate: optional(integer({ minimum: 100, maximum: 300 })),
    encrypted: neutral(flag),
    kmsKeyID: neutral(text),
  }),
  [
    {
      message: "snapshotID or volumeSize must be defined",
      holds: (written) => written.snapshotID !== undefined || written.volumeSize !== undefined,
    },
    {
      message: "snapshotID must be set when volumeInitializationRate is set",
      holds: ({ volumeInitializationRate, snapshotID }) =>
        volumeInitializationRate === undefined || (snapshotID ?? "") !== "",
    },
  ],
);

const rootDevices: readonly string[] = ["/dev/xvda", "/dev/sda1"];

/**
 * One volume of the instances; what is not written has EC2's defaults.
 *
 * EC2 makes a gp2 volume when no type is named, and deletes the root volume but no other one with
 * its instance.
 *
 * @see https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateVolume.html VolumeType
 * @see https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/preserving-volumes-on-termination.html
 */
const blockDeviceMapping: Decoder<BlockDeviceMapping> = mapped(
  object({
    deviceName: defaulted(text, ""),
    rootVolume: defaulted(flag, false),
    ebs: optional(ebs),
  }),
  ({ deviceName, rootVolume, ebs: volume }) => ({
    deviceName,
    rootVolume,
    ...present({
      ebs:
        volume === undefined
          ? undefined
          : {
              volumeType: volume.volumeType ?? "gp2",
              deleteOnTermination:
                volume.deleteOnTermination ?? (rootVolume || rootDevices.includes(deviceName)),
              ...present({
                volumeSizeBytes: volume.volumeSize,
                iops: volume.iops,
                throughputMibPerSecond: volume.throughput,
              }),
            },
    }),
  }),
);

/** The volumes of a node class, at most one of which is the root volume. */
export const blockDeviceMappings: Decoder<readonly BlockDeviceMapping[]> = checked(
  list(blockDeviceMapping, { maxItems: 50 }),
  [
    {
      message: "must have only one blockDeviceMappings with rootVolume",
      holds: (all) => all.filter((one) => one.rootVolume).length <= 1,
    },
  ],
);
