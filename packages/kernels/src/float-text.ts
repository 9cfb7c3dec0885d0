import type { KernelContext } from "./kernel-context.js";
import type { KernelMemory } from "./kernel-memory.js";
import { invalidArgument } from "./kernels-error.js";
import { floatTextTables } from "./float-text-tables.js";
import { Scratch } from "./scratch.js";
import { type Engine, type KernelsOptions, startEngineSync } from "./start-engine.js";
import { writeFloats } from "./twin/write-floats.js";
import { textBinary } from "./wasm/text-binary.js";

/** What both engines offer, as documented in `assembly/write-floats.ts`. */
interface TextFunctions {
  writeFloats(
    values: number,
    count: number,
    separator: number,
    target: number,
    tables: number,
    end: number,
  ): number;
}

/** Longest text of a float32: a sign and the 21 digits of numbers up to 1e21, above which JavaScript writes exponents. */
export const maxFloatTextBytes = 22;

const valuesAtATime = 4096;

/** Writes float32 as the decimal text of JSON, of at most nine digits, that reads back as the same float32. */
export class FloatText {
  readonly engine: Engine;
  private readonly context: KernelContext<TextFunctions>;
  private readonly tables: number;

  /** @internal */
  constructor({ engine, functions, memory }: ReturnType<typeof startEngineSync<TextFunctions>>) {
    this.engine = engine;
    this.context = { functions, memory, scratch: new Scratch(memory) };
    const tables = floatTextTables();
    this.tables = memory.allocate(tables.length);
    memory.views.uint8.set(tables, this.tables);
  }

  /**
   * Writes finite values with a byte of ASCII behind each to `target` from `position` on, and returns the position after
   * the last one. There must be room for `maxFloatTextBytes` and the separator a value. Both zeros are written as 0.
   */
  write(values: Float32Array, separator: string, target: Uint8Array, position: number): number {
    const code = separator.charCodeAt(0);
    if (separator.length !== 1 || !(code < 128)) {
      throw invalidArgument(`the separator is ${JSON.stringify(separator)}`, "use one character of ASCII");
    }
    if (position + values.length * (maxFloatTextBytes + 1) > target.length) {
      throw invalidArgument(
        `the target has ${target.length - position} bytes for ${values.length} numbers`,
        `make room for ${maxFloatTextBytes + 1} bytes a number`,
      );
    }
    let at = position;
    for (let start = 0; start < values.length; start += valuesAtATime) {
      at = this.writePortion(values.subarray(start, start + valuesAtATime), code, target, at);
    }
    return at;
  }

  private writePortion(
    values: Float32Array,
    separator: number,
    target: Uint8Array,
    position: number,
  ): number {
    const { functions, memory, scratch } = this.context;
    const bytes = values.length * (maxFloatTextBytes + 1);
    // The last digits are written four bytes at a time.
    const [from, to, end] = scratch.take(values.byteLength, bytes + 8, 4);
    const { views } = memory;
    views.float32.set(values, from / 4);
    let at = position;
    for (let done = 0; done < values.length;) {
      done += functions.writeFloats(from + 4 * done, values.length - done, separator, to, this.tables, end);
      const text = views.uint8.subarray(to, views.uint32[end / 4]);
      target.set(text, at);
      at += text.length;
      if (done === values.length) break;
      const rare = rareText(values[done++] as number);
      for (let index = 0; index < rare.length; index++) target[at++] = rare.charCodeAt(index);
      target[at++] = separator;
    }
    return at;
  }
}

/** Below it float32 has less than its 24 bits. */
const leastNormal = 2 ** -126;

/** Zero, and numbers from 1 on and very small ones, which are rare in embeddings. */
function rareText(value: number): string {
  if (value === 0) return "0";
  // Whatever six digits can say, six digits find; but of the very smallest float32 fewer are enough.
  const fewest = Math.abs(value) < leastNormal ? 1 : 6;
  for (let digits = fewest; digits < 9; digits++) {
    const shorter = Number(value.toPrecision(digits));
    if (Math.fround(shorter) === value) return String(shorter);
  }
  return String(Number(value.toPrecision(9)));
}

const program = {
  binaries: [textBinary],
  twin: (memory: KernelMemory): TextFunctions => ({
    writeFloats: (...call) => writeFloats(memory.views, ...call),
  }),
};

/** @throws KernelsError "unavailable" where `engine` is "webassembly" and there is none */
export function createFloatText({ engine }: Pick<KernelsOptions, "engine"> = {}): FloatText {
  return new FloatText(startEngineSync(program, { engine }));
}
