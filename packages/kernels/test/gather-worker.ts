import { parentPort, workerData } from "node:worker_threads";
import { createKernelsSync, type Engine, type RaggedIds, type SharedTokenTable } from "../src/index.js";

const { engine, table, batch } = workerData as { engine: Engine; table: SharedTokenTable; batch: RaggedIds };
const kernels = createKernelsSync({ engine, memory: table.memory });
// More than fits in what there is, so that the threads grow the memory under each other.
kernels.createFloat32Vectors(256, 1000);
parentPort?.postMessage({ engine: kernels.engine, means: kernels.openTable(table).gatherMeans(batch) });
