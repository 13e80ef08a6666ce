/**
 * Freezes plain data through and through, and hands it back.
 *
 * Stops at what is frozen already: an update shares most parts with the object it replaces.
 */
export function deepFreeze<T>(value: T): T {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return value;
  Object.freeze(value);
  for (const part of Object.values(value)) deepFreeze(part);
  return value;
}
