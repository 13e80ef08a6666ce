/**
 * Filters of EC2's Describe calls, as selector terms use them: case counts, `*` stands for any text
 * and `?` for one character.
 *
 * @see Amazon EC2 User Guide, "List and filter your resources"
 */

/** Whether a value passes the filter. */
export function matchesFilter(filter: string, value: string): boolean {
  let filterIndex = 0;
  let valueIndex = 0;
  // Where the last star stood, and up to where it has been stretched.
  let starIndex = -1;
  let stretchedTo = 0;
  while (valueIndex < value.length) {
    const wanted = filter[filterIndex];
    if (wanted === "*") {
      starIndex = filterIndex++;
      stretchedTo = valueIndex;
    } else if (wanted === "?" || (wanted !== undefined && wanted === value[valueIndex])) {
      filterIndex++;
      valueIndex++;
    } else if (starIndex >= 0) {
      filterIndex = starIndex + 1;
      valueIndex = ++stretchedTo;
    } else {
      return false;
    }
  }
  while (filter[filterIndex] === "*") filterIndex++;
  return filterIndex === filter.length;
}

/** Whether tags pass every one of the tag filters; a star alone asks for the key only. */
export function matchesTags(
  filters: Readonly<Record<string, string>>,
  tags: Readonly<Record<string, string>>,
): boolean {
  return Object.entries(filters).every(([key, filter]) => {
    const value = Object.hasOwn(tags, key) ? tags[key] : undefined;
    return value !== undefined && matchesFilter(filter, value);
  });
}
