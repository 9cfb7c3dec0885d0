import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { writeModel } from "@kokeshi/onnx";
import { dataPath } from "@kokeshi/test-data";
import { bertGraph } from "./bert-graph.js";
import type { EncoderShape } from "./encoder-shape.js";

/** Writes a Hugging Face folder with the encoder in `onnx/model.onnx`, mean pooling and a BERT tokenizer. */
export async function writeEncoderFolder(folder: string, shape: EncoderShape): Promise<void> {
  const tokenizer = gunzipSync(await readFile(dataPath("tokenizers", "bert-base-uncased.json.gz")));
  await mkdir(join(folder, "onnx"), { recursive: true });
  await mkdir(join(folder, "1_Pooling"), { recursive: true });
  const json = (path: string, content: unknown): Promise<void> =>
    writeFile(join(folder, path), JSON.stringify(content, undefined, 2) + "\n");
  await writeFile(join(folder, "onnx", "model.onnx"), writeModel(bertGraph(shape)));
  await writeFile(join(folder, "tokenizer.json"), tokenizer);
  await json("tokenizer_config.json", {
    tokenizer_class: "BertTokenizer",
    do_lower_case: true,
    model_max_length: shape.positions,
    cls_token: "[CLS]",
    sep_token: "[SEP]",
    pad_token: "[PAD]",
    unk_token: "[UNK]",
    mask_token: "[MASK]",
  });
  await json("config.json", {
    architectures: ["BertModel"],
    model_type: "bert",
    hidden_act: "gelu",
    hidden_size: shape.hidden,
    intermediate_size: shape.intermediate,
    layer_norm_eps: 1e-12,
    max_position_embeddings: shape.positions,
    num_attention_heads: shape.heads,
    num_hidden_layers: shape.layers,
    pad_token_id: 0,
    position_embedding_type: "absolute",
    type_vocab_size: 2,
    vocab_size: shape.vocabulary,
  });
  await json("modules.json", [
    { idx: 0, name: "0", path: "", type: "sentence_transformers.models.Transformer" },
    { idx: 1, name: "1", path: "1_Pooling", type: "sentence_transformers.models.Pooling" },
    { idx: 2, name: "2", path: "2_Normalize", type: "sentence_transformers.models.Normalize" },
  ]);
  await json("sentence_bert_config.json", { max_seq_length: shape.positions, do_lower_case: false });
  await json("1_Pooling/config.json", {
    word_embedding_dimension: shape.hidden,
    pooling_mode_cls_token: false,
    pooling_mode_mean_tokens: true,
    pooling_mode_max_tokens: false,
    pooling_mode_mean_sqrt_len_tokens: false,
  });
}
