import { expect, it } from "vitest";
import { compileScanner } from "../scripts/compile-scanners.js";
import { bpeBinary } from "../src/fast/wasm/bpe-binary.js";
import { unigramBinary } from "../src/fast/wasm/unigram-binary.js";
import { wordpieceBinary } from "../src/fast/wasm/wordpiece-binary.js";

it.each([
  ["bpe", bpeBinary],
  ["unigram", unigramBinary],
  ["wordpiece", wordpieceBinary],
])(
  "the committed %s scanner is what assembly/ compiles to (if not: npm run prepare-wasm -w @kokeshi/tokenizer)",
  async (name, binary) => {
    expect(binary).toBe(Buffer.from(await compileScanner(name)).toString("base64"));
  },
);
