import { InvalidFileError } from "@kokeshi/core";

export interface SentencePiece {
  piece: string;
  /** Logarithm of its probability. */
  score: number;
  kind: "normal" | "unknown";
}

/** Values of ModelProto.SentencePiece.Type that our Unigram models hold. */
const kinds = { 1: "normal", 2: "unknown" } as const;

/**
 * The pieces of a SentencePiece `.model` file, in order of their ids. Read from the model rather than from the
 * `.vocab` beside it because that one rounds the scores. Fields as in sentencepiece_model.proto
 * (https://github.com/google/sentencepiece/blob/master/src/sentencepiece_model.proto). Takes Unigram models of normal
 * pieces and one unknown piece, as our recipes train them; throws InvalidFileError for anything else.
 */
export function readSentencePieceModel(
  bytes: Uint8Array,
  fileName = "the SentencePiece model",
): SentencePiece[] {
  const fault = (problem: string): InvalidFileError =>
    new InvalidFileError({
      part: "training",
      problem: `${fileName}: ${problem}`,
      remedy: "train it with spm_train --model_type=unigram --bos_id=-1 --eos_id=-1 --pad_id=-1",
    });
  const decoder = new TextDecoder("utf-8", { fatal: true });
  const pieces: SentencePiece[] = [];
  try {
    for (const field of fields(bytes)) {
      if (field.number === 2 && field.bytes !== undefined) requireUnigram(field.bytes, fault);
      if (field.number !== 1 || field.bytes === undefined) continue;
      let piece: string | undefined;
      let score = 0;
      let type = 1;
      for (const part of fields(field.bytes)) {
        if (part.number === 1 && part.bytes !== undefined) piece = decoder.decode(part.bytes);
        if (part.number === 2 && part.float !== undefined) score = part.float;
        if (part.number === 3 && part.integer !== undefined) type = part.integer;
      }
      const kind = kinds[type as keyof typeof kinds] as SentencePiece["kind"] | undefined;
      if (piece === undefined || !Number.isFinite(score)) throw fault(`piece ${pieces.length} is incomplete`);
      if (kind === undefined) throw fault(`piece ${pieces.length} ("${piece}") is of type ${type}`);
      pieces.push({ piece, score, kind });
    }
  } catch (cause) {
    if (cause instanceof InvalidFileError) throw cause;
    throw fault(`not a SentencePiece model (${(cause as Error).message})`);
  }
  const unknown = pieces.filter(({ kind }) => kind === "unknown").length;
  if (unknown !== 1) throw fault(`it has ${pieces.length} pieces, ${unknown} of them unknown pieces`);
  return pieces;
}

function requireUnigram(trainerSpec: Uint8Array, fault: (problem: string) => InvalidFileError): void {
  for (const { number, integer } of fields(trainerSpec)) {
    if (number === 3 && integer !== undefined && integer !== 1) throw fault("not a Unigram model");
  }
}

interface Field {
  number: number;
  bytes?: Uint8Array;
  float?: number;
  integer?: number;
}

/** Walks the fields of one protobuf message. Throws RangeError where a field ends beyond the message. */
function* fields(bytes: Uint8Array): Generator<Field> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let position = 0;

  function varint(): number {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = view.getUint8(position++);
      value += (byte & 127) * factor;
      if (byte < 128) return value;
      if (factor > 2 ** 63) throw new RangeError("a number of more than ten bytes");
    }
  }

  while (position < bytes.length) {
    const key = varint();
    const number = Math.floor(key / 8);
    switch (key % 8) {
      case 0:
        yield { number, integer: varint() };
        break;
      case 1:
        position += 8;
        break;
      case 2: {
        const length = varint();
        if (position + length > bytes.length) throw new RangeError("a field longer than the file");
        yield { number, bytes: bytes.subarray(position, position + length) };
        position += length;
        break;
      }
      case 5:
        yield { number, float: view.getFloat32(position, true) };
        position += 4;
        break;
      default:
        throw new RangeError(`a field of wire type ${key % 8}`);
    }
  }
}
