import { InvalidFileError } from "@kokeshi/core";

const decoder = new TextDecoder("utf-8", { fatal: true });

/** The depth at which protobuf's own readers give up; JavaScript's stack is far deeper. */
const deepestNesting = 100;

/** Wire types of https://protobuf.dev/programming-guides/encoding/; groups, long deprecated, are refused. */
const varintType = 0;
const eightBytesType = 1;
const lengthType = 2;
const fourBytesType = 5;

/** One message of the wire format: reads its fields in order, and every claim of the bytes is checked. */
export class ProtobufMessage {
  private readonly view: DataView;

  constructor(
    readonly bytes: Uint8Array,
    /** What the message is, for errors. */
    readonly where: string,
    private readonly depth = 0,
  ) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  *fields(): Generator<ProtobufField> {
    const { bytes } = this;
    let position = 0;
    while (position < bytes.length) {
      const start = position;
      const tag = this.varint(position);
      position = tag.end;
      const key = Number(tag.value);
      const number = Math.floor(key / 8);
      if (number < 1 || number > 0x1fffffff) throw this.fault(start, `field number ${number}`);
      const wireType = key % 8;
      let contentStart = position;
      let end: number;
      switch (wireType) {
        case varintType:
          end = this.varint(position).end;
          break;
        case eightBytesType:
          end = position + 8;
          break;
        case lengthType: {
          const length = this.varint(position);
          contentStart = length.end;
          end = contentStart + Number(length.value);
          break;
        }
        case fourBytesType:
          end = position + 4;
          break;
        default:
          throw this.fault(start, `field ${number} has wire type ${wireType}`);
      }
      if (end > bytes.length) {
        throw this.fault(
          start,
          `field ${number} claims ${end - contentStart} bytes where ${bytes.length - contentStart} are left`,
        );
      }
      yield new ProtobufField(this, number, wireType, start, contentStart, end);
      position = end;
    }
  }

  /** A varint as an unsigned integer of 64 bits, and where it ends. */
  varint(start: number): { value: number | bigint; end: number } {
    let value = 0;
    let scale = 1;
    let position = start;
    // Seven bytes hold 49 bits, which a number holds exactly.
    for (; position < start + 7; position++, scale *= 128) {
      const byte = this.bytes[position];
      if (byte === undefined) throw this.fault(start, "a number is cut off");
      value += (byte & 127) * scale;
      if (byte < 128) return { value, end: position + 1 };
    }
    let long = BigInt(value);
    for (let shift = 49n; position < start + 10; position++, shift += 7n) {
      const byte = this.bytes[position];
      if (byte === undefined) throw this.fault(start, "a number is cut off");
      long |= BigInt(byte & 127) << shift;
      if (byte < 128) return { value: BigInt.asUintN(64, long), end: position + 1 };
    }
    throw this.fault(start, "a number is longer than 64 bits");
  }

  float32(position: number): number {
    return this.view.getFloat32(position, true);
  }

  float64(position: number): number {
    return this.view.getFloat64(position, true);
  }

  child(start: number, end: number, where: string): ProtobufMessage {
    if (this.depth + 1 > deepestNesting) {
      throw this.fault(start, `messages are nested more than ${deepestNesting} deep`);
    }
    return new ProtobufMessage(this.bytes.subarray(start, end), where, this.depth + 1);
  }

  fault(position: number, problem: string): InvalidFileError {
    return new InvalidFileError({
      part: "onnx",
      problem: `${this.where}, byte ${position}: ${problem}`,
      remedy: "the file is damaged or no ONNX model; download or export it again",
    });
  }
}

export class ProtobufField {
  constructor(
    private readonly message: ProtobufMessage,
    readonly number: number,
    private readonly wireType: number,
    private readonly start: number,
    private readonly contentStart: number,
    private readonly end: number,
  ) {}

  /** The field as it stands, tag included. */
  whole(): Uint8Array {
    return this.message.bytes.subarray(this.start, this.end);
  }

  /** A view, not a copy. */
  content(): Uint8Array {
    this.expect(lengthType);
    return this.message.bytes.subarray(this.contentStart, this.end);
  }

  text(): string {
    const text = this.textOrUndefined();
    if (text === undefined) throw this.fault("is not UTF-8");
    return text;
  }

  textOrUndefined(): string | undefined {
    try {
      return decoder.decode(this.content());
    } catch (error) {
      if (error instanceof InvalidFileError) throw error;
      return undefined;
    }
  }

  nested(where: string): ProtobufMessage {
    this.expect(lengthType);
    return this.message.child(this.contentStart, this.end, where);
  }

  /** A signed integer of 64 bits; a bigint only where a number would lose digits. */
  integer(): number | bigint {
    this.expect(varintType);
    return signed(this.message.varint(this.contentStart).value);
  }

  /** An integer that counts or codes something. */
  count(): number {
    const value = this.integer();
    if (typeof value === "bigint" || value < 0) throw this.fault(`is ${value}`);
    return value;
  }

  /** Repeated integers, one of them or packed. */
  integers(): (number | bigint)[] {
    if (this.wireType === varintType) return [this.integer()];
    this.expect(lengthType);
    const values: (number | bigint)[] = [];
    // Inside the content, so that a number cut off there does not read on in the next field.
    const packed = new ProtobufMessage(this.content(), this.message.where);
    for (let position = 0; position < packed.bytes.length;) {
      const { value, end } = packed.varint(position);
      values.push(signed(value));
      position = end;
    }
    return values;
  }

  float(): number {
    this.expect(fourBytesType);
    return this.message.float32(this.contentStart);
  }

  floats(): number[] {
    if (this.wireType === fourBytesType) return [this.float()];
    return this.packed(4, (position) => this.message.float32(position));
  }

  doubles(): number[] {
    if (this.wireType === eightBytesType) return [this.message.float64(this.contentStart)];
    return this.packed(8, (position) => this.message.float64(position));
  }

  fault(problem: string): InvalidFileError {
    return this.message.fault(this.start, `field ${this.number} ${problem}`);
  }

  private packed(width: number, read: (position: number) => number): number[] {
    this.expect(lengthType);
    const length = this.end - this.contentStart;
    if (length % width !== 0) throw this.fault(`has ${length} bytes, no multiple of ${width}`);
    return Array.from({ length: length / width }, (_, index) => read(this.contentStart + index * width));
  }

  private expect(wireType: number): void {
    if (this.wireType !== wireType) throw this.fault(`has wire type ${this.wireType} instead of ${wireType}`);
  }
}

function signed(value: number | bigint): number | bigint {
  if (typeof value === "number") return value;
  const integer = BigInt.asIntN(64, value);
  const number = Number(integer);
  return Number.isSafeInteger(number) ? number : integer;
}
