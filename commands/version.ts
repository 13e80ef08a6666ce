import manifest from "../package.json" with { type: "json" };

/** The version of this dryfit, as in its package.json; reports carry it. */
export const version: string = manifest.version;
