import { Worker, type WorkerOptions } from "node:worker_threads";
import type { WorkerStart } from "./messages.js";

/** The program of a thread lies beside this module: `.js` and `.cjs` as built, `.ts` among the sources. */
export function startWorker(start: WorkerStart): Worker {
  const options: WorkerOptions = { workerData: start, name: "kokeshi-transformer-int8" };
  const extension = /\.[cm]?[jt]s$/.exec(import.meta.url)?.[0] ?? ".js";
  const program = new URL(`./encoder-worker${extension}`, import.meta.url);
  if (extension !== ".ts") return new Worker(program, options);
  // Node does not run TypeScript; among the sources there is tsx that does.
  const url = JSON.stringify(program.href);
  return new Worker(`import("tsx/esm/api").then(({ tsImport }) => tsImport(${url}, ${url}))`, {
    ...options,
    eval: true,
    execArgv: ["--conditions=@kokeshi/source"],
  });
}
