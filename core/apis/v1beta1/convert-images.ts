import { hasErrorWithin, type Place, converted, placeAt } from "../place.ts";
import type { AmiFamily, BlockDeviceMapping, SelectorTerm } from "../ec2-node-class.ts";

/** Families that v1beta1 and v1alpha1 knew. */
export const olderAmiFamilies = [
  "AL2",
  "AL2023",
  "Bottlerocket",
  "Ubuntu",
  "Custom",
  "Windows2019",
  "Windows2022",
] as const;
export type OlderAmiFamily = (typeof olderAmiFamilies)[number];

/** How an older node class chose its images. */
export interface OlderImages {
  readonly amiFamily: OlderAmiFamily;
  readonly terms: readonly SelectorTerm[];
  readonly blockDeviceMappings: readonly BlockDeviceMapping[];
  /** The version that a downgraded alias had been pinned to, where an annotation says so. */
  readonly aliasVersion?: string | undefined;
}

/** The same choice in v1, typed and as v1 writes it. */
export interface ConvertedImages {
  readonly amiFamily: AmiFamily;
  readonly amiSelectorTerms: readonly SelectorTerm[];
  readonly blockDeviceMappings: readonly BlockDeviceMapping[];
  /** Fields of the v1 spec; an undefined one is left out there. */
  readonly raw: {
    readonly amiFamily?: AmiFamily | undefined;
    readonly amiSelectorTerms: readonly SelectorTerm[];
    readonly blockDeviceMappings?: readonly unknown[];
  };
}

const ubuntuRootBytes = 20 * 1024 ** 3;
const ubuntuRoot: BlockDeviceMapping = {
  deviceName: "/dev/sda1",
  rootVolume: true,
  ebs: { volumeSizeBytes: ubuntuRootBytes, volumeType: "gp3", deleteOnTermination: true },
};
const rawUbuntuRoot = {
  deviceName: "/dev/sda1",
  rootVolume: true,
  ebs: { encrypted: true, volumeType: "gp3", volumeSize: "20Gi" },
};

/**
 * A known family without terms becomes an alias, Ubuntu becomes AL2, anything else stays.
 *
 * @see karpenter-provider-aws v1.0.0 pkg/apis/v1/ec2nodeclass_conversion.go EC2NodeClass.ConvertFrom
 */
export function convertImages(images: OlderImages, specPlace: Place): ConvertedImages {
  const { amiFamily, terms, blockDeviceMappings } = images;
  const place = placeAt(specPlace, "amiFamily");
  if (amiFamily === "Ubuntu") return convertUbuntu(images, place);
  if (amiFamily === "Custom" || terms.length > 0) {
    const raw = { amiFamily, amiSelectorTerms: terms };
    return { amiFamily, amiSelectorTerms: terms, blockDeviceMappings, raw };
  }
  const alias = `${amiFamily.toLowerCase()}@${images.aliasVersion ?? "latest"}`;
  if (!hasErrorWithin(place)) {
    converted(
      place,
      amiFamily,
      `amiSelectorTerms: [{alias: ${alias}}]`,
      "v1 selects the images of a family by an alias",
    );
  }
  const amiSelectorTerms = [{ alias }];
  return { amiFamily, amiSelectorTerms, blockDeviceMappings, raw: { amiSelectorTerms } };
}

function convertUbuntu(images: OlderImages, place: Place): ConvertedImages {
  const { terms, blockDeviceMappings } = images;
  const hasTerms = terms.length > 0;
  const isBare = blockDeviceMappings.length === 0;
  const amiSelectorTerms = hasTerms ? terms : [{ id: "ami-placeholder" }];
  converted(
    place,
    "Ubuntu",
    "amiFamily: AL2",
    hasTerms
      ? "v1 has no Ubuntu family; user data and images stay as they are"
      : "v1 has no Ubuntu family, and without amiSelectorTerms v1 finds no image: " +
          "such a class launches nothing there until its images are named",
  );
  return {
    amiFamily: "AL2",
    amiSelectorTerms,
    blockDeviceMappings: isBare ? [ubuntuRoot] : blockDeviceMappings,
    raw: {
      amiFamily: "AL2",
      amiSelectorTerms,
      ...(isBare ? { blockDeviceMappings: [rawUbuntuRoot] } : {}),
    },
  };
}
