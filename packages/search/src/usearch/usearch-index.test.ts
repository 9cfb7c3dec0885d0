import { expect, it } from "vitest";
import { describeVectorIndex } from "../fixtures/describe-vector-index.js";
import { UsearchIndex } from "./index.js";

describeVectorIndex("UsearchIndex", (dimensions) =>
  UsearchIndex.create({ dimensions, expansionSearch: 400 }),
);

it("refuses what cannot be", async () => {
  await expect(UsearchIndex.create({ dimensions: 0 })).rejects.toThrow(/dimensions is 0/);
  await expect(UsearchIndex.create({ dimensions: 2, connectivity: 1e9 })).rejects.toThrow(/connectivity is/);
  await expect(UsearchIndex.create({ dimensions: 2, quantization: "f8" as "i8" })).rejects.toThrow(
    /quantization is "f8"/,
  );
});
