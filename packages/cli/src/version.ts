import { readFileSync } from "node:fs";

/** The version of this package; package.json is one folder up from the sources and from the built file alike. */
export function packageVersion(): string {
  const description: unknown = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
  return (description as { version: string }).version;
}
