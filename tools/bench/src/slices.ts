/** Texts for one pass. */
export interface Slice {
  texts: readonly string[];
  /** Of UTF-8, all texts together. */
  bytes: number;
}

/**
 * Cuts texts into `count` slices of about the same number of bytes, at most `maximumBytes` each. No text is in two
 * slices: a pass over a slice meets texts that no pass before it has met.
 */
export function cutSlices(texts: readonly string[], count: number, maximumBytes: number): Slice[] {
  const sizes = texts.map((text) => Buffer.byteLength(text));
  const wanted = Math.min(maximumBytes, sizes.reduce((sum, size) => sum + size, 0) / count);
  const slices: Slice[] = [];
  let start = 0;
  let bytes = 0;
  for (let index = 0; index < texts.length && slices.length < count; index++) {
    bytes += sizes[index] as number;
    if (bytes < wanted && index + 1 < texts.length) continue;
    slices.push({ texts: texts.slice(start, index + 1), bytes });
    start = index + 1;
    bytes = 0;
  }
  return slices;
}
