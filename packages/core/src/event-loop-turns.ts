/** Longest stretch of synchronous work before timers, input and abort signals get their turn. */
const longestStretchMs = 12;

/**
 * Backends may compute synchronously; a loop of such calls would starve the event loop. The returned function gives
 * it a turn when the last one was long enough ago, and costs next to nothing otherwise.
 */
export function eventLoopTurns(): () => Promise<void> {
  let last = performance.now();
  return async () => {
    if (performance.now() - last < longestStretchMs) return;
    await new Promise<void>((resolve) => {
      if (typeof setImmediate === "function") setImmediate(resolve);
      else setTimeout(resolve);
    });
    last = performance.now();
  };
}
