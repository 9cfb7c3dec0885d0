import type { Precision } from "../encoder/encoder-plan.js";
import type { Int8Instructions } from "./int8-instructions.js";

/**
 * The names that variants of a graph have on the Hub: those of sentence-transformers' and Optimum's export
 * (`model_qint8_avx512_vnni`) and of transformers.js (`model_quantized`, `model_fp16`). Best first.
 */
const float32 = ["model", "encoder_model", "model_fp32", "model_O3", "model_O2", "model_O1"];
const float16 = ["model_fp16", "encoder_model_fp16", "model_float16", "model_O4"];
const int4 = ["model_q4", "model_q4f16", "model_bnb4"];

/*
 * Without VNNI the instruction that multiplies unsigned activations with signed weights saturates at 16 bits, and
 * vectors lose their precision: there unsigned weights come first
 * (https://onnxruntime.ai/docs/performance/model-optimizations/quantization.html, "when and why do I need to try U8U8").
 */
const signed = ["model_int8", "encoder_model_int8"];
const either = ["model_quantized", "encoder_model_quantized"];
const unsigned = ["model_quint8_avx2", "model_uint8", "encoder_model_uint8"];
const int8: Readonly<Record<Int8Instructions, readonly string[]>> = {
  vnni: ["model_qint8_avx512_vnni", "model_qint8_avx512", ...signed, ...either, ...unsigned],
  avx2: [...unsigned, ...either, ...signed, "model_qint8_avx512", "model_qint8_avx512_vnni"],
  arm64: ["model_qint8_arm64", ...signed, ...either, ...unsigned],
};

/** Names without `.onnx`, best first; "auto" takes INT8 where it is, then float32. */
export function graphVariants(
  precision: Precision | "auto",
  instructions: Int8Instructions,
): readonly string[] {
  switch (precision) {
    case "auto":
      return [...int8[instructions], ...float32, ...float16, ...int4];
    case "int8":
      return int8[instructions];
    case "uint8":
      return [...unsigned, ...either];
    case "float32":
      return float32;
    case "float16":
      return float16;
    case "int4":
      return int4;
  }
}
