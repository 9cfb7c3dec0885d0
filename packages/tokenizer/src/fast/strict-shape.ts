/**
 * Whether an object has no keys but these. A component with a key that the fast path has not heard of may mean
 * something that it would not do.
 */
export function hasOnlyKeys(object: Readonly<Record<string, unknown>>, keys: readonly string[]): boolean {
  return Object.keys(object).every((key) => keys.includes(key));
}
