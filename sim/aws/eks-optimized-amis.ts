/**
 * The EKS-optimized AMIs behind an alias: one image for each variant of a family, with what an
 * instance type must be to run on it. Ids and names are made up from family, version, variant and
 * Kubernetes version, so that another version is another image and the same one the same image.
 *
 * @see karpenter-provider-aws v1.14.1 pkg/providers/amifamily/al2.go, al2023.go, bottlerocket.go, windows.go
 */
import {
  type AmiFamily,
  hashOfText,
  labelArch,
  labelOs,
  labelWindowsBuild,
  type NodeSelectorRequirement,
  type ResolvedAmi,
} from "../../core/apis/index.ts";
import { compareStrings } from "../../core/units/index.ts";

type Variant = "standard" | "nvidia" | "neuron";
type Arch = "amd64" | "arm64";

/** One image of a family: several variants share it where it suits them all. */
interface Image {
  readonly name: string;
  readonly arch: Arch;
  readonly variants: readonly Variant[];
}

const gpuCount = "karpenter.k8s.aws/instance-gpu-count";
const acceleratorCount = "karpenter.k8s.aws/instance-accelerator-count";

/** What is simulated where an account doesn't say. */
const simulatedKubernetesVersion = "1.33";

/** @see karpenter-provider-aws v1.14.1 pkg/apis/v1/labels.go Windows2019Build */
export const windowsBuilds: Readonly<Record<string, string>> = {
  Windows2019: "10.0.17763",
  Windows2022: "10.0.20348",
  Windows2025: "10.0.26100",
};

/** What alias terms name: `al2023@latest` is of AL2023, in its latest version. */
export interface Alias {
  readonly family: AmiFamily;
  /** As written before the `@`. */
  readonly familyName: string;
  readonly version: string;
}

/** The images of a family's version, by id; an image of two variants comes twice. */
export function eksOptimizedAmis(
  { family, version }: Omit<Alias, "familyName">,
  kubernetesVersion: string = simulatedKubernetesVersion,
): readonly ResolvedAmi[] {
  const suffix = `${kubernetesVersion}-${version}`;
  const windowsBuild = windowsBuilds[family];
  if (windowsBuild !== undefined) {
    const name = `Windows_Server-${family.slice("Windows".length)}-English-Core-EKS_Optimized-${suffix}`;
    const requirements = [isIn(labelArch, "amd64"), isIn(labelOs, "windows")];
    return [image(name, [...requirements, isIn(labelWindowsBuild, windowsBuild)])];
  }
  return imagesOf(family)
    .flatMap(({ name, arch, variants }) =>
      variants.map((variant) =>
        image(`${name}-${suffix}`, [isIn(labelArch, arch), ...variantRequirements(variant)]),
      ),
    )
    .sort((left, right) => compareStrings(left.id, right.id));
}

/** The made-up id of an AMI by its name: as many digits as EC2's have. */
export function amiIdOf(name: string): string {
  return `ami-0${hashOfText(name).toString(16).padStart(16, "0")}`;
}

function image(name: string, requirements: readonly NodeSelectorRequirement[]): ResolvedAmi {
  return { id: amiIdOf(name), name, requirements: [...requirements].sort(byKeyLength) };
}

/** @see karpenter-provider-aws v1.14.1 pkg/controllers/nodeclass/ami.go AMI.Reconcile */
function byKeyLength(left: NodeSelectorRequirement, right: NodeSelectorRequirement): number {
  return left.key.length - right.key.length || compareStrings(left.key, right.key);
}

function imagesOf(family: AmiFamily): readonly Image[] {
  switch (family) {
    case "AL2":
      return [
        { name: "amazon-eks-node", arch: "amd64", variants: ["standard"] },
        { name: "amazon-eks-arm64-node", arch: "arm64", variants: ["standard"] },
        { name: "amazon-eks-gpu-node", arch: "amd64", variants: ["neuron", "nvidia"] },
      ];
    case "Bottlerocket":
      return [
        bottlerocket("x86_64", "", ["standard", "neuron"]),
        bottlerocket("arm64", "", ["standard"]),
        bottlerocket("x86_64", "-nvidia", ["nvidia"]),
        bottlerocket("arm64", "-nvidia", ["nvidia"]),
      ];
    default:
      return [
        al2023("x86_64", "standard"),
        al2023("x86_64", "nvidia"),
        al2023("x86_64", "neuron"),
        al2023("arm64", "standard"),
        al2023("arm64", "nvidia"),
      ];
  }
}

function al2023(architecture: "x86_64" | "arm64", variant: Variant): Image {
  const name = `amazon-eks-node-al2023-${architecture}-${variant}`;
  return { name, arch: architecture === "arm64" ? "arm64" : "amd64", variants: [variant] };
}

function bottlerocket(
  architecture: "x86_64" | "arm64",
  flavour: string,
  variants: readonly Variant[],
): Image {
  const name = `bottlerocket-aws-k8s${flavour}-${architecture}`;
  return { name, arch: architecture === "arm64" ? "arm64" : "amd64", variants };
}

/** @see karpenter-provider-aws v1.14.1 pkg/providers/amifamily/types.go Variant.Requirements */
function variantRequirements(variant: Variant): readonly NodeSelectorRequirement[] {
  switch (variant) {
    case "standard":
      return [
        { key: acceleratorCount, operator: "DoesNotExist", values: [] },
        { key: gpuCount, operator: "DoesNotExist", values: [] },
      ];
    case "nvidia":
      return [{ key: gpuCount, operator: "Exists", values: [] }];
    case "neuron":
      return [{ key: acceleratorCount, operator: "Exists", values: [] }];
  }
}

function isIn(key: string, value: string): NodeSelectorRequirement {
  return { key, operator: "In", values: [value] };
}
