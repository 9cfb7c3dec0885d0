import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { smallPdf } from "../fixtures/small-pdf.js";
import { pdfText } from "./pdf-text.js";

describe("pdfText", () => {
  it("answers any damage with text or an error", async () => {
    const whole = smallPdf([["Some text to damage."], ["And a second page."]]);
    const position = fc.nat(whole.length - 1);
    const damage = fc.record({
      changes: fc.array(fc.tuple(position, fc.nat(255)), { maxLength: 30 }),
      length: fc.oneof(fc.constant(whole.length), position),
    });
    await fc.assert(
      fc.asyncProperty(damage, async ({ changes, length }) => {
        const damaged = whole.slice(0, length);
        for (const [at, value] of changes) damaged[at] = value;
        const outcome: unknown = await pdfText(damaged).catch((error: unknown) => error);
        if (!(outcome instanceof Error)) expect(outcome).toHaveProperty("pageStarts");
      }),
      { numRuns: 100 },
    );
  });
});
