import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { buildDoubleArray, type DoubleArray } from "./double-array.js";

/** Every key that the text begins with, and its value. */
function prefixes({ links, values, codes }: DoubleArray, text: string): [key: string, value: number][] {
  const found: [string, number][] = [];
  let state = 0;
  for (let index = 0; index < text.length; index++) {
    const next = ((links[state] as number) & ~1) + (codes[text.charCodeAt(index)] as number);
    if (links[next + 1] !== state) break;
    state = next;
    if (((links[state] as number) & 1) === 1)
      found.push([text.slice(0, index + 1), values[state >> 1] as number]);
  }
  return found;
}

describe("buildDoubleArray", () => {
  // Few letters make keys share beginnings; any strings make codes far apart.
  const key = fc.oneof(fc.string({ unit: fc.constantFrom("a", "b", "c", "▁"), minLength: 1 }), fc.string());

  it("finds every key that a text begins with, and nothing else", () => {
    fc.assert(
      fc.property(fc.array(key, { maxLength: 60 }), fc.array(key), (keys, texts) => {
        const trie = buildDoubleArray(keys);
        const idOf = new Map(keys.map((each, id) => [each, id]));
        for (const text of [...texts, ...keys, ...keys.map((each) => `${each}a`)]) {
          const expected: [string, number][] = [];
          for (let length = 1; length <= text.length; length++) {
            const id = idOf.get(text.slice(0, length));
            if (id !== undefined) expected.push([text.slice(0, length), id]);
          }
          expect(prefixes(trie, text)).toEqual(expected);
        }
      }),
    );
  });

  it("wastes little room on keys of many letters", () => {
    const keys = Array.from({ length: 20_000 }, (_, index) => {
      const mixed = Math.imul(index, 0x9e3779b1) >>> 0;
      return String.fromCharCode(
        0x4e00 + (mixed % 3000),
        0x4e00 + ((mixed >>> 12) % 3000),
        0x3040 + (mixed % 80),
      );
    });
    const { links } = buildDoubleArray(keys);
    const used = links.filter((owner, index) => index % 2 === 1 && owner >= 0).length;
    expect(links.length / 2).toBeLessThan(3 * used);
  });
});
