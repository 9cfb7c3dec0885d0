import { createHash } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import { cpus } from "node:os";
import { dirname, join } from "node:path";
import { crc32 } from "node:zlib";
import type { GraphFile } from "../encoder/encoder-plan.js";
import type { Runtime } from "../encoder/runtime.js";
import { sessionOptions } from "../encoder/session-options.js";

/** Changes with what an entry holds and with how it is made. */
const entryVersion = 3;

/**
 * Name of a graph's entry: a hash of the files of the graph, the runtime, its options, and the processor, for whose
 * instructions the weights are laid out.
 */
export async function cacheKey(
  modelId: string,
  graph: GraphFile,
  { env }: Pick<Runtime, "env">,
): Promise<string> {
  const facts = [
    entryVersion,
    modelId,
    graph.path,
    await identityOf(graph),
    env.versions.node,
    sessionOptions(),
    process.arch,
    await processor(),
  ];
  return createHash("sha256").update(JSON.stringify(facts)).digest("hex").slice(0, 32);
}

/** Files by their size and time, so that they need not be read; `modelId` has a fingerprint or a revision besides. */
async function identityOf({ source, externalData = [], externalFiles = [] }: GraphFile): Promise<unknown[]> {
  if (typeof source !== "string") {
    return [source, ...externalData.map(({ data }) => data)].map((bytes) => [bytes.length, crc32(bytes)]);
  }
  const files = [source, ...externalFiles.map((file) => join(dirname(source), file))];
  return Promise.all(
    files.map(async (file) => {
      const { size, mtimeNs } = await stat(file, { bigint: true });
      return [file, String(size), String(mtimeNs)];
    }),
  );
}

/** Virtual machines give processors of several generations one name; Linux lists what each can do. */
async function processor(): Promise<string> {
  const [first] = cpus();
  if (process.platform !== "linux") return first?.model ?? "";
  const [description = ""] = (await readFile("/proc/cpuinfo", "utf8")).split("\n\n");
  // Frequencies change from read to read.
  return description
    .split("\n")
    .filter((line) => /^(?:vendor_id|cpu family|model|stepping|flags|CPU|Features)/.test(line))
    .join("\n");
}
