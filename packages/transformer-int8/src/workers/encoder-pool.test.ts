import { Worker } from "node:worker_threads";
import { InvalidArgumentError, InvalidFileError } from "@kokeshi/core";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { openBatchEncoder } from "../encoder/open-batch-encoder.js";
import { EncoderPool, type EncoderPoolOptions } from "./encoder-pool.js";
import { tinyPlan, tinyTokens } from "./fixtures/tiny-plan.js";
import { WorkerCrashedError } from "./worker-crashed-error.js";

const plan = tinyPlan();
const tokens = tinyTokens(200);
/** Starting threads takes longer than what they do here: most tests share these two. */
let pool: EncoderPool;
/** Each text alone, on this thread. */
let expected: Float32Array;

beforeAll(async () => {
  pool = await EncoderPool.open(plan, { workers: 2, threads: 1 });
  expected = await oneByOne();
});
afterAll(() => pool.close());
afterEach(() => {
  vi.restoreAllMocks();
});

async function withPool(
  options: EncoderPoolOptions,
  use: (pool: EncoderPool) => Promise<void>,
): Promise<void> {
  const other = await EncoderPool.open(plan, options);
  try {
    await use(other);
  } finally {
    await other.close();
  }
}

async function oneByOne(): Promise<Float32Array> {
  const encoder = await openBatchEncoder(plan);
  const texts = tokens.offsets.length - 1;
  const vectors = new Float32Array(texts * encoder.dimensions);
  for (let text = 0; text < texts; text++) {
    const offsets = tokens.offsets.subarray(text, text + 2);
    await encoder.encode(
      { ids: tokens.ids, offsets },
      vectors.subarray(text * encoder.dimensions, (text + 1) * encoder.dimensions),
    );
  }
  await encoder.close();
  return vectors;
}

function largestDifference(a: Float32Array, b: Float32Array): number {
  return a.reduce((largest, value, index) => Math.max(largest, Math.abs(value - (b[index] as number))), 0);
}

/** The next batch that a thread is given is replaced by a message that nobody sends: it throws, and the thread ends. */
function crashNextBatch(): void {
  const { postMessage } = Worker.prototype;
  const spy = vi.spyOn(Worker.prototype, "postMessage").mockImplementation(function (
    this: Worker,
    message,
    transfer,
  ) {
    const isBatch = (message as { kind?: string } | null)?.kind === "encode";
    if (isBatch) spy.mockRestore();
    postMessage.call(this, isBatch ? null : message, isBatch ? [] : (transfer as []));
  });
}

describe("vectors", () => {
  it("are those of each text alone, in the order of the texts", async () => {
    const vectors = await pool.encode(tokens);
    expect(vectors.length).toBe(200 * pool.dimensions);
    expect(largestDifference(vectors, expected)).toBeLessThan(1e-6);
  });

  it.each([
    { workers: 1, threads: 1 },
    { workers: 1, threads: 2 },
  ])("are the same with %j", async (options) => {
    await withPool(options, async (other) => {
      expect(await other.encode(tokens)).toEqual(await pool.encode(tokens));
    });
  });

  it("go where the caller wants them", async () => {
    const output = new Float32Array(200 * pool.dimensions);
    expect(await pool.encode(tokens, { output })).toBe(output);
    expect(largestDifference(output, expected)).toBeLessThan(1e-6);
  });

  it("of calls that run side by side are each call's own", async () => {
    const halves = [0, 100].map((start) => ({
      ids: tokens.ids,
      offsets: tokens.offsets.subarray(start, start + 101),
    }));
    const vectors = await Promise.all(halves.map((half) => pool.encode(half)));
    vectors.forEach((half, index) => {
      const start = index * 100 * pool.dimensions;
      expect(largestDifference(half, expected.subarray(start, start + half.length))).toBeLessThan(1e-6);
    });
  });

  it("of no texts are none", async () => {
    expect(await pool.encode({ ids: new Int32Array(0), offsets: new Uint32Array(1) })).toEqual(
      new Float32Array(0),
    );
  });

  it("stay the same when the first large calls choose a layout", async () => {
    const many = tinyTokens(1200);
    await withPool({}, async (automatic) => {
      expect(automatic.layout.workers).toBe(1);
      const [first, second] = await Promise.all([automatic.encode(many), automatic.encode(many)]);
      expect(second).toEqual(first);
      expect(first).toEqual(await pool.encode(many));
      await withPool({}, async (again) => {
        expect(await again.encode(many)).toEqual(first);
        expect(again.layout).toEqual(automatic.layout);
      });
    });
  });
});

describe("an abort", () => {
  it("rejects with its reason, and leaves other calls alone", async () => {
    const controller = new AbortController();
    const aborted = pool.encode(tokens, { signal: controller.signal });
    const other = pool.encode(tokens);
    controller.abort(new Error("enough"));
    await expect(aborted).rejects.toThrow("enough");
    expect(largestDifference(await other, expected)).toBeLessThan(1e-6);
  });

  it("before the call does nothing else", async () => {
    const signal = AbortSignal.abort(new Error("before"));
    await expect(pool.encode(tokens, { signal })).rejects.toThrow("before");
  });

  it("drops the batches that wait", async () => {
    const postMessage = vi.spyOn(Worker.prototype, "postMessage");
    const sent = () => postMessage.mock.calls.length;
    await pool.encode(tokens);
    const batches = sent();
    const controller = new AbortController();
    const aborted = pool.encode(tokens, { signal: controller.signal });
    controller.abort();
    await expect(aborted).rejects.toThrow();
    await pool.encode({ ids: Int32Array.of(1), offsets: Uint32Array.of(0, 1) });
    // Those that the two threads had already, and the one of the last call.
    expect(sent() - batches).toBeLessThanOrEqual(5);
    expect(batches).toBeGreaterThan(10);
  });
});

describe("a thread that crashes", () => {
  it("rejects the call whose batch it was at, and the next calls get a new thread", async () => {
    await withPool({ workers: 1 }, async (single) => {
      crashNextBatch();
      const error: unknown = await single.encode(tokens).catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(WorkerCrashedError);
      expect((error as WorkerCrashedError).code).toBe("worker-crashed");
      expect(largestDifference(await single.encode(tokens), expected)).toBeLessThan(1e-6);
    });
  });

  it("does not take other calls with it", async () => {
    await withPool({ workers: 1 }, async (single) => {
      crashNextBatch();
      const crashed = single.encode({ ids: Int32Array.of(5, 6), offsets: Uint32Array.of(0, 2) });
      const other = single.encode(tokens);
      await expect(crashed).rejects.toThrow(WorkerCrashedError);
      expect(largestDifference(await other, expected)).toBeLessThan(1e-6);
    });
  });
});

describe("opening", () => {
  it("throws what is wrong with the graph, as an error of its class", async () => {
    const broken = { ...plan, graph: { ...plan.graph, source: Uint8Array.of(1, 2, 3) } };
    const error: unknown = await EncoderPool.open(broken).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(InvalidFileError);
    expect((error as Error).message).toContain("onnx/model.onnx");
  });

  it.each([{ workers: 0 }, { threads: 1.5 }, { tokenBudget: 0 }, { tokenBudget: Number.NaN }])(
    "refuses %j",
    async (options) => {
      await expect(EncoderPool.open(plan, options)).rejects.toThrow(InvalidArgumentError);
    },
  );
});

describe("closing", () => {
  it("rejects the calls under way and those that come later", async () => {
    await withPool({ workers: 2, threads: 1 }, async (closed) => {
      const running = expect(closed.encode(tokens)).rejects.toThrow("tiny@1 is closed");
      await closed.close();
      await running;
      await closed.close();
      await expect(closed.encode(tokens)).rejects.toThrow(InvalidArgumentError);
    });
  });

  it("may come while layouts are measured", async () => {
    // As wide as the machine is, but chosen from nothing: no test before has measured this model.
    const unknown = { ...plan, modelId: "tiny@2" };
    const automatic = await EncoderPool.open(unknown);
    const running = expect(automatic.encode(tinyTokens(1100))).rejects.toThrow("is closed");
    await automatic.close();
    await running;
  });
});
