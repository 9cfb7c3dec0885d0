import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { unigramJson } from "../fixtures/small-tokenizers.js";
import { loadTokenizer } from "../load-tokenizer.js";
import { packTokenizerTrie } from "../pack-tokenizer-trie.js";
import { buildDoubleArray } from "./double-array.js";
import { packTrie, unpackTrie } from "./packed-trie.js";

const keyLists = fc.array(fc.string({ unit: fc.constantFrom("a", "b", "c", "▁", "人", "𠮷"), maxLength: 6 }));

describe("a packed trie", () => {
  it("comes back as it was built", () => {
    fc.assert(
      fc.property(keyLists, fc.nat(3), (keys, shift) => {
        const built = buildDoubleArray(keys);
        const packed = packTrie(built);
        // At any address.
        const moved = new Uint8Array(packed.length + shift);
        moved.set(packed, shift);
        const unpacked = unpackTrie(moved.subarray(shift), keys);
        expect(unpacked?.values).toEqual(built.values);
        expect(unpacked && packTrie(unpacked)).toEqual(packed);
      }),
    );
  });

  it("is refused for other keys", () => {
    fc.assert(
      fc.property(keyLists, keyLists, (keys, others) => {
        const unpacked = unpackTrie(packTrie(buildDoubleArray(keys)), others);
        const words = (list: string[]) => [...new Set(list)].filter((key) => key !== "").sort();
        expect(unpacked !== undefined).toBe(words(keys).join() === words(others).join());
      }),
    );
  });

  it("behaves like a new one or is refused, however it is damaged", () => {
    const damage = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 3 });
    let accepted = 0;
    fc.assert(
      fc.property(keyLists, damage, fc.option(fc.nat()), (keys, changes, cut) => {
        const packed = packTrie(buildDoubleArray(keys));
        for (const [place, byte] of changes) packed[place % packed.length] = byte;
        const unpacked = unpackTrie(packed.subarray(0, cut === null ? undefined : cut % packed.length), keys);
        if (unpacked === undefined) return;
        accepted++;
        const { links, values, codes } = unpacked;
        for (const key of [...keys, "abc", "人人", "x", "\0", "▁a𠮷"]) {
          let state = 0;
          let length = 0;
          for (; length < key.length; length++) {
            const child = ((links[state] as number) & ~1) + (codes[key.charCodeAt(length)] as number);
            if (links[child + 1] !== state) break;
            state = child;
          }
          const isFound = length === key.length && state !== 0 && ((links[state] as number) & 1) === 1;
          expect(isFound ? values[state >> 1] : -1).toBe(key === "" ? -1 : keys.lastIndexOf(key));
        }
      }),
      { numRuns: 2000 },
    );
    expect(accepted).toBeGreaterThan(0);
  });
});

it("a tokenizer with it gives the ids it gives without", async () => {
  const json = unigramJson();
  const texts = ["hello, worlds 人", "lo lo", "xyz"];
  const expected = (await loadTokenizer(json)).encodeBatch(texts);
  const trie = packTokenizerTrie(json);
  expect(trie).toBeInstanceOf(Uint8Array);
  expect((await loadTokenizer(json, { trie })).encodeBatch(texts)).toEqual(expected);
  // Of another file: as if it were not there.
  const other = {
    ...json,
    model: {
      ...json.model,
      vocab: [
        ["<unk>", 0],
        ["q", -1],
      ],
    },
  };
  expect((await loadTokenizer(json, { trie: packTokenizerTrie(other) })).encodeBatch(texts)).toEqual(
    expected,
  );
});
