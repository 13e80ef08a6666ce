import type { PendingConversion } from "./field-issue.ts";
import type { ManifestObject } from "./manifest-object.ts";

/** What a reader of an older form yields: the current object and what it brings along. */
export interface ParsedObject {
  readonly object: ManifestObject;
  readonly companions?: readonly ManifestObject[];
  readonly pending?: PendingConversion;
}
