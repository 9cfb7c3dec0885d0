import { describe, expect, it } from "vitest";
import { compileTableStep } from "../scripts/compile-table-step.js";
import { tableStepBinary } from "../src/table/table-step-binary.js";

describe("the committed WebAssembly", () => {
  it("is what assembly/table-step.ts compiles to (if not: npm run prepare-wasm -w @kokeshi/training)", async () => {
    expect(tableStepBinary).toBe(Buffer.from(await compileTableStep()).toString("base64"));
  });
});
