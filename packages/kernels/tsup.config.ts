import { defineConfig } from "tsup";
import { library } from "../../tsup.base";

export default defineConfig(
  library({ entry: { index: "src/index.ts", text: "src/text.ts", tokens: "src/tokens.ts" } }),
);
