/**
 * The part of an AWS account that EC2NodeClasses are resolved against, and how it changes during a
 * run. What an account does not describe matches every selector term.
 */
import type { SimTime } from "../../core/units/index.ts";
import { invariant } from "../../core/units/index.ts";

type Tags = Readonly<Record<string, string>>;

export interface AccountSubnet {
  readonly id: string;
  readonly zone: string;
  readonly zoneId?: string;
  readonly tags: Tags;
  /** Decides between the subnets of a zone; addresses don't run out. */
  readonly availableIpAddressCount: number;
}

export interface AccountSecurityGroup {
  readonly id: string;
  /** The group's own name, not its tag Name. */
  readonly name: string;
  readonly tags: Tags;
}

/** An AMI that selector terms find by id, name, tags, owner or SSM parameter. */
export interface AccountImage {
  readonly id: string;
  readonly name: string;
  readonly architecture: "amd64" | "arm64";
  readonly creationDate: SimTime;
  /** `self`, `amazon`, `aws-marketplace` or an account id. */
  readonly owner: string;
  readonly tags: Tags;
  /** Names of the SSM parameters that hold its id. */
  readonly ssmParameters: readonly string[];
}

/** An account at one time. */
export interface AwsAccount {
  /** Absent: one in every zone of the cluster. */
  readonly subnets?: readonly AccountSubnet[];
  /** Absent: one. */
  readonly securityGroups?: readonly AccountSecurityGroup[];
  /** Absent: terms other than aliases find one made-up image. */
  readonly images?: readonly AccountImage[];
  /** The newest version of EKS-optimized AMIs, by the family that an alias names (`al2023`). */
  readonly amiReleases: Readonly<Record<string, string>>;
  /** Of the control plane, such as `1.33`. Absent: one that has AMIs of every family. */
  readonly kubernetesVersion?: string;
}

/** An account from an instant on. */
export interface AccountVersion {
  readonly since: SimTime;
  readonly account: AwsAccount;
}

/** An account of which nothing is described. */
export const undescribedAccount: AwsAccount = Object.freeze({ amiReleases: Object.freeze({}) });

/** What `@latest` is until an account says so. */
const firstAmiRelease = "at-start";

/** An account over time. */
export class AccountHistory {
  readonly #versions: readonly AccountVersion[];

  /** `versions` ascend and the first is of the start of the run. */
  constructor(versions: readonly AccountVersion[]) {
    invariant(versions.length > 0, "an account has a first version");
    this.#versions = versions;
  }

  /** The account as it is at an instant, a change at that very instant included. */
  at(time: SimTime): AwsAccount {
    let found = this.#versions[0] as AccountVersion;
    for (const version of this.#versions) {
      if (version.since > time) break;
      found = version;
    }
    return found.account;
  }

  /** The version that `@latest` of a family stands for. */
  latestAmiRelease(family: string, time: SimTime): string {
    return this.at(time).amiReleases[family] ?? firstAmiRelease;
  }

  /**
   * Whether AMIs of a version are there: those that no change releases were there before the run.
   */
  isReleased(family: string, version: string, time: SimTime): boolean {
    const first = this.#versions.find(({ account }) => account.amiReleases[family] === version);
    return first === undefined || first.since <= time;
  }
}
