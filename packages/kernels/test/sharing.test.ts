import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { describe, expect, it } from "vitest";
import { createKernelsSync, type Engine } from "../src/index.js";

const dimensions = 20;
const values = Int8Array.from({ length: 50 * dimensions }, (_, index) => (index * 37) % 251);
const ids = Uint32Array.from({ length: 4000 }, (_, index) => (index * 7) % 50);
const batch = { ids, starts: Uint32Array.from({ length: 401 }, (_, row) => row * 10) };

/** A worker of Node runs JavaScript; tsx lets it run the sources. */
const worker = JSON.stringify(new URL("./gather-worker.ts", import.meta.url));
const runTypeScript = `import("tsx/esm/api").then(({ tsImport }) => tsImport(${worker}, ${worker}))`;

describe("a shared memory", () => {
  it.each<Engine>(["webassembly", "javascript"])("lets threads use one table (%s)", async (engine) => {
    const kernels = createKernelsSync({ engine, shared: true });
    const tokens = kernels.createTokenTable({ values, dimensions });
    const expected = tokens.gatherMeans(batch);

    const workers = [1, 2].map(
      () => new Worker(runTypeScript, { eval: true, workerData: { engine, table: tokens.share(), batch } }),
    );
    try {
      const answers = await Promise.all(workers.map(async (worker) => (await once(worker, "message"))[0]));
      for (const answer of answers) expect(answer).toEqual({ engine, means: expected });
      // Their scratch grew the memory; the table and this thread's own scratch are as before.
      expect(tokens.gatherMeans(batch)).toEqual(expected);
    } finally {
      await Promise.all(workers.map((worker) => worker.terminate()));
    }
  });

  it("lets every kind of table be opened, and later tables too", () => {
    const mine = createKernelsSync({ shared: true });
    const floats = mine.createFloat32Vectors(1, 2).write(0, Float32Array.of(2, 3));
    const { memory } = floats.share();
    const theirs = createKernelsSync({ memory, engine: "javascript" });
    const codes = mine.createInt8Vectors(300, 1000).write(999, new Int8Array(300).fill(2));
    const bits = mine.createBitVectors(1, 1).write(0, Uint8Array.of(7));

    expect([...theirs.openTable(floats.share()).dotProducts(Float32Array.of(10))]).toEqual([20, 30]);
    expect(theirs.openTable(codes.share()).nearest(new Int8Array(300).fill(1), 1)).toEqual({
      rows: Uint32Array.of(999),
      scores: Int32Array.of(600),
    });
    expect([...theirs.openTable(bits.share()).hammingDistances(Uint8Array.of(0))]).toEqual([3]);
  });

  it("is only shared on demand, and only opened by kernels on it", () => {
    const own = createKernelsSync().createBitVectors(1, 1);
    expect(() => own.share()).toThrow(/not shared; create them with `shared: true`/);
    const shared = createKernelsSync({ shared: true }).createBitVectors(1, 1).share();
    expect(() => createKernelsSync().openTable(shared)).toThrow(/lies in another memory/);
  });
});
