/**
 * Mean pooling of right-padded texts: row-major [texts, tokens, dimensions] to [texts, dimensions].
 *
 * @param columns tokens of each text in `states`, padding included
 * @param lengths tokens of each text that count; a text of none gets zeros
 */
export function meanOfTokens(
  states: Float32Array,
  columns: number,
  lengths: ArrayLike<number>,
): Float32Array {
  const dimensions = states.length / (lengths.length * columns);
  const means = new Float32Array(lengths.length * dimensions);
  for (let text = 0; text < lengths.length; text++) {
    const length = lengths[text] as number;
    const mean = means.subarray(text * dimensions, (text + 1) * dimensions);
    for (let token = 0; token < length; token++) {
      const start = (text * columns + token) * dimensions;
      for (let i = 0; i < dimensions; i++)
        mean[i] = (mean[i] as number) + (states[start + i] as number) / length;
    }
  }
  return means;
}
