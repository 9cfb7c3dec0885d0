// The built demo, as `npm start` runs it. Run after `npm run build`: node apps/demo-rag/test/smoke.mjs
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";

const questions = [
  ["How do I make my index smaller?", "smaller-index.md"],
  ["インデックスを小さくするにはどうすればいいですか？", "smaller-index.ja.md"],
];

const program = join(import.meta.dirname, "../bin/demo-rag.js");
const demo = spawn(process.execPath, [program], {
  env: { ...process.env, PORT: "0" },
  stdio: ["ignore", "pipe", "inherit"],
});
try {
  const address = await printedAddress(demo.stdout);
  const page = await (await fetch(address)).text();
  assert.match(page, /<title>[^<]*Kokeshi/);
  for (const [question, document] of questions) {
    const response = await fetch(new URL("/api/ask", address), {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ question }),
    });
    const { text, citations } = await response.json();
    assert.ok(text.length > 0, question);
    assert.equal(citations[0].documentName, document, question);
    console.log(`ok  ${question} → ${document} › ${citations[0].headings.join(" › ")}`);
  }
} finally {
  demo.kill();
}

/** The address that the demo prints when it listens. */
async function printedAddress(output) {
  for await (const line of createInterface({ input: output })) {
    const address = /https?:\/\/\S+/.exec(line)?.[0];
    if (address !== undefined) return address;
  }
  throw new Error("the demo ended before it printed an address");
}
