import { parentPort, workerData } from "node:worker_threads";
import { htmlText } from "./html-text.js";
import { pdfText, type PagedText } from "./pdf-text.js";

/** What the worker is given and what it answers; it handles one file and ends. */
export type ExtractionRequest = { kind: "pdf"; bytes: Uint8Array } | { kind: "html"; html: string };
export type ExtractionReply = { extracted: PagedText } | { failure: { name: string; message: string } };

async function extract(request: ExtractionRequest): Promise<PagedText> {
  if (request.kind === "pdf") return pdfText(request.bytes);
  return { text: htmlText(request.html), pageStarts: [] };
}

const reply: ExtractionReply = await extract(workerData as ExtractionRequest).then(
  (extracted) => ({ extracted }),
  (error: unknown) => {
    const { name, message } = error instanceof Error ? error : new Error(String(error));
    return { failure: { name, message } };
  },
);
parentPort?.postMessage(reply);
