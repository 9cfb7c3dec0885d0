/** Vectors ready to be written, and the ids of the texts they belong to. */
export interface VectorBatch {
  /** One a vector, as JSON text. */
  ids: readonly string[];
  /** `ids.length` x `columns` components or codes, row-major. */
  values: Float32Array | Int8Array | Uint8Array;
  columns: number;
}

/** Writes vectors in one format. `end` completes what was written; nothing comes after it. */
export interface VectorWriter {
  write(batch: VectorBatch): Promise<void>;
  end(): Promise<void>;
}

export function row({ values, columns }: VectorBatch, index: number): VectorBatch["values"] {
  return values.subarray(index * columns, (index + 1) * columns);
}
