import type { TokenBatch } from "../encoder/encoder.js";

export interface GatheredBatch extends TokenBatch {
  ids: Int32Array<ArrayBuffer>;
  offsets: Uint32Array<ArrayBuffer>;
}

/** Copies the token ids of some texts, in the order of `indices`, into arrays of their own. */
export function gatherBatch(
  { ids, offsets }: Pick<TokenBatch, "ids" | "offsets">,
  indices: Uint32Array,
): GatheredBatch {
  const ends = new Uint32Array(indices.length + 1);
  for (let row = 0; row < indices.length; row++) {
    const text = indices[row] as number;
    ends[row + 1] = (ends[row] as number) + (offsets[text + 1] as number) - (offsets[text] as number);
  }
  const gathered = new Int32Array(ends[indices.length] as number);
  for (let row = 0; row < indices.length; row++) {
    const text = indices[row] as number;
    gathered.set(ids.subarray(offsets[text], offsets[text + 1]), ends[row]);
  }
  return { ids: gathered, offsets: ends };
}
