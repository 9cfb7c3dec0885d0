import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { TimedStep } from "./timed-step.js";
import type { SyntheticBatch } from "./synthetic-batches.js";

export interface PyTorch {
  version: string;
  step(batch: number): Promise<TimedStep>;
  close(): void;
}

/** PyTorch in a process of its own, or why it cannot be had. `KOKESHI_PYTHON` names another Python than python3. */
export async function startPyTorch(settings: {
  table: Float32Array;
  batches: readonly SyntheticBatch[];
  dimensions: readonly number[];
  scale: number;
  learningRate: number;
  threads: number;
}): Promise<PyTorch | string> {
  const folder = mkdtempSync(join(tmpdir(), "kokeshi-pytorch-"));
  let files = 0;
  const file = (array: Float32Array | Uint32Array): string => {
    const path = join(folder, `${files++}.bin`);
    writeFileSync(path, new Uint8Array(array.buffer, array.byteOffset, array.byteLength));
    return path;
  };
  const python = process.env["KOKESHI_PYTHON"] ?? "python3";
  const child = spawn(python, [join(import.meta.dirname, "pytorch-step.py")], {
    stdio: ["pipe", "pipe", "pipe"],
    env: { ...process.env, OMP_NUM_THREADS: String(settings.threads) },
  });
  let complaints = "";
  child.stderr.on("data", (chunk: Buffer) => (complaints += chunk.toString()));
  child.stdin.on("error", () => undefined);
  const ended = new Promise<undefined>((resolve) => {
    child.on("error", (error) => {
      complaints = error.message;
      resolve(undefined);
    });
    child.on("close", () => resolve(undefined));
  });
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ask = async (question: object): Promise<Record<string, unknown> | undefined> => {
    child.stdin.write(`${JSON.stringify(question)}\n`);
    const answer = await Promise.race([answers.next(), ended]);
    return answer?.value === undefined ? undefined : (JSON.parse(answer.value) as Record<string, unknown>);
  };
  const close = (): void => {
    child.kill();
    rmSync(folder, { recursive: true, force: true });
  };
  const { table, batches, ...rest } = settings;
  const texts = ({ ids, starts }: { ids: Uint32Array; starts: Uint32Array }) => ({
    ids: file(ids),
    starts: file(starts),
  });
  const started = await ask({
    ...rest,
    table: file(table),
    batches: batches.map(({ anchors, positives }) => ({
      anchors: texts(anchors),
      positives: texts(positives),
    })),
  });
  if (started === undefined) {
    close();
    return `${python}: ${complaints.trim().split("\n").at(-1) ?? "no answer"}`;
  }
  return {
    version: started["torch"] as string,
    step: async (batch) => {
      const answer = await ask({ batch });
      if (answer === undefined) throw new Error(`PyTorch ended: ${complaints}`);
      return answer as unknown as TimedStep;
    },
    close,
  };
}
