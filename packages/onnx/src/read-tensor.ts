import { isInsideFolder } from "./external-location.js";
import type { ExternalTensorData, OnnxTensor } from "./model.js";
import { OtherFields } from "./other-fields.js";
import type { ProtobufField, ProtobufMessage } from "./protobuf-reader.js";
import { tensorBytes, tensorTypeOf, type TensorType } from "./tensor-type.js";

/** A TensorProto. Its elements are raw bytes, or numbers of a field that depends on the type, or elsewhere. */
export function readTensor(message: ProtobufMessage): OnnxTensor {
  const other = new OtherFields();
  const shape: number[] = [];
  const typed: ProtobufField[] = [];
  const externalEntries = new Map<string, string>();
  let code = 0;
  let name = "";
  let raw: Uint8Array | undefined;
  let isExternal = false;
  for (const field of message.fields()) {
    switch (field.number) {
      case 1:
        shape.push(...readSizes(field));
        break;
      case 2:
        code = field.count();
        break;
      case 3:
        throw field.fault("splits the tensor into segments, which nothing writes any more");
      case 4:
      case 5:
      case 7:
      case 10:
      case 11:
        typed.push(field);
        break;
      case 8:
        name = field.text();
        break;
      case 9:
        raw = field.content();
        break;
      case 13:
        readEntry(field, externalEntries);
        break;
      case 14:
        isExternal = field.count() === 1;
        break;
      default:
        other.add(field);
    }
  }
  const fault = (problem: string): Error => message.fault(0, `the tensor "${name}" ${problem}`);
  const type = tensorTypeOf(code);
  if (type === undefined) throw fault(`has elements of the unknown type ${code}`);
  if (type === "string") throw fault("holds strings, which are not supported");
  const expected = tensorBytes(type, shape);
  if (!Number.isSafeInteger(expected)) throw fault(`claims the shape [${shape.join(", ")}]`);
  const tensor = { name, type, shape, ...other.ifAny() };
  if (isExternal) {
    const external = readExternal(externalEntries, expected, fault);
    return { ...tensor, data: new Uint8Array(0), external };
  }
  if (raw !== undefined && typed.length > 0) throw fault("gives its elements twice");
  const data = raw ?? typedData(type, typed, expected, fault);
  if (data.length !== expected) {
    throw fault(`of ${type} [${shape.join(", ")}] has ${data.length} bytes instead of ${expected}`);
  }
  return { ...tensor, data };
}

function readSizes(field: ProtobufField): number[] {
  return field.integers().map((size) => {
    if (typeof size === "bigint" || size < 0) throw field.fault(`gives the size ${size}`);
    return size;
  });
}

function readEntry(field: ProtobufField, entries: Map<string, string>): void {
  let key = "";
  let value = "";
  for (const part of field.nested("the place of a tensor").fields()) {
    if (part.number === 1) key = part.text();
    else if (part.number === 2) value = part.text();
  }
  entries.set(key, value);
}

function readExternal(
  entries: ReadonlyMap<string, string>,
  expected: number,
  fault: (problem: string) => Error,
): ExternalTensorData {
  const location = entries.get("location") ?? "";
  if (!isInsideFolder(location)) throw fault(`lies in "${location}", outside the model's folder`);
  const offset = Number(entries.get("offset") ?? 0);
  const length = Number(entries.get("length") ?? expected);
  if (!Number.isSafeInteger(offset) || offset < 0) throw fault(`lies at ${entries.get("offset")}`);
  if (length !== expected) throw fault(`has ${length} bytes in ${location} instead of ${expected}`);
  return { location, offset, length };
}

/** Elements from the field that the specification gives to the type, as little-endian bytes. */
function typedData(
  type: TensorType,
  fields: readonly ProtobufField[],
  expected: number,
  fault: (problem: string) => Error,
): Uint8Array {
  const place = typedFields[type];
  if (fields.some((field) => field.number !== place?.number)) {
    throw fault(`gives its ${type} elements in a field for others`);
  }
  if (place === undefined || fields.length === 0) return new Uint8Array(0);
  const values = fields.flatMap((field): (number | bigint)[] => place.values(field));
  // Complex numbers are pairs; the comparison of lengths here is what keeps the allocation honest.
  const width = place.bytes;
  if (values.length * width !== expected) {
    throw fault(`has ${values.length} elements where its shape asks for ${expected / width}`);
  }
  const data = new Uint8Array(expected);
  const view = new DataView(data.buffer);
  values.forEach((value, index) => place.set(view, index * width, value));
  return data;
}

interface TypedField {
  number: number;
  bytes: number;
  values(field: ProtobufField): (number | bigint)[];
  set(view: DataView, offset: number, value: number | bigint): void;
}

const integers = (field: ProtobufField): (number | bigint)[] => field.integers();
// Two's complement: a wider integer keeps its low bits, signed or not.
const narrow: Record<1 | 2 | 4, TypedField> = {
  1: { number: 5, bytes: 1, values: integers, set: (view, at, value) => view.setUint8(at, Number(value)) },
  2: {
    number: 5,
    bytes: 2,
    values: integers,
    set: (view, at, value) => view.setUint16(at, Number(value), true),
  },
  4: {
    number: 5,
    bytes: 4,
    values: integers,
    set: (view, at, value) => view.setInt32(at, Number(value), true),
  },
};
const float32: TypedField = {
  number: 4,
  bytes: 4,
  values: (field) => field.floats(),
  set: (view, at, value) => view.setFloat32(at, Number(value), true),
};
const float64: TypedField = {
  number: 10,
  bytes: 8,
  values: (field) => field.doubles(),
  set: (view, at, value) => view.setFloat64(at, Number(value), true),
};
const int64: TypedField = {
  number: 7,
  bytes: 8,
  values: integers,
  set: (view, at, value) => view.setBigInt64(at, BigInt(value), true),
};

const typedFields: Partial<Record<TensorType, TypedField>> = {
  float32,
  complex64: float32,
  float64,
  complex128: float64,
  int64,
  uint64: { ...int64, number: 11 },
  uint32: { ...narrow[4], number: 11 },
  int32: narrow[4],
  int16: narrow[2],
  uint16: narrow[2],
  float16: narrow[2],
  bfloat16: narrow[2],
  int8: narrow[1],
  uint8: narrow[1],
  bool: narrow[1],
  int4: narrow[1],
  uint4: narrow[1],
  float8e4m3fn: narrow[1],
  float8e4m3fnuz: narrow[1],
  float8e5m2: narrow[1],
  float8e5m2fnuz: narrow[1],
};
