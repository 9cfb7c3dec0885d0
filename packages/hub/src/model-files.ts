export interface ModelFilesOptions {
  /** Forms of the weights to take. Default: both, since a repository may need either. */
  weights?: readonly ("safetensors" | "onnx")[];
  /** Names of the ONNX graphs to take, external data included. Default: `model.onnx` alone of its many variants. */
  graphs?: readonly string[];
}

/** Copies of the weights for other runtimes, and what a training run leaves behind. */
const foreignFolder =
  /^(?:openvino|coreml|tensorflow|tf|flax|rust|gguf|mlx|eval|evaluation|results|runs|logs|original|checkpoint-\d+)$/i;
const foreignIndex = /^(?:pytorch_model|tf_model|flax_model)[^/]*\.index\.json$/i;
const documentation = /^(?:readme\.md|licen[cs]e(?:\.\w+)?|notice(?:\.\w+)?)$/i;

/**
 * Which files of a repository to download: configuration, tokenizer, sentence-transformers modules, licence, and the
 * weights as safetensors and ONNX. PyTorch, TensorFlow, Flax, OpenVINO, Core ML and GGUF weights stay where they are.
 */
export function modelFiles({
  weights = ["safetensors", "onnx"],
  graphs = ["model.onnx"],
}: ModelFilesOptions = {}): (path: string) => boolean {
  return (path) => {
    const segments = path.split("/");
    const name = segments.pop() ?? "";
    if (name.startsWith(".")) return false;
    if (segments.some((folder) => folder.startsWith(".") || foreignFolder.test(folder))) return false;
    if (name.endsWith(".safetensors")) return weights.includes("safetensors");
    if (/\.onnx(?:[._]|$)/.test(name))
      return weights.includes("onnx") && graphs.some((graph) => isPartOf(name, graph));
    if (foreignIndex.test(name)) return false;
    // `.model` is SentencePiece's own form of a tokenizer.
    return /\.(?:json|txt|model)$/.test(name) || documentation.test(name);
  };
}

/** `model.onnx` itself, or its weights in `model.onnx_data`, `model.onnx_data_1`, `model.onnx.data`. */
function isPartOf(name: string, graph: string): boolean {
  return name === graph || name.startsWith(`${graph}_data`) || name.startsWith(`${graph}.data`);
}
