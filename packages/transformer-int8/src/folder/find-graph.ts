import { InvalidArgumentError, NotFoundError, type ModelFolder } from "@kokeshi/core";
import type { Precision } from "../encoder/encoder-plan.js";
import { part } from "../invalid-model.js";
import { graphVariants } from "./graph-variants.js";
import { int8Instructions, type Int8Instructions } from "./int8-instructions.js";

/** Which of a folder's graphs: "auto", a number format, or the path of an `.onnx` file in the folder. */
export type PrecisionChoice = "auto" | Precision | `${string}.onnx`;

const precisions: readonly string[] = ["auto", "float32", "float16", "int8", "uint8", "int4"];

/** Path of the graph in the folder. Throws NotFoundError where there is none of that precision. */
export async function findGraph(
  folder: ModelFolder,
  transformer: string,
  choice: PrecisionChoice = "auto",
  instructions: Int8Instructions = int8Instructions(),
): Promise<string> {
  if (choice.endsWith(".onnx")) {
    if (await folder.has(choice)) return choice;
    throw new NotFoundError({
      part,
      problem: `${folder.modelId} has no ${choice}`,
      remedy: await present(folder),
    });
  }
  if (!precisions.includes(choice)) {
    throw new InvalidArgumentError({
      part,
      problem: `precision is ${JSON.stringify(choice)}`,
      remedy: `use one of ${precisions.join(", ")}, or the path of an .onnx file in the folder`,
    });
  }
  // The places where exporters put graphs; a Set, since `transformer` mostly is "".
  const places = [...new Set([`${transformer}onnx/`, "onnx/", transformer, ""])];
  for (const name of graphVariants(choice as Precision | "auto", instructions)) {
    for (const place of places) {
      const path = `${place}${name}.onnx`;
      if (await folder.has(path)) return path;
    }
  }
  throw new NotFoundError({
    part,
    problem: `${folder.modelId} has no ONNX graph${choice === "auto" ? "" : ` in ${choice}`}`,
    remedy: await present(folder),
  });
}

async function present(folder: ModelFolder): Promise<string> {
  const files = (await folder.list?.()) ?? [];
  const graphs = files.map(({ path }) => path).filter((path) => path.endsWith(".onnx"));
  return graphs.length > 0
    ? `choose among ${graphs.join(", ")}`
    : "export the model to onnx/model.onnx, for example with Optimum or sentence-transformers";
}
