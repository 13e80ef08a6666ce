/** The user's own Kubernetes YAML, unchanged: from files to objects. */
export {
  type KeptPlaceholder,
  type LeftOutObject,
  type LoadedManifests,
  type ManifestFile,
  type Origin,
  loadManifests,
} from "./load-manifests.ts";
export type { NeutralField } from "./manifest-warnings.ts";
