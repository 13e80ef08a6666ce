/**
 * An IP address in one canonical spelling, so that equal addresses are equal strings: IPv4 in
 * dotted decimals (also when mapped into IPv6), IPv6 as RFC 5952 prints it. `undefined` for what is
 * no address.
 *
 * @see https://pkg.go.dev/net#ParseIP
 */
export function canonicalIp(text: string): string | undefined {
  if (!text.includes(":")) return readIpv4(text)?.join(".");
  const groups = readIpv6(text);
  if (groups === undefined) return undefined;
  const [high = 0, low = 0] = groups.slice(6);
  const isMapped = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff;
  return isMapped ? [high >> 8, high & 255, low >> 8, low & 255].join(".") : formatIpv6(groups);
}

/** Whether a canonical address stands for every address of the host. */
export function isUnspecifiedIp(canonical: string): boolean {
  return canonical === "0.0.0.0" || canonical === "::";
}

function readIpv4(text: string): readonly number[] | undefined {
  const parts = text.split(".");
  if (parts.length !== 4 || !parts.every((part) => /^(?:0|[1-9]\d{0,2})$/.test(part))) {
    return undefined;
  }
  const numbers = parts.map(Number);
  return numbers.every((number) => number <= 255) ? numbers : undefined;
}

function readIpv6(text: string): readonly number[] | undefined {
  const [head = "", tail, ...more] = text.split("::");
  if (more.length > 0) return undefined;
  const before = readGroups(head, tail === undefined);
  const after = tail === undefined ? [] : readGroups(tail, true);
  if (before === undefined || after === undefined) return undefined;
  const missing = 8 - before.length - after.length;
  if (tail === undefined ? missing !== 0 : missing < 1) return undefined;
  return [...before, ...Array.from({ length: missing }, () => 0), ...after];
}

/** Groups between colons; the last one of an address may be spelt as IPv4. */
function readGroups(text: string, mayEndInIpv4: boolean): readonly number[] | undefined {
  if (text === "") return [];
  const groups: number[] = [];
  const parts = text.split(":");
  for (const [index, part] of parts.entries()) {
    if (mayEndInIpv4 && index === parts.length - 1 && part.includes(".")) {
      const ipv4 = readIpv4(part);
      if (ipv4 === undefined) return undefined;
      const [a = 0, b = 0, c = 0, d = 0] = ipv4;
      groups.push(a * 256 + b, c * 256 + d);
    } else {
      if (!/^[0-9a-f]{1,4}$/i.test(part)) return undefined;
      groups.push(Number.parseInt(part, 16));
    }
  }
  return groups;
}

/** The longest run of at least two zero groups, the first of equals, becomes `::`. */
function formatIpv6(groups: readonly number[]): string {
  let runStart = 0;
  let runLength = 0;
  for (let start = 0; start < groups.length; start++) {
    let end = start;
    while (groups[end] === 0) end++;
    if (end - start > runLength) [runStart, runLength] = [start, end - start];
  }
  const texts = groups.map((group) => group.toString(16));
  if (runLength < 2) return texts.join(":");
  return `${texts.slice(0, runStart).join(":")}::${texts.slice(runStart + runLength).join(":")}`;
}
