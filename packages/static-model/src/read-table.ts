import { InvalidFileError } from "@kokeshi/core";
import { readSafetensors, tensorValues, type Safetensors, type Tensor } from "@kokeshi/model-files";
import type { EmbeddingTable } from "./embedding-table.js";

export interface StoredTable {
  table: EmbeddingTable;
  /** Number format of the stored values: "float32", "int8", … */
  precision: string;
}

/** Names under which the families keep the table; "0" is Model2Vec's oldest. */
const tableNames = ["embedding.weight", "embeddings", "0"];

/**
 * Reads the table of any family: values (float64 becomes float32, the halves too, int8 stays), and what Model2Vec and
 * Kokeshi keep beside it: `mapping` (row of each token), `weights` (factor of each token), `embedding.scale` (factor
 * of each row).
 */
export function readTable(bytes: Uint8Array, fileName: string): StoredTable {
  const { tensors } = readSafetensors(bytes, fileName);
  const file = { tensors, fileName };
  const name = tableNames.find((candidate) => tensors.has(candidate));
  if (name === undefined) throw invalidTable(fileName, `it has no tensor named ${tableNames.join(" or ")}`);
  const tensor = tensors.get(name) as Tensor;
  const [rows, dimensions] = tensor.shape;
  if (tensor.shape.length !== 2 || !rows || !dimensions) {
    throw invalidTable(fileName, `${name} of shape [${tensor.shape.join(", ")}] is not a table`);
  }
  const precision = precisions[tensor.dtype as keyof typeof precisions];
  const stored = precision && tensorValues(tensor);
  if (!stored)
    throw invalidTable(fileName, `${name} is of the type ${tensor.dtype}, which no static model has`);
  const values =
    stored instanceof Int8Array || stored instanceof Float32Array ? stored : Float32Array.from(stored);

  const rowOf = readMapping(file, rows);
  const tokens = rowOf?.length ?? rows;
  const weights = readFactors(file, "weights", tokens);
  const scales = readFactors(file, "embedding.scale", rows);
  return {
    table: { values, dimensions, tokens, rowOf, factors: multiply(weights, scales, rowOf) },
    precision,
  };
}

const precisions = { F64: "float64", F32: "float32", F16: "float16", BF16: "bfloat16", I8: "int8" } as const;

interface TableFile {
  tensors: Safetensors["tensors"];
  fileName: string;
}

function readMapping({ tensors, fileName }: TableFile, rows: number): Uint32Array | undefined {
  const tensor = tensors.get("mapping");
  if (tensor === undefined) return undefined;
  const values =
    tensor.shape.length === 1 && /^I(32|64)$/.test(tensor.dtype) ? tensorValues(tensor) : undefined;
  if (values === undefined) throw invalidTable(fileName, "mapping is not a list of int32 or int64");
  for (let token = 0; token < values.length; token++) {
    const row = values[token] as number;
    if (!(row >= 0 && row < rows))
      throw invalidTable(fileName, `mapping[${token}] is ${row} in a table of ${rows} rows`);
  }
  return Uint32Array.from(values);
}

function readFactors({ tensors, fileName }: TableFile, name: string, length: number) {
  const tensor = tensors.get(name);
  if (tensor === undefined) return undefined;
  const values = tensorValues(tensor);
  if (!(values instanceof Float32Array || values instanceof Float64Array) || tensor.dtype === "I64") {
    throw invalidTable(fileName, `${name} is of the type ${tensor.dtype} instead of a floating-point type`);
  }
  const odd = values.findIndex((value) => !Number.isFinite(value));
  if (odd >= 0) throw invalidTable(fileName, `${name}[${odd}] is ${values[odd]}`);
  // Model2Vec has written weights as a column too.
  if (values.length !== length || tensor.shape[0] !== length) {
    throw invalidTable(
      fileName,
      `${name} has the shape [${tensor.shape.join(", ")}] where ${length} were expected`,
    );
  }
  return values;
}

function multiply(
  weights: Float32Array | Float64Array | undefined,
  scales: Float32Array | Float64Array | undefined,
  rowOf: Uint32Array | undefined,
): Float32Array | Float64Array | undefined {
  if (weights === undefined && rowOf === undefined) return scales;
  if (scales === undefined) return weights;
  const tokens = weights?.length ?? (rowOf as Uint32Array).length;
  return Float64Array.from({ length: tokens }, (_, token) => {
    const scale = scales[rowOf?.[token] ?? token] as number;
    return scale * (weights?.[token] ?? 1);
  });
}

function invalidTable(fileName: string, problem: string): InvalidFileError {
  return new InvalidFileError({
    part: "static-model",
    problem: `${fileName}: ${problem}`,
    remedy: "check that this is a static embedding model, and download or export it again",
  });
}
