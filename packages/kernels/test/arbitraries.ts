import fc from "fast-check";

/** Odd numbers, one, exact multiples of what the kernels take at a time, and a little more and less. */
export const dimensions = fc.oneof(
  fc.integer({ min: 1, max: 70 }),
  fc.constantFrom(15, 16, 17, 31, 32, 33, 64, 256),
);

/** Finite float32 that products and sums of a few hundred cannot take out of range. */
export const moderate = fc.float({ noNaN: true, min: -(2 ** 50), max: 2 ** 50, noDefaultInfinity: true });

const ordinary = fc.float({ noNaN: true, min: -4, max: 4, noDefaultInfinity: true });

export const float32Array = (length: number, element = fc.oneof(ordinary, ordinary, moderate)) =>
  fc
    .array(element, { minLength: length, maxLength: length, size: "max" })
    .map((values) => Float32Array.from(values));

export const ordinaryArray = (length: number) => float32Array(length, ordinary);

export const int8Array = (length: number) =>
  fc.int8Array({ minLength: length, maxLength: length, size: "max" }).map((values) => Int8Array.from(values));

export const uint8Array = (length: number) =>
  fc
    .uint8Array({ minLength: length, maxLength: length, size: "max" })
    .map((values) => Uint8Array.from(values));

/** Texts of 0 to 150 tokens, more than any kernel takes at a time. */
export const raggedIds = (tokens: number) =>
  fc
    .array(
      fc.oneof(
        { weight: 6, arbitrary: fc.array(fc.nat(tokens - 1), { maxLength: 20 }) },
        {
          weight: 1,
          arbitrary: fc.array(fc.nat(tokens - 1), { minLength: 60, maxLength: 150, size: "max" }),
        },
      ),
      { maxLength: 8 },
    )
    .map((texts) => {
      const starts = new Uint32Array(texts.length + 1);
      texts.forEach((ids, row) => (starts[row + 1] = (starts[row] as number) + ids.length));
      return { ids: Uint32Array.from(texts.flat()), starts };
    });

const weight = fc.float({ noNaN: true, min: Math.fround(0.01), max: 100 });

/** As `raggedIds`, in half of the cases with weights, of which most are 1. */
export const weightedIds = (tokens: number) =>
  raggedIds(tokens).chain((batch) => {
    const length = batch.ids.length;
    const weights = fc.oneof({ weight: 2, arbitrary: fc.constant(1) }, { weight: 1, arbitrary: weight });
    return fc
      .option(fc.array(weights, { minLength: length, maxLength: length, size: "max" }), { nil: undefined })
      .map((values) => ({ ...batch, weights: values && Float32Array.from(values) }));
  });
