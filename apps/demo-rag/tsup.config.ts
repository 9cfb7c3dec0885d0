import { defineConfig, type Options } from "tsup";

const server: Options = {
  entry: { server: "src/server.ts", "extraction-worker": "src/loading/extraction-worker.ts" },
  format: "esm",
  target: "node20",
  sourcemap: true,
  // Both configurations build at once; each cleans its own folder.
  clean: ["!web/**"],
};

/** The page: one script and the files beside it, with nothing to load from elsewhere. */
export const page: Options = {
  entry: { app: "web/app.ts" },
  format: "esm",
  platform: "browser",
  target: "es2022",
  minify: true,
  outDir: "dist/web",
  publicDir: "web/static",
  clean: true,
};

export default defineConfig([server, page]);
