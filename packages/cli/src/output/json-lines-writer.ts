import type { ByteSink } from "./byte-sink.js";
import { TextBuffer } from "./text-buffer.js";
import { row, type VectorWriter } from "./vector-batch.js";

/** `{"id","embedding":[…]}` a line. */
export function jsonLinesWriter(sink: ByteSink): VectorWriter {
  const buffer = new TextBuffer();
  return {
    async write(batch) {
      batch.ids.forEach((id, index) => {
        buffer.text(`{"id":${id},"embedding":[`).numbers(row(batch, index)).text("]}\n");
      });
      await sink.write(buffer.take());
    },
    async end() {},
  };
}
