import type { DoubleArray } from "./double-array.js";

/*
 * A double array as a file, so that nobody has to build it at every start: four uint32 (magic, version, number of units,
 * length of `links`), the units as uint16 in the order of their codes, padded to four bytes, and `links`. Little-endian,
 * as typed arrays are wherever JavaScript runs today. Values are not stored: reading finds them.
 */
const magic = 0x4952_544b;
const version = 1;
const headerBytes = 16;

export function packTrie({ links, codes }: DoubleArray): Uint8Array {
  const units: number[] = [];
  codes.forEach((code, unit) => {
    if (code > 0) units[code / 2 - 1] = unit;
  });
  const linksStart = headerBytes + 4 * Math.ceil(units.length / 2);
  const bytes = new Uint8Array(linksStart + links.byteLength);
  new Uint32Array(bytes.buffer, 0, 4).set([magic, version, units.length, links.length]);
  new Uint16Array(bytes.buffer, headerBytes, units.length).set(units);
  new Int32Array(bytes.buffer, linksStart).set(links);
  return bytes;
}

/**
 * The double array of exactly these keys, each with its index as the value (of equal keys the last one's), or
 * `undefined` where the bytes are not that: damaged, of another version, or of other keys. Every cell is accounted for,
 * so a file that is accepted behaves as if it had just been built.
 */
export function unpackTrie(packed: Uint8Array, keys: readonly string[]): DoubleArray | undefined {
  const bytes = packed.byteOffset % 4 === 0 ? packed : packed.slice();
  if (bytes.length < headerBytes) return undefined;
  const [foundMagic, foundVersion, unitCount, linkCount] = new Uint32Array(bytes.buffer, bytes.byteOffset, 4);
  if (foundMagic !== magic || foundVersion !== version) return undefined;
  const linksStart = headerBytes + 4 * Math.ceil((unitCount as number) / 2);
  if (bytes.length !== linksStart + 4 * (linkCount as number) || (linkCount as number) % 2 !== 0)
    return undefined;
  const units = new Uint16Array(bytes.buffer, bytes.byteOffset + headerBytes, unitCount);
  const codes = new Uint32Array(65_536);
  for (let rank = 0; rank < units.length; rank++) {
    const unit = units[rank] as number;
    if (codes[unit] !== 0) return undefined;
    codes[unit] = 2 * (rank + 1);
  }
  const links = new Int32Array(bytes.buffer, bytes.byteOffset + linksStart, linkCount);
  const values = findValues(links, codes, keys);
  return values && { links, values, codes };
}

function findValues(links: Int32Array, codes: Uint32Array, keys: readonly string[]): Int32Array | undefined {
  // The root is no end, and its children lie at their codes: users of the array rely on it.
  if (links[0] !== 0) return undefined;
  const values = new Int32Array(links.length >> 1);
  const isVisited = new Uint8Array(links.length >> 1);
  let visited = 0;
  let ends = 0;
  for (let keyIndex = 0; keyIndex < keys.length; keyIndex++) {
    const key = keys[keyIndex] as string;
    let state = 0;
    for (let index = 0; index < key.length; index++) {
      const code = codes[key.charCodeAt(index)] as number;
      const child = ((links[state] as number) & ~1) + code;
      if (code === 0 || links[child + 1] !== state) return undefined;
      state = child;
      if (isVisited[state >> 1] === 0) {
        isVisited[state >> 1] = 1;
        visited++;
      }
    }
    if (state === 0) continue;
    if (((links[state] as number) & 1) === 0) return undefined;
    if (isVisited[state >> 1] === 1) {
      isVisited[state >> 1] = 2;
      ends++;
    }
    values[state >> 1] = keyIndex;
  }
  let cellsInUse = 0;
  let cellsWithEnd = 0;
  for (let cell = 0; cell < links.length; cell += 2) {
    if ((links[cell + 1] as number) < 0) continue;
    cellsInUse++;
    if (((links[cell] as number) & 1) === 1) cellsWithEnd++;
  }
  return cellsInUse === visited && cellsWithEnd === ends ? values : undefined;
}
