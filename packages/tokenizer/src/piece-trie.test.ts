import fc from "fast-check";
import { expect, it } from "vitest";
import { PieceTrie } from "./piece-trie.js";

function find(trie: PieceTrie, text: string): number {
  let node: number = PieceTrie.root;
  for (let index = 0; index < text.length && node !== -1; index++)
    node = trie.child(node, text.charCodeAt(index));
  return node === -1 ? -1 : trie.value(node);
}

it("finds what a map of the same strings finds", () => {
  const string = fc.string({ unit: fc.constantFrom("a", "b", "c", "あ", "😀", "\uD83D"), maxLength: 6 });
  fc.assert(
    fc.property(
      fc.array(string, { maxLength: 40 }),
      fc.array(string, { maxLength: 20 }),
      (strings, others) => {
        const trie = new PieceTrie(strings);
        const map = new Map(strings.map((text, index) => [text, index]));
        for (const text of [...strings, ...others]) expect(find(trie, text)).toBe(map.get(text) ?? -1);
      },
    ),
  );
});
