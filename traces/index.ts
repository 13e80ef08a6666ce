/** Trace files: spot prices, interruptions, workloads; and the embedded EC2 catalogue. */
export type { Catalogue, CatalogueTables } from "./catalogue/catalogue.ts";
export { loadCatalogue, openCatalogue } from "./catalogue/catalogue.ts";
export type { Ec2InstanceTypeFacts } from "./catalogue/instance-type-facts.ts";
export type { FindOnDemandPrice, OnDemandPrice } from "./catalogue/on-demand-prices.ts";
export type { FindSpotAdvice, SpotAdvice } from "./catalogue/spot-advice.ts";
export type { CatalogueSource, SpotAdvisorBucket } from "./catalogue/tables.ts";
