import type { InferenceSession } from "onnxruntime-node";

/** Options of every session, so that a graph that was optimised under them runs under them too. */
export function sessionOptions({
  threads = 1,
  optimized = false,
}: {
  /** Threads of one call, the calling one included. */
  threads?: number;
  /** Whether the graph has been through ONNX Runtime's optimisations before. */
  optimized?: boolean;
} = {}): InferenceSession.SessionOptions {
  return {
    executionProviders: ["cpu"],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: "sequential",
    graphOptimizationLevel: optimized ? "disabled" : "all",
    // Else memory is planned and kept for every shape of input that was ever seen.
    enableMemPattern: false,
    // Errors come as exceptions; warnings about a user's model are not ours to print.
    logSeverityLevel: 4,
    extra: {
      session: {
        // A waiting thread that spins takes a processor to itself.
        intra_op: { allow_spinning: "0" },
        inter_op: { allow_spinning: "0" },
        // Numbers below 1e-38 appear behind masks, and processors take a hundred times as long over them.
        set_denormal_as_zero: "1",
      },
    },
  };
}
