/** How often each token of the text at hand has come so far; zeros between texts. Grows with the vocabularies it meets. */
let seen = new Uint32Array(1 << 15);

/**
 * Sublinear term frequency: of a token's occurrences in a text only the 1st, 2nd, 4th, 8th and so on stay, so that n of
 * them count 1 + floor(log2 n) times. That is the 1 + log tf of Manning, Raghavan and Schütze 2008, section 6.4.1, in whole
 * numbers: a word that a document repeats ten times is not ten times as much what it is about.
 *
 * Closes the gaps in place, in `starts` too; returns the ids that stay.
 *
 * @param ids flat token ids; row i is `ids[starts[i]]` to `ids[starts[i + 1] - 1]`
 */
export function keepSublinear({ ids, starts }: { ids: Uint32Array; starts: Uint32Array }): Uint32Array {
  let written = 0;
  let next = 0;
  for (let row = 0; row + 1 < starts.length; row++) {
    const end = starts[row + 1] as number;
    const first = written;
    for (; next < end; next++) {
      const id = ids[next] as number;
      if (id >= seen.length) seen = withRoomFor(id);
      const count = (seen[id] as number) + 1;
      seen[id] = count;
      if ((count & (count - 1)) === 0) ids[written++] = id;
    }
    // Each token's first occurrence has stayed.
    for (let index = first; index < written; index++) seen[ids[index] as number] = 0;
    starts[row + 1] = written;
  }
  return ids.subarray(0, written);
}

function withRoomFor(id: number): Uint32Array<ArrayBuffer> {
  const grown = new Uint32Array(2 * id);
  grown.set(seen);
  return grown;
}
