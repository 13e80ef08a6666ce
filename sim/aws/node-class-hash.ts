import { type Ec2NodeClass, ec2NodeClassHash } from "../../core/apis/index.ts";

const hashes = new WeakMap<Ec2NodeClass["spec"], string>();

/** The NodeClass's structural hash, computed once for each spec. */
export function nodeClassHash(nodeClass: Ec2NodeClass): string {
  const { spec } = nodeClass;
  let hash = hashes.get(spec);
  if (hash === undefined) {
    hash = ec2NodeClassHash(nodeClass);
    hashes.set(spec, hash);
  }
  return hash;
}
