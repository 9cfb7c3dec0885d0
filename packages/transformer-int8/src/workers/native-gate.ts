/*
 * A thread that is ended inside ONNX Runtime takes the whole process with it ("terminate called after throwing an
 * instance of 'Napi::Error'", exit code 134; onnxruntime-node 1.30): by `worker.terminate()`, and by `process.exit()` of
 * the main thread, which ends all others. So threads say in shared memory when they go in and out, and whoever ends
 * them closes the way in and waits for them to come out.
 */

const inside = 0;
const closed = 1;

/** Longest wait at the end of the process for one run of a graph, in milliseconds. */
const longestWaitMs = 60_000;

/** Shared by a thread with the one that started it. */
export type NativeGate = Int32Array<SharedArrayBuffer>;

export function createGate(): NativeGate {
  return new Int32Array(new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT));
}

/** In the thread: does the work, or nothing when the gate is closed. One at a time. */
export async function passGate<Result>(
  gate: NativeGate,
  work: () => Promise<Result>,
): Promise<Result | undefined> {
  Atomics.store(gate, inside, 1);
  try {
    if (Atomics.load(gate, closed) === 1) return undefined;
    return await work();
  } finally {
    Atomics.store(gate, inside, 0);
    Atomics.notify(gate, inside);
  }
}

/** In the starting thread: nobody goes in from now on. */
export function closeGate(gate: NativeGate): void {
  Atomics.store(gate, closed, 1);
}

const watched = new Set<NativeGate>();

function closeAndWait(): void {
  for (const gate of watched) closeGate(gate);
  for (const gate of watched) Atomics.wait(gate, inside, 1, longestWaitMs);
}

/** The end of the process waits for the thread to come out. Returns a function that ends the watch. */
export function watchGate(gate: NativeGate): () => void {
  if (watched.size === 0) process.on("exit", closeAndWait);
  watched.add(gate);
  return () => {
    watched.delete(gate);
    if (watched.size === 0) process.off("exit", closeAndWait);
  };
}
