import { defineConfig } from "tsup";
import { library } from "../../tsup.base";

export default defineConfig(
  library({
    entry: {
      index: "src/index.ts",
      // The programs of threads: loaded by their paths, beside the module that starts them.
      "encoder-worker": "src/workers/encoder-worker.ts",
      "graph-optimizer": "src/workers/graph-optimizer.ts",
    },
    // Gives CommonJS an `import.meta.url`, from which the program of a thread is found.
    shims: true,
  }),
);
