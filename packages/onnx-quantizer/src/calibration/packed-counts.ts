/**
 * Counts as bytes: each in groups of seven bits, the least first, the highest bit set where another group follows (LEB128,
 * https://dwarfstd.org, 7.6). 0 is followed by how many more zeros come after it. Up to 2^53.
 */
export function packCounts(...arrays: readonly Float64Array[]): Uint8Array {
  const bytes: number[] = [];
  const write = (value: number): void => {
    let rest = value;
    for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
    bytes.push(rest);
  };
  for (const counts of arrays) {
    for (let index = 0; index < counts.length; index++) {
      const count = counts[index] as number;
      write(count);
      if (count !== 0) continue;
      let more = 0;
      while (counts[index + 1] === 0) {
        more++;
        index++;
      }
      write(more);
    }
  }
  return Uint8Array.from(bytes);
}

/** Fills the arrays one after the other; whether the bytes were enough, not too many, and counts throughout. */
export function unpackCounts(bytes: Uint8Array, ...arrays: readonly Float64Array[]): boolean {
  let position = 0;
  const read = (): number => {
    let value = 0;
    for (let factor = 1; position < bytes.length && factor <= 2 ** 49; factor *= 128) {
      const byte = bytes[position++] as number;
      value += (byte & 127) * factor;
      if (byte < 128) return Number.isSafeInteger(value) ? value : NaN;
    }
    return NaN;
  };
  for (const counts of arrays) {
    for (let index = 0; index < counts.length; index++) {
      const count = read();
      counts[index] = count;
      if (Number.isNaN(count)) return false;
      if (count !== 0) continue;
      const more = read();
      if (!(more < counts.length - index)) return false;
      counts.fill(0, index, index + more + 1);
      index += more;
    }
  }
  return position === bytes.length;
}
