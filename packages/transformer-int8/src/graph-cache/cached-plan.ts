import { mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import type { EncoderPlan } from "../encoder/encoder-plan.js";
import { loadRuntime } from "../encoder/runtime.js";
import { graphFile, readEntry, sealEntry, type GraphChanges } from "./cache-entry.js";
import { cacheKey } from "./cache-key.js";
import { writeOptimizedGraph } from "./write-optimized-graph.js";

/**
 * The plan with its graph as ONNX Runtime optimised it before, from the folder `cache`, float32 with attention fused. What is not there yet, or not
 * whole, is written first. Where that fails the plan stays as it is, and a warning says why: a cache is not worth an
 * error.
 *
 * The weights of such a graph are a file of their own, laid out as the kernels for this processor want them: the
 * operating system maps them, and all sessions share them. bge-small, float32: 95 ms of the processor's time instead of
 * 270 to open, and 2 MB of memory instead of 160 for each further session. Vectors are the same: bit for bit where no
 * attention was fused, else to 1e-5.
 */
export async function cachedPlan(plan: EncoderPlan, cache: string): Promise<EncoderPlan> {
  try {
    const entry = join(cache, await cacheKey(plan.modelId, plan.graph, await loadRuntime()));
    const changes = (await readEntry(entry)) ?? (await writeEntry(plan, cache, entry));
    const ofEntry = { ...changes, externalData: undefined, externalFiles: undefined, optimized: true };
    return { ...plan, graph: { ...plan.graph, ...ofEntry, source: join(entry, graphFile) } };
  } catch (error) {
    process.emitWarning(
      `the graph of ${plan.modelId} is not cached in ${cache} (${(error as Error).message})`,
      "KokeshiWarning",
    );
    return plan;
  }
}

/** Under a temporary name first, so that an entry is whole or not there. */
async function writeEntry(plan: EncoderPlan, cache: string, entry: string): Promise<GraphChanges> {
  await mkdir(cache, { recursive: true });
  const temporary = await mkdtemp(join(cache, "writing-"));
  try {
    const changes = await writeOptimizedGraph(plan, temporary);
    await sealEntry(temporary, changes);
    // Another process may have finished meanwhile, and may be reading.
    const theirs = await readEntry(entry);
    if (theirs !== undefined) return theirs;
    await rm(entry, { recursive: true, force: true });
    await rename(temporary, entry);
    return changes;
  } catch (error) {
    const theirs = await readEntry(entry);
    if (theirs === undefined) throw error;
    return theirs;
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}
