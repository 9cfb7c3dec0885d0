import type { Writable } from "node:stream";
import { unwritable } from "./unwritable.js";

/** Where bytes go. Once `write` resolves, the caller may overwrite them. */
export interface ByteSink {
  write(bytes: Uint8Array): Promise<void>;
}

/** The reader of standard output has gone, as `| head` does: no failure, but there is no point in going on. */
export class OutputClosedError extends Error {
  override readonly name = "OutputClosedError";
}

/** Writes to a stream, one piece at a time and only as fast as its reader takes them. */
export function streamSink(stream: Writable, signal: AbortSignal): ByteSink {
  return {
    write(bytes) {
      return new Promise<void>((resolve, reject) => {
        signal.throwIfAborted();
        const onAbort = () => reject(signal.reason as Error);
        signal.addEventListener("abort", onAbort, { once: true });
        stream.write(bytes, (error) => {
          signal.removeEventListener("abort", onAbort);
          if (!error) resolve();
          else if (isClosed(error)) reject(new OutputClosedError("the output was closed", { cause: error }));
          else reject(unwritable("standard output", error));
        });
      });
    },
  };
}

function isClosed(error: NodeJS.ErrnoException): boolean {
  return ["EPIPE", "ERR_STREAM_DESTROYED", "ERR_STREAM_WRITE_AFTER_END"].includes(error.code ?? "");
}
