/** One number for each row of ids (FNV-1a over 32-bit ids): rows that differ almost surely differ in it. */
export function fingerprints(rows: readonly ArrayLike<number>[]): Uint32Array {
  const hashes = new Uint32Array(rows.length);
  rows.forEach((ids, row) => {
    let hash = 0x811c9dc5;
    for (let index = 0; index < ids.length; index++) {
      hash = Math.imul(hash ^ (ids[index] as number), 0x01000193);
      hash ^= hash >>> 15;
    }
    hashes[row] = hash ^ ids.length;
  });
  return hashes;
}
