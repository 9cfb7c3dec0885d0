import type { Options } from "tsup";

/** What every library package builds: ESM, CommonJS and types from `src/index.ts`. */
export const library = (options: Options = {}): Options => ({
  entry: ["src/index.ts"],
  format: ["esm", "cjs"],
  // TypeScript 6 deprecates options that tsup's declaration build still sets.
  dts: { compilerOptions: { ignoreDeprecations: "6.0", customConditions: null } as never },
  target: "node20",
  sourcemap: true,
  clean: true,
  treeshake: true,
  ...options,
});
