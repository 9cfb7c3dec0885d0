import { setTimeout as wait } from "node:timers/promises";
import { HubUnavailableError } from "./hub-errors.js";

/** How often, and after how long, to ask again when the Hub is busy or a transfer breaks off. */
export interface RetryPolicy {
  /** Attempts in all. Default: 5. */
  attempts: number;
  /** Milliseconds before the second attempt; doubled before each further one. Default: 500. */
  firstDelay: number;
  /** Longest wait in milliseconds; a server that asks for more (Retry-After) is not asked again. Default: 60,000. */
  longestDelay: number;
}

export const defaultRetry: RetryPolicy = { attempts: 5, firstDelay: 500, longestDelay: 60_000 };

/**
 * Runs the operation again after a passing failure, with exponential back-off and jitter. The operation may call
 * `progressed` to have the count of attempts start anew: a long download over a bad line breaks off often.
 */
export async function withRetries<Result>(
  policy: RetryPolicy,
  signal: AbortSignal | undefined,
  operation: (progressed: () => void) => Promise<Result>,
): Promise<Result> {
  let failures = 0;
  const progressed = () => {
    failures = 0;
  };
  for (;;) {
    try {
      return await operation(progressed);
    } catch (error) {
      failures++;
      if (!(error instanceof HubUnavailableError) || !error.passing || failures >= policy.attempts)
        throw error;
      const asked = error.retryAfter;
      if (asked !== undefined && asked > policy.longestDelay) throw error;
      await pause(asked ?? backOff(policy, failures), signal);
    }
  }
}

/** firstDelay * 2^(failures - 1), give or take a quarter so that clients do not come back all at once. */
function backOff({ firstDelay, longestDelay }: RetryPolicy, failures: number): number {
  return Math.min(longestDelay, firstDelay * 2 ** (failures - 1) * (0.75 + Math.random() / 2));
}

async function pause(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await wait(milliseconds, undefined, { signal });
  } catch {
    signal?.throwIfAborted();
  }
}
