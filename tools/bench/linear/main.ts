/*
 * How the time of a tokenizer grows when a text becomes ten times as long, on texts where it might grow with the
 * square. Measures the built packages. Usage: npm run linear -w @kokeshi/bench
 */
import { fileURLToPath } from "node:url";
import { createTokenizer, type Tokenizer } from "@kokeshi/tokenizer";
import { dataFolder } from "@kokeshi/test-data";
import { readText } from "../src/corpora.js";
import { machineLine } from "../src/machine.js";
import { defaultModel, tokenizersUnderTest } from "../src/sections.js";
import { characterOfLongestRun, growingInputs, type GrowingInput } from "./inputs.js";

const variants = 9;
const aim = 12;

console.log(`${machineLine()}\n`);
console.log("| tokenizer | text | units | ms | at ten times the length | ratio |");
console.log("| --- | --- | ---: | ---: | ---: | ---: |");
const modelTokenizer = fileURLToPath(import.meta.resolve(`${defaultModel}/tokenizer.json`));
for (const { title, file } of tokenizersUnderTest(dataFolder(), modelTokenizer)) {
  const tokenizer = createTokenizer(JSON.parse(readText(file)));
  for (const input of growingInputs(characterOfLongestRun(tokenizer.vocabulary().keys()))) {
    const { short, long } = measure(tokenizer, input);
    const ratio = long / short;
    console.log(
      `| ${title} | ${input.name} | ${input.shortLength.toLocaleString("en-US")} | ${short.toFixed(2)} | ${long.toFixed(1)} | ` +
        `${ratio.toFixed(1)}x${ratio > aim ? ` (the aim is ${aim}x)` : ""} |`,
    );
  }
}

/**
 * Least milliseconds of several texts, each met once. Of the processor: a long text is interrupted by other work more
 * often than a short one, which is not its growth.
 */
function measure(tokenizer: Tokenizer, { shortLength, make }: GrowingInput): { short: number; long: number } {
  const times = { short: [] as number[], long: [] as number[] };
  // Variant 0 warms up.
  for (let variant = 0; variant <= variants; variant++) {
    for (const length of ["short", "long"] as const) {
      const text = make(length === "short" ? shortLength : shortLength * 10, variant);
      const before = process.cpuUsage();
      tokenizer.encode(text);
      const { user, system } = process.cpuUsage(before);
      if (variant > 0) times[length].push((user + system) / 1000);
    }
  }
  return { short: Math.min(...times.short), long: Math.min(...times.long) };
}
