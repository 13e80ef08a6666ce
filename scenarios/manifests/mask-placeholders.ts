// In YAML a brace starts a mapping wherever a value may start, so that `[${ZONE_A}, ${ZONE_B}]` is
// no list of two texts. Placeholders are therefore hidden before the YAML is read, character by
// character, so that no position moves, and put back into the texts afterwards.

const placeholder = /\$\{[A-Za-z_][A-Za-z0-9_]*(?::?[-=?+][^}\n]*)?\}/g;
const indicators = ["{", "}", ":", ",", "#", "[", "]", "&", "*", "!", "|", ">", "'", '"', "%", "@"];
const firstMask = 0xe000;
const masks = indicators.map((_, index) => String.fromCharCode(firstMask + index));
const masked = new RegExp(`[${masks.join("")}]`, "g");

/** The text with the placeholders' indicators hidden; unchanged if it has such characters itself. */
export function maskPlaceholders(text: string): string {
  if (masks.some((mask) => text.includes(mask))) return text;
  return text.replace(placeholder, (found) =>
    [...found].map((character) => masks[indicators.indexOf(character)] ?? character).join(""),
  );
}

/** The text with its placeholders as they were written. */
export function unmaskPlaceholders(text: string): string {
  return text.replace(
    masked,
    (character) => indicators[character.charCodeAt(0) - firstMask] ?? character,
  );
}
