import type { ModelFolder } from "@kokeshi/core";
import { readConfig, readSafetensors, tensorValues, type Tensor } from "@kokeshi/model-files";
import type { Activation, DensePlan } from "../encoder/encoder-plan.js";
import { invalidModel } from "../invalid-model.js";
import { denseShape } from "./config-shapes.js";

/** Classes of torch.nn, by the last part of their names. */
const activations: Readonly<Record<string, Activation>> = {
  Identity: "identity",
  Tanh: "tanh",
  ReLU: "relu",
  GELU: "gelu",
  Sigmoid: "sigmoid",
  SiLU: "silu",
};

/** Reads a Dense module: `config.json` and `model.safetensors` with `linear.weight` and `linear.bias`. */
export async function readDense(folder: ModelFolder, subfolder: string): Promise<DensePlan> {
  const configPath = `${subfolder}config.json`;
  const config = await readConfig(folder, configPath, denseShape);
  const { in_features: inputs, out_features: outputs } = config;
  for (const name of [config.module_input_name, config.module_output_name]) {
    if (name === undefined || name === "sentence_embedding") continue;
    throw invalidModel(
      `${configPath} of ${folder.modelId} wants a Dense layer over ${JSON.stringify(name)}`,
      "this backend has Dense layers over sentence_embedding only",
    );
  }
  if (config.use_residual === true) {
    throw invalidModel(
      `${configPath} of ${folder.modelId} wants a Dense layer that adds its input to its output`,
      "this backend has Dense layers without use_residual only",
    );
  }
  const className = config.activation_function?.split(".").at(-1) ?? "Tanh";
  const activation = Object.hasOwn(activations, className) ? activations[className] : undefined;
  if (activation === undefined) {
    throw invalidModel(
      `${configPath} of ${folder.modelId} asks for the activation ${config.activation_function}`,
      `this backend knows ${Object.keys(activations).join(", ")}`,
    );
  }

  const weightsPath = `${subfolder}model.safetensors`;
  if (!(await folder.has(weightsPath))) {
    throw invalidModel(
      `${folder.modelId} has no ${weightsPath}`,
      "weights in pytorch_model.bin are a pickled program, which is not run; save the model again with safetensors",
    );
  }
  const fileName = `${weightsPath} of ${folder.modelId}`;
  const { tensors } = readSafetensors(await folder.read(weightsPath), fileName);
  function values(name: string, shape: readonly number[]): Float32Array {
    return requireValues(tensors.get(name), name, shape, fileName);
  }
  return {
    type: "dense",
    inputs,
    outputs,
    weight: values("linear.weight", [outputs, inputs]),
    bias: (config.bias ?? true) ? values("linear.bias", [outputs]) : undefined,
    activation,
  };
}

function requireValues(
  tensor: Tensor | undefined,
  name: string,
  shape: readonly number[],
  fileName: string,
): Float32Array {
  if (tensor === undefined) throw invalidModel(`${fileName} has no tensor ${name}`);
  if (tensor.shape.join() !== shape.join()) {
    throw invalidModel(
      `${name} in ${fileName} has the shape [${tensor.shape.join(", ")}] instead of [${shape.join(", ")}]`,
    );
  }
  const values = tensorValues(tensor);
  if (values === undefined || values instanceof Int8Array || values instanceof Int32Array) {
    throw invalidModel(`${name} in ${fileName} is of the type ${tensor.dtype}, not a floating-point type`);
  }
  // Into memory of its own: a plan is sent to threads, and a view would take the whole file along.
  return Float32Array.from(values);
}
