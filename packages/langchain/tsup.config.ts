import { defineConfig } from "tsup";
import { library } from "../../tsup.base";

export default defineConfig(
  library({
    // Which of the two "#hub" is, is decided where the package is loaded: by Node or a bundler.
    entry: ["src/index.ts", "src/browser-hub.ts"],
    external: ["#hub"],
  }),
);
