import { Worker, type WorkerOptions } from "node:worker_threads";
import { DemoError } from "../demo-error.js";
import type { ExtractionReply, ExtractionRequest } from "./extraction-worker.js";
import type { PagedText } from "./pdf-text.js";

export interface ExtractionLimits {
  /** Milliseconds one file may take. */
  milliseconds: number;
  /** Bytes by which the process may grow meanwhile. */
  memory: number;
}

export const extractionLimits: ExtractionLimits = { milliseconds: 30_000, memory: 1_500_000_000 };

/**
 * Takes the text out of a PDF or a web page in a thread of its own, which is stopped when it takes too long or too
 * much memory: a small file can unfold into gigabytes, and the page must answer meanwhile. Throws DemoError.
 */
export async function extractInWorker(
  name: string,
  request: ExtractionRequest,
  limits: ExtractionLimits = extractionLimits,
): Promise<PagedText> {
  const worker = startWorker(request);
  const memoryBefore = process.memoryUsage.rss();
  let watch: NodeJS.Timeout | undefined;
  let deadline: NodeJS.Timeout | undefined;
  try {
    const reply = await new Promise<ExtractionReply>((resolve, reject) => {
      const refuse = (what: string) =>
        reject(
          new DemoError("unreadable-file", `${name} takes too much ${what} to read`, "add a smaller file"),
        );
      deadline = setTimeout(() => refuse("time"), limits.milliseconds);
      // V8's own limit does not count the array buffers that streams unpack into.
      watch = setInterval(() => {
        if (process.memoryUsage.rss() - memoryBefore > limits.memory) refuse("memory");
      }, 50);
      worker.once("message", resolve);
      worker.once("error", (error: NodeJS.ErrnoException) =>
        error.code === "ERR_WORKER_OUT_OF_MEMORY" ? refuse("memory") : reject(error),
      );
      worker.once("exit", () => reject(new Error("the extraction thread ended without an answer")));
    });
    if ("extracted" in reply) return reply.extracted;
    throw explain(name, request.kind, reply.failure);
  } finally {
    clearTimeout(deadline);
    clearInterval(watch);
    await worker.terminate();
  }
}

function startWorker(workerData: ExtractionRequest): Worker {
  const options: WorkerOptions = {
    workerData,
    resourceLimits: { maxOldGenerationSizeMb: 1024 },
    // pdf.js prints what it finds odd in a file; the visitor gets an error or the text.
    stdout: true,
    stderr: true,
  };
  if (!import.meta.url.endsWith(".ts")) {
    return new Worker(new URL("./extraction-worker.js", import.meta.url), options);
  }
  // Tests run from sources, and Node 20 does not read TypeScript by itself.
  const source = new URL("./extraction-worker.ts", import.meta.url).href;
  const bootstrap = `import("tsx/esm/api").then(({ register }) => { register(); return import("${source}"); })`;
  return new Worker(bootstrap, { ...options, eval: true });
}

function explain(name: string, kind: "pdf" | "html", failure: { name: string; message: string }): DemoError {
  if (failure.name === "PasswordException") {
    return new DemoError(
      "unreadable-file",
      `${name} is protected by a password`,
      "remove the password first",
    );
  }
  const format = kind === "pdf" ? "PDF" : "HTML";
  return new DemoError(
    "unreadable-file",
    `${name} cannot be read as ${format} (${failure.message})`,
    "export it again, or add its text",
  );
}
