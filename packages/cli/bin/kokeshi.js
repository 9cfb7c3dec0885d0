#!/usr/bin/env node
// Committed, unlike dist, so that npm links the command before the first build.
import { existsSync } from "node:fs";

const main = new URL("../dist/main.js", import.meta.url);
if (existsSync(main)) {
  await import(main.href);
} else {
  console.error("[kokeshi] [cli] the command line is not built yet; run `npm run build` in the repository");
  process.exitCode = 1;
}
