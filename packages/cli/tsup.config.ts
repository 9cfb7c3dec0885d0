import { defineConfig } from "tsup";

/** A program, not a library: ES modules only, no types. */
export default defineConfig({
  entry: ["src/main.ts"],
  format: ["esm"],
  target: "node20",
  sourcemap: true,
  clean: true,
});
