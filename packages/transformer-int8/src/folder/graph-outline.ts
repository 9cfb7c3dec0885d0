import { tensorTypeCodes } from "@kokeshi/onnx";
import { invalidModel } from "../invalid-model.js";
import type { ByteSource } from "./byte-source.js";

/** What a graph is made of. */
export interface GraphOutline {
  operators: ReadonlySet<string>;
  /** Number formats of the tensors with two dimensions or more: scales and zero points are scalars or lists. */
  tensorTypes: ReadonlySet<string>;
  /** Files beside the graph that hold its weights, by their paths relative to it. */
  externalFiles: ReadonlySet<string>;
}

/**
 * Reads the outline of an `.onnx` file, jumping over the weights: of 130 MB some hundred kilobytes are looked at.
 * Throws InvalidFileError where the file is cut off or no ONNX model.
 *
 * Field numbers are those of onnx.proto (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto).
 */
export function readGraphOutline(source: ByteSource, fileName: string): GraphOutline {
  const reader = new OutlineReader(source, fileName);
  reader.readModel();
  return reader;
}

/** A field of a message: the number it holds, or where its content is. */
interface Field {
  number: number;
  value: number | undefined;
  start: number;
  end: number;
}

/** Depth at which protobuf's own readers give up. */
const deepestNesting = 100;

class OutlineReader implements GraphOutline {
  readonly operators = new Set<string>();
  readonly tensorTypes = new Set<string>();
  readonly externalFiles = new Set<string>();

  constructor(
    private readonly source: ByteSource,
    private readonly fileName: string,
  ) {}

  readModel(): void {
    let hasGraph = false;
    for (const { number, start, end } of this.messagesIn(0, this.source.size)) {
      if (number === 7) {
        hasGraph = true;
        this.readGraph(start, end, 0);
      } else if (number === 25) {
        for (const part of this.messagesIn(start, end)) {
          if (part.number === 7) this.readNode(part.start, part.end, 0);
        }
      }
    }
    if (!hasGraph) throw invalidModel(`${this.fileName} has no graph`, remedy);
  }

  private readGraph(start: number, end: number, depth: number): void {
    if (depth > deepestNesting) throw this.fault(start, "graphs are nested too deep");
    for (const part of this.messagesIn(start, end)) {
      if (part.number === 1) this.readNode(part.start, part.end, depth);
      else if (part.number === 5) this.readTensor(part.start, part.end);
    }
  }

  private readNode(start: number, end: number, depth: number): void {
    for (const part of this.messagesIn(start, end)) {
      if (part.number === 4) this.operators.add(this.text(part));
      else if (part.number === 5) this.readAttribute(part.start, part.end, depth);
    }
  }

  private readAttribute(start: number, end: number, depth: number): void {
    for (const part of this.messagesIn(start, end)) {
      if (part.number === 5 || part.number === 10) this.readTensor(part.start, part.end);
      else if (part.number === 6 || part.number === 11) this.readGraph(part.start, part.end, depth + 1);
    }
  }

  private readTensor(start: number, end: number): void {
    let dimensions = 0;
    let type: number | undefined;
    for (const field of this.fieldsIn(start, end)) {
      if (field.number === 1) dimensions += this.countNumbers(field);
      else if (field.number === 2) type = field.value;
      else if (field.number === 13 && field.value === undefined)
        this.readExternalEntry(field.start, field.end);
    }
    const name = typeNames.get(type);
    if (name !== undefined && dimensions >= 2) this.tensorTypes.add(name);
  }

  /** A key and a value; `location` is the one of interest. */
  private readExternalEntry(start: number, end: number): void {
    const entry = ["", ""];
    for (const part of this.messagesIn(start, end)) {
      if (part.number === 1 || part.number === 2) entry[part.number - 1] = this.text(part);
    }
    const [key, location] = entry as [string, string];
    if (key !== "location") return;
    if (!staysInFolder(location)) {
      throw invalidModel(
        `${this.fileName} keeps weights in ${JSON.stringify(location)}, outside its folder`,
        "use a model whose files are in one folder",
      );
    }
    this.externalFiles.add(location);
  }

  /** One number, or as many as a packed list has: each ends with a byte below 128. */
  private countNumbers({ value, start, end }: Field): number {
    if (value !== undefined) return 1;
    let count = 0;
    for (let position = start; position < end; position++) if (this.source.at(position) < 128) count++;
    return count;
  }

  /** The fields that hold messages or texts. */
  private *messagesIn(start: number, end: number): Generator<Field> {
    for (const field of this.fieldsIn(start, end)) if (field.value === undefined) yield field;
  }

  /** Wire types of https://protobuf.dev/programming-guides/encoding/; groups, long deprecated, are refused. */
  private *fieldsIn(start: number, end: number): Generator<Field> {
    let position = start;
    while (position < end) {
      const key = this.varint(position, end);
      const number = Math.floor(key.value / 8);
      const wireType = key.value % 8;
      if (number === 0) throw this.fault(position, "a field has the number 0");
      let next: number;
      let content = key.end;
      let value: number | undefined = 0;
      if (wireType === 0) ({ value, end: next } = this.varint(content, end));
      else if (wireType === 1) next = content + 8;
      else if (wireType === 5) next = content + 4;
      else if (wireType === 2) {
        const length = this.varint(content, end);
        content = length.end;
        next = content + length.value;
        value = undefined;
      } else throw this.fault(position, `field ${number} has the wire type ${wireType}`);
      if (next > end) throw this.fault(position, `field ${number} goes beyond what it is in`);
      yield { number, value, start: content, end: next };
      position = next;
    }
  }

  /** Exact to 2^53; greater ones are no lengths, types or tags. */
  private varint(start: number, limit: number): { value: number; end: number } {
    let value = 0;
    let scale = 1;
    for (let position = start; position < Math.min(limit, start + 10); position++, scale *= 128) {
      const byte = this.source.at(position);
      value += (byte & 127) * scale;
      if (byte < 128) return { value, end: position + 1 };
    }
    throw this.fault(start, "a number is cut off or too long");
  }

  private text({ start, end }: Field): string {
    if (end - start > longestName) throw this.fault(start, `a name has ${end - start} bytes`);
    return new TextDecoder().decode(this.source.slice(start, end));
  }

  private fault(position: number, problem: string) {
    return invalidModel(`${this.fileName}, byte ${position}: ${problem}`, remedy);
  }
}

const remedy = "the file is damaged or no ONNX model; download or export it again";

const longestName = 4096;

const typeNames = new Map<number | undefined, string>(
  Object.entries(tensorTypeCodes).map(([name, code]) => [code, name]),
);

/** Whether a relative path stays in the folder it starts from, on every system. */
function staysInFolder(path: string): boolean {
  return /^[^\\:\0]+$/.test(path) && path.split("/").every((name) => !["", ".", ".."].includes(name));
}
