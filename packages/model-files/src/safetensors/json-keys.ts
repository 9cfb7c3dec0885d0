/** Keys of all objects in a valid JSON text, repeated ones counted as often as they are written. */
export function countJsonKeys(json: string): number {
  let keys = 0;
  let inString = false;
  for (let index = 0; index < json.length; index++) {
    const character = json[index];
    if (character === "\\")
      index++; // only strings have escapes
    else if (character === '"') inString = !inString;
    else if (character === ":" && !inString) keys++;
  }
  return keys;
}

/** Keys of all objects in a parsed JSON value. */
export function countObjectKeys(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  const children = Object.values(value);
  const own = Array.isArray(value) ? 0 : children.length;
  return children.reduce<number>((sum, child) => sum + countObjectKeys(child), own);
}
