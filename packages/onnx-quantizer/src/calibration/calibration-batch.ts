/** One batch for a model: its inputs by name, int64. */
export type CalibrationBatch = Readonly<Record<string, { shape: readonly number[]; data: BigInt64Array }>>;
