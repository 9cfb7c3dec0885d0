import { Worker, type WorkerOptions } from "node:worker_threads";

/** The programs of threads lie beside this module: `.js` and `.cjs` as built, `.ts` among the sources. */
export function startWorker(name: "encoder-worker" | "graph-optimizer", workerData: unknown): Worker {
  const options: WorkerOptions = { workerData, name: `kokeshi-transformer-int8 ${name}` };
  const extension = /\.[cm]?[jt]s$/.exec(import.meta.url)?.[0] ?? ".js";
  const program = new URL(`./${name}${extension}`, import.meta.url);
  if (extension !== ".ts") return new Worker(program, options);
  // Node does not run TypeScript; among the sources there is tsx that does.
  const url = JSON.stringify(program.href);
  return new Worker(`import("tsx/esm/api").then(({ tsImport }) => tsImport(${url}, ${url}))`, {
    ...options,
    eval: true,
    execArgv: ["--conditions=@kokeshi/source"],
  });
}
