import { clearTimeout, setTimeout } from "node:timers";
import {
  errorOfFailure,
  errorOfResponse,
  errorOfSilence,
  HubUnavailableError,
  unexpectedAnswer,
  type RequestSubject,
} from "./hub-errors.js";
import { withRetries, type RetryPolicy } from "./retry.js";

export interface HubConnectionOptions {
  endpoint: string;
  token: string | undefined;
  retry: RetryPolicy;
  signal?: AbortSignal;
  fetch?: typeof fetch;
  /** Longest silence of a server in milliseconds. Default: 60,000. */
  longestSilence?: number;
}

/** Longest JSON answer accepted, in bytes; a page of a listing holds at most 1,000 entries. */
const longestAnswer = 16 << 20;
const longestErrorBody = 64 << 10;

/** Requests to one Hub: with the token for it alone, cancellable, never waiting for ever, errors translated. */
export class HubConnection {
  constructor(private readonly options: HubConnectionOptions) {}

  get endpoint(): string {
    return this.options.endpoint;
  }

  get retry(): RetryPolicy {
    return this.options.retry;
  }

  get signal(): AbortSignal | undefined {
    return this.options.signal;
  }

  /** The same connection under another signal. */
  withSignal(signal: AbortSignal): HubConnection {
    return new HubConnection({ ...this.options, signal });
  }

  /**
   * One GET. `consume` gets the answer and its body, piece by piece; leaving the loop early cancels the transfer.
   * Rejects with the signal's reason when aborted, with a KokeshiError when the request fails or the server falls
   * silent, and with whatever `consume` throws.
   */
  async get<Result>(
    url: string,
    headers: Record<string, string>,
    subject: RequestSubject,
    consume: (response: Response, body: AsyncIterable<Uint8Array>) => Promise<Result>,
  ): Promise<Result> {
    const { signal, token, endpoint, fetch = globalThis.fetch, longestSilence = 60_000 } = this.options;
    signal?.throwIfAborted();
    const attempt = new AbortController();
    const cancel = () => attempt.abort();
    signal?.addEventListener("abort", cancel, { once: true });
    let silent = false;
    const watch = setTimeout(() => {
      silent = true;
      attempt.abort();
    }, longestSilence);
    const failure = (error: unknown) => {
      signal?.throwIfAborted();
      return silent ? errorOfSilence(url, longestSilence) : errorOfFailure(error, url);
    };
    async function* body(response: Response): AsyncGenerator<Uint8Array, void, undefined> {
      const reader = response.body?.getReader();
      if (reader === undefined) return;
      for (;;) {
        const { done, value } = await reader.read().catch((error: unknown) => {
          throw failure(error);
        });
        if (done) return;
        watch.refresh();
        yield value;
      }
    }
    try {
      const request = { headers: { ...this.#authorization(url), "user-agent": "kokeshi", ...headers } };
      const response = await fetch(url, { ...request, signal: attempt.signal }).catch((error: unknown) => {
        throw failure(error);
      });
      watch.refresh();
      if (!response.ok) {
        throw errorOfResponse(response, await beginning(body(response)), {
          ...subject,
          endpoint,
          hasToken: token !== undefined,
        });
      }
      return await consume(response, body(response));
    } finally {
      clearTimeout(watch);
      signal?.removeEventListener("abort", cancel);
      // Ends a transfer that nobody read to its end.
      attempt.abort();
    }
  }

  /** A `fetch` for the calls of @huggingface/hub that read JSON: retried, and bounded in size and pages. */
  metadataFetch(subject: RequestSubject, mostPages: number): typeof fetch {
    let pages = 0;
    return async (input, init) => {
      if (++pages > mostPages) throw unexpectedAnswer(`it lists more than ${mostPages} pages`, this.endpoint);
      const url = input instanceof Request ? input.url : String(input);
      const headers = Object.fromEntries(new Headers(init?.headers));
      return withRetries(this.retry, this.signal, () =>
        this.get(url, headers, subject, async (response, body) => {
          const answer: Uint8Array[] = [];
          let bytes = 0;
          for await (const piece of body) {
            bytes += piece.length;
            if (bytes > longestAnswer) {
              throw unexpectedAnswer(`its answer is longer than ${longestAnswer} bytes`, this.endpoint);
            }
            answer.push(piece);
          }
          return new Response(Buffer.concat(answer), { headers: response.headers });
        }),
      );
    };
  }

  /** The token goes to the Hub itself, never to the storage or the page that it refers to. */
  #authorization(url: string): Record<string, string> {
    const { token, endpoint } = this.options;
    if (token === undefined || new URL(url).origin !== new URL(endpoint).origin) return {};
    return { authorization: `Bearer ${token}` };
  }
}

/** As much of a body as an error message needs. */
async function beginning(body: AsyncIterable<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  try {
    for await (const piece of body) {
      text += decoder.decode(piece, { stream: true });
      if (text.length >= longestErrorBody) break;
    }
  } catch (error) {
    // Where the body breaks off, the status alone says enough.
    if (!(error instanceof HubUnavailableError)) throw error;
  }
  return text;
}
