import type { CatalogueSource } from "../traces/catalogue/tables.ts";

const karpenter = "github.com/aws/karpenter-provider-aws";
const document = "website/content/en/docs/reference/instance-types.md";

/** Where the facts about instance types come from. */
export const instanceTypeSources: readonly CatalogueSource[] = [
  {
    name: "karpenter-instance-types",
    from: `${karpenter} v1.14.1 (bde00654cd316fddb3dccfba3f5ac07039865429) ${document}; retired types from the same document at the release in doc_version`,
    asOf: "2026-06-10",
    licence: "Apache-2.0",
  },
  {
    name: "karpenter-vpc-limits",
    from: `${karpenter} v1.14.1 pkg/providers/instancetype/zz_generated.vpclimits.go`,
    asOf: "2026-05-18",
    licence: "Apache-2.0",
  },
];

/** Where the On-Demand prices come from; names and dates are those of the price table. */
export const priceSources: readonly CatalogueSource[] = [
  {
    name: "karpenter-v1.14.1",
    from: `${karpenter} v1.14.1 pkg/providers/pricing/zz_generated.pricing_aws.go`,
    asOf: "2026-07-06",
    licence: "Apache-2.0",
  },
  {
    name: "karpenter-v0.31.0",
    from: `${karpenter} v0.31.0 pkg/providers/pricing/zz_generated.pricing_aws.go`,
    asOf: "2023-09-18",
    licence: "Apache-2.0",
  },
  {
    name: "aws-price-list",
    from: "AWS price list as kept in github.com/yeo/ec2.shop (74c9fd8ab5acfd9511cd6535f914d47071601ad2) data/ec2",
    asOf: "2025-04-04",
    licence: "MIT",
  },
];

/** Where interruption buckets and savings come from. */
export const advisorSources: readonly CatalogueSource[] = [
  {
    name: "spot-instance-advisor",
    from: "Spot Instance Advisor as kept in github.com/alexei-led/spotinfo (05e933139449b888c78795b28af8e9370429a031) internal/spot/data/spot-advisor-data.json",
    asOf: "2025-06-28",
    licence: "Apache-2.0",
  },
];
