/** Longest text of a 32-bit integer, as in "-2147483648". */
export const maxIntegerTextBytes = 11;

/** Writes a 32-bit integer, signed or unsigned, as decimal text and returns the position after it. */
export function writeInteger(target: Uint8Array, position: number, value: number): number {
  let at = position;
  let rest = value;
  if (value < 0) {
    target[at++] = 0x2d;
    rest = -value;
  }
  let length = 1;
  for (let bound = 10; rest >= bound; bound *= 10) length++;
  for (let i = at + length - 1; i >= at; i--) {
    const tenth = Math.floor(rest / 10);
    target[i] = 0x30 + rest - tenth * 10;
    rest = tenth;
  }
  return at + length;
}
