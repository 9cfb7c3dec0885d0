import { expect, it } from "vitest";
import { joinAnchors } from "./join-anchors.js";

async function* pairs() {
  for (const anchor of ["a", "b", "c", "d"]) yield { anchor, positive: anchor.toUpperCase(), negative: "x" };
}

it("begins every second positive with its anchor", async () => {
  const positives: string[] = [];
  for await (const { positive, negative } of joinAnchors(pairs())) {
    positives.push(positive);
    expect(negative).toBe("x");
  }
  expect(positives).toEqual(["A", "b B", "C", "d D"]);
});
