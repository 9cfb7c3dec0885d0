import { expect, it } from "vitest";
import type { RowReceiver, TextScanner } from "../text-scanner.js";
import { ListedTexts } from "../text-sequence.js";
import { ScannerOnDemand } from "./scanner-on-demand.js";

function receiver() {
  const rows: string[] = [];
  const into: RowReceiver = {
    before: [],
    after: [],
    limit: 1,
    rows: () => {},
    row: (text) => rows.push(text),
  };
  return { rows, into };
}

const much = "a".repeat(70_000);

it("leaves texts to JavaScript until there was enough of them", async () => {
  let loaded = 0;
  const scanned: string[] = [];
  const scanner: TextScanner = { encode: (texts) => void scanned.push(texts.text(0)) };
  const onDemand = new ScannerOnDemand(async () => {
    loaded++;
    return scanner;
  });
  const { rows, into } = receiver();
  onDemand.encode(new ListedTexts(["few"]), into);
  await Promise.resolve();
  expect(loaded).toBe(0);
  onDemand.encode(new ListedTexts([much, "more"]), into);
  onDemand.encode(new ListedTexts([much]), into);
  await new Promise((resolve) => setTimeout(resolve));
  onDemand.encode(new ListedTexts(["last"]), into);
  expect(rows).toEqual(["few", much, "more", much]);
  expect(scanned).toEqual(["last"]);
  expect(loaded).toBe(1);
});

it("goes on without a scanner that cannot be loaded", async () => {
  const onDemand = new ScannerOnDemand(() => Promise.reject(new Error("no such file")));
  const { rows, into } = receiver();
  onDemand.encode(new ListedTexts([much]), into);
  await new Promise((resolve) => setTimeout(resolve));
  onDemand.encode(new ListedTexts(["last"]), into);
  expect(rows).toEqual([much, "last"]);
});
