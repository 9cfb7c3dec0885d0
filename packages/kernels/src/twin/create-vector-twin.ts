import type { VectorFunctions } from "../kernel-functions.js";
import type { KernelMemory } from "../kernel-memory.js";
import { collectTopBits } from "./collect-top-bits.js";
import { dotBits } from "./dot-bits.js";
import { dotFloat32 } from "./dot-float32.js";
import { dotInt8 } from "./dot-int8.js";
import { fourQueries } from "./four-queries.js";
import { lookUpBits } from "./look-up-bits.js";
import { collectTop, keepTop, sortTop } from "./top-k.js";

/** The kernels over vectors in plain JavaScript, bit for bit those of WebAssembly; see createTokenTwin. */
export function createVectorTwin(memory: KernelMemory): VectorFunctions {
  const dotFloat32Four = fourQueries(dotFloat32, 4);
  const dotInt8Four = fourQueries(dotInt8, 2);
  return {
    dotFloat32: (...call) => dotFloat32(memory.views, ...call),
    dotFloat32Four: (...call) => dotFloat32Four(memory.views, ...call),
    dotInt8: (...call) => dotInt8(memory.views, ...call),
    dotInt8Four: (...call) => dotInt8Four(memory.views, ...call),
    lookUpBits: (...call) => lookUpBits(memory.views, ...call),
    dotBits: (...call) => dotBits(memory.views, ...call),
    collectTopBits: (...call) => collectTopBits(memory.views, ...call),
    collectTopFloat32: (...call) => collectTop(memory.views, memory.views.float32, ...call),
    collectTopInt32: (...call) => collectTop(memory.views, memory.views.int32, ...call),
    keepTopFloat32: (...call) => keepTop(memory.views, memory.views.float32, ...call),
    keepTopInt32: (...call) => keepTop(memory.views, memory.views.int32, ...call),
    sortTopFloat32: (...call) => sortTop(memory.views, memory.views.float32, ...call),
    sortTopInt32: (...call) => sortTop(memory.views, memory.views.int32, ...call),
  };
}
