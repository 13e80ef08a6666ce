// What Kubernetes lets a label's key and value look like, with its own sentences about what does not.

const maxNameLength = 63;
const maxSubdomainLength = 253;

const namePattern = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]";
const valuePattern = `(${namePattern})?`;
const dnsLabelPattern = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";
const subdomainPattern = `${dnsLabelPattern}(\\.${dnsLabelPattern})*`;

const alphanumericEnds =
  "alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";
const nameRule = describe(`must consist of ${alphanumericEnds}`, namePattern, [
  "MyName",
  "my.name",
  "123-abc",
]);
const valueRule = describe(
  `a valid label must be an empty string or consist of ${alphanumericEnds}`,
  valuePattern,
  ["MyValue", "my_value", "12345"],
);
const subdomainRule = describe(
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or " +
    "'.', and must start and end with an alphanumeric character",
  subdomainPattern,
  ["example.com"],
);

const nameRegExp = new RegExp(`^${namePattern}$`);
const valueRegExp = new RegExp(`^${valuePattern}$`);
const subdomainRegExp = new RegExp(`^${subdomainPattern}$`);

/**
 * What is wrong with a label key (an optional DNS subdomain and a slash, then a name); empty when
 * it is fine.
 *
 * @see k8s.io/apimachinery pkg/util/validation/validation.go IsQualifiedName
 */
export function labelKeyViolations(key: string): readonly string[] {
  const parts = key.split("/");
  if (parts.length > 2) {
    const hint = "with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')";
    return [`a valid label key ${nameRule} ${hint}`];
  }
  const violations: string[] = [];
  const [prefix, name = ""] = parts.length === 2 ? parts : [undefined, key];
  if (prefix !== undefined) {
    const found = prefix === "" ? ["must be non-empty"] : subdomainViolations(prefix);
    violations.push(...found.map((violation) => `prefix part ${violation}`));
  }
  if (name === "") violations.push("name part must be non-empty");
  else if (name.length > maxNameLength) violations.push(`name part ${tooLong(maxNameLength)}`);
  if (!nameRegExp.test(name)) violations.push(`name part ${nameRule}`);
  return violations;
}

/**
 * What is wrong with a label value; empty when it is fine. The empty value is.
 *
 * @see k8s.io/apimachinery pkg/util/validation/validation.go IsValidLabelValue
 */
export function labelValueViolations(value: string): readonly string[] {
  const violations: string[] = [];
  if (value.length > maxNameLength) violations.push(tooLong(maxNameLength));
  if (!valueRegExp.test(value)) violations.push(valueRule);
  return violations;
}

function subdomainViolations(prefix: string): readonly string[] {
  const violations: string[] = [];
  if (prefix.length > maxSubdomainLength) violations.push(tooLong(maxSubdomainLength));
  if (!subdomainRegExp.test(prefix)) violations.push(subdomainRule);
  return violations;
}

function tooLong(limit: number): string {
  return `must be no more than ${limit} bytes`;
}

function describe(rule: string, pattern: string, examples: readonly string[]): string {
  const quoted = examples.map((example) => `'${example}', `).join(" or ");
  return `${rule} (e.g. ${quoted}regex used for validation is '${pattern}')`;
}
