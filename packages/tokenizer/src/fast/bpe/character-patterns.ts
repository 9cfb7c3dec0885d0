/**
 * What a token may hold of the character that it begins or ends with: all of it, or, in byte-level vocabularies, only
 * some of its UTF-8 bytes. A pattern is a code point, or `PART` plus one to three bytes.
 */
export type CharacterPattern = number;

const PART = 2 ** 25;

/** The character that a token's bytes end with, or the last bytes of one; -1 where the token ends inside one. */
export function endPattern(bytes: readonly number[]): CharacterPattern {
  let lead = bytes.length - 1;
  while (lead >= 0 && isContinuation(bytes[lead] as number)) lead--;
  const following = bytes.length - 1 - lead;
  if (following > 3) return -1;
  if (lead < 0) return partPattern(bytes);
  return continuationsAfter(bytes[lead] as number) === following ? decode(bytes, lead, following) : -1;
}

/** The character that a token's bytes begin with, or the first bytes of one; -1 where it begins inside one. */
export function beginPattern(bytes: readonly number[]): CharacterPattern {
  const lead = bytes[0] as number;
  if (isContinuation(lead)) return -1;
  const following = continuationsAfter(lead);
  for (let index = 1; index <= following; index++) {
    if (index >= bytes.length) return partPattern(bytes);
    if (!isContinuation(bytes[index] as number)) return -1;
  }
  return decode(bytes, 0, following);
}

/** All patterns that `endPattern` may give for a token that ends with the character of this UTF-16 unit. */
export function endPatternsOf(unit: number): CharacterPattern[] {
  const bytes = utf8Of(unit);
  return [unit, ...bytes.slice(1).map((_, index) => partPattern(bytes.slice(index + 1)))];
}

/** The same for `beginPattern`. */
export function beginPatternsOf(unit: number): CharacterPattern[] {
  const bytes = utf8Of(unit);
  return [unit, ...bytes.slice(1).map((_, index) => partPattern(bytes.slice(0, index + 1)))];
}

function utf8Of(unit: number): number[] {
  if (unit < 0x80) return [unit];
  if (unit < 0x800) return [0xc0 | (unit >> 6), 0x80 | (unit & 63)];
  return [0xe0 | (unit >> 12), 0x80 | ((unit >> 6) & 63), 0x80 | (unit & 63)];
}

function partPattern(bytes: readonly number[]): CharacterPattern {
  return bytes.reduce((value, byte) => value * 256 + byte, 0) + PART;
}

function isContinuation(byte: number): boolean {
  return (byte & 0xc0) === 0x80;
}

function continuationsAfter(lead: number): number {
  return lead < 0x80 ? 0 : lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : 3;
}

function decode(bytes: readonly number[], lead: number, following: number): number {
  let codePoint = (bytes[lead] as number) & (following === 0 ? 0x7f : 0x3f >> following);
  for (let index = 1; index <= following; index++) {
    codePoint = (codePoint << 6) | ((bytes[lead + index] as number) & 63);
  }
  return codePoint;
}
