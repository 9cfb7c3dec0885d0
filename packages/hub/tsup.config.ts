import { defineConfig } from "tsup";
import { library } from "../../tsup.base";

// `shims` gives CommonJS an `import.meta.url`, from which npm packages are looked up last.
export default defineConfig(library({ shims: true }));
