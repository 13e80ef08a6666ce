/** Where a table of figures came from, and of which day it is. */
export interface DataSource {
  /** As a reader would look it up: a file's name, a publisher, a model. */
  readonly source: string;
  /** ISO date, or two joined by `/` for a range; absent where a model has none. */
  readonly date?: string;
}

/** A file that went into the runs. */
export interface InputDigest {
  /** As the scenario names it, relative to the scenario. */
  readonly name: string;
  /** Of the bytes, in lower-case hexadecimal. */
  readonly sha256: string;
}

/** Something that the input asked for and the simulator does not model, or models differently. */
export interface Notice {
  /** A stable name such as `not-modelled/pod-overhead`. */
  readonly code: string;
  /** One sentence: what was found, and what happens instead. */
  readonly message: string;
  /** The policies it is about; absent: all of them. */
  readonly policies?: readonly string[];
}

/** A policy as the scenario names it, with the experiments that it switches on. */
export interface PolicyProvenance {
  readonly name: string;
  /** One line each, such as `minSavingsPercent: 10`; empty for upstream's behaviour. */
  readonly experiments: readonly string[];
  /** How long Karpenter's decisions took, such as `ideal: no time`. */
  readonly decisionLatency: string;
}

/** What a report rests on besides the facts of the runs. Plain data. */
export interface Provenance {
  readonly dryfitVersion: string;
  /** The Karpenter whose decisions are modelled, `v1.14.1`. */
  readonly karpenterVersion: string;
  readonly scenario: {
    readonly name: string;
    /** Of everything that decides the outcome: scenario, manifests and traces. */
    readonly digest: string;
  };
  readonly region: string;
  readonly zones: readonly string[];
  /** In the order in which reports show them; each needs the same seeds. */
  readonly policies: readonly PolicyProvenance[];
  readonly catalogue: DataSource;
  readonly onDemandPrices: DataSource;
  readonly spotPrices: DataSource;
  /** Where interruptions of Spot Instances come from. */
  readonly interruptions: DataSource;
  readonly inputs: readonly InputDigest[];
  readonly notices: readonly Notice[];
}
