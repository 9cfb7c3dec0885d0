import { createBackendRegistry } from "@kokeshi/core";
import { staticBackend } from "@kokeshi/static-model";
import { transformerBackend } from "@kokeshi/transformer-int8";

/** The backends that can open a model, in the order in which they are asked. */
export const backends = createBackendRegistry([staticBackend, transformerBackend]);
