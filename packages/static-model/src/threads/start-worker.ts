import { Worker, type WorkerOptions } from "node:worker_threads";
import type { WorkerModel } from "./messages.js";

/** The program of a thread lies beside this module: `.js` and `.cjs` as built, `.ts` among the sources. */
export function startWorker(model: WorkerModel): Worker {
  const options: WorkerOptions = { workerData: model, name: "kokeshi-static-model" };
  const extension = /\.[cm]?[jt]s$/.exec(import.meta.url)?.[0] ?? ".js";
  const program = new URL(`./embedding-worker${extension}`, import.meta.url);
  if (extension !== ".ts") return new Worker(program, options);
  // Node does not run TypeScript; among the sources there is tsx that does.
  const url = JSON.stringify(program.href);
  return new Worker(`import("tsx/esm/api").then(({ tsImport }) => tsImport(${url}, ${url}))`, {
    ...options,
    eval: true,
    execArgv: ["--conditions=@kokeshi/source"],
  });
}
