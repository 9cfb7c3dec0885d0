import { parentPort, workerData, type MessagePort } from "node:worker_threads";
import { createTokenKernelsSync } from "@kokeshi/kernels/tokens";
import { embedPortion, type Encoder } from "../embed-portion.js";
import { openTokenizer } from "../open-tokenizer.js";
import { kernelMeans } from "../token-means.js";
import type { WorkerAnswer, WorkerModel, WorkerRequest } from "./messages.js";

/*
 * The program of a thread: takes portions of texts, gives back their vectors.
 */
async function openEncoder({ table, tokenizerJson, trie, rules, normalize }: WorkerModel): Promise<Encoder> {
  const kernels = createTokenKernelsSync({ memory: table.memory });
  return {
    tokenizer: await openTokenizer(tokenizerJson, trie, "tokenizer.json"),
    tokenMeans: kernelMeans(kernels.openTokenTable(table), table),
    rules,
    normalize,
  };
}

function answer(encoder: Encoder, request: WorkerRequest): WorkerAnswer {
  try {
    return { kind: "done", ...embedPortion(encoder, request, request.vectors) };
  } catch {
    return { kind: "failed" };
  }
}

const port = parentPort as MessagePort;
void openEncoder(workerData as WorkerModel).then((encoder) => {
  port.on("message", (request: WorkerRequest) => port.postMessage(answer(encoder, request)));
  port.postMessage({ kind: "ready" } satisfies WorkerAnswer);
});
