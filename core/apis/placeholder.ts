// Manifests are often templates for envsubst, as Karpenter's own examples are: their role is called
// "KarpenterNodeRole-${CLUSTER_NAME}". Such text is a fine string where a name is opaque to us; it
// is no quantity, no duration and no number.

const pattern = /\$\{[A-Za-z_][A-Za-z0-9_]*(?::?[-=?+][^}]*)?\}|\$\([A-Za-z_][A-Za-z0-9_]*\)/;
const wholeVariable = /^\$[A-Z_][A-Z0-9_]*$/;

/**
 * The first placeholder in a text: `${NAME}`, `${NAME:-default}`, `$(NAME)`, or a text that is
 * nothing but `$NAME`. Undefined where there is none, as in shell scripts with `$1` or `$(jq .)`.
 */
export function findPlaceholder(text: string): string | undefined {
  const found = pattern.exec(text)?.[0];
  return found ?? (wholeVariable.test(text) ? text : undefined);
}
