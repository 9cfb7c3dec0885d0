import type { ByteSink } from "./byte-sink.js";
import { TextBuffer } from "./text-buffer.js";
import { row, type VectorWriter } from "./vector-batch.js";

/**
 * One JSON document, written while the vectors come: `head` before `"embeddings"`, and after it what `tail` says once
 * everything is known.
 */
export function jsonDocumentWriter(
  sink: ByteSink,
  head: Readonly<Record<string, unknown>>,
  tail: () => Readonly<Record<string, unknown>>,
): VectorWriter {
  const buffer = new TextBuffer();
  let rows = 0;
  buffer.text(`${JSON.stringify(head).slice(0, -1)},"embeddings":[`);
  return {
    async write(batch) {
      batch.ids.forEach((_id, index) => {
        buffer
          .text(rows++ === 0 ? "\n[" : ",\n[")
          .numbers(row(batch, index))
          .text("]");
      });
      await sink.write(buffer.take());
    },
    async end() {
      buffer.text(`],${JSON.stringify(tail()).slice(1)}\n`);
      await sink.write(buffer.take());
    },
  };
}
