import {
  InvalidFileError,
  type KokeshiError,
  type KokeshiErrorDetails,
  NetworkError,
  NotFoundError,
} from "@kokeshi/core";
import { errorCode } from "./file-system-errors.js";
import { part } from "./part.js";

/** The Hub gave no answer, or one that says "not now". The cache may serve instead. */
export class HubUnavailableError extends NetworkError {
  /** Whether asking again soon may help. */
  readonly passing: boolean;
  /** Milliseconds the server asks to wait. */
  readonly retryAfter: number | undefined;

  constructor(details: Omit<KokeshiErrorDetails, "part">, retry: { passing: boolean; retryAfter?: number }) {
    super({ part, ...details });
    this.passing = retry.passing;
    this.retryAfter = retry.retryAfter;
  }
}

/** What a request is about, for the sentences of its errors. */
export interface RequestSubject {
  repository: string;
  revision: string;
  /** The file asked for, where it is one. */
  path?: string;
}

export interface RequestContext extends RequestSubject {
  endpoint: string;
  hasToken: boolean;
}

/** The error that an answer other than 2xx stands for. `body` is the beginning of what came with it. */
export function errorOfResponse(response: Response, body: string, context: RequestContext): KokeshiError {
  const { status } = response;
  const code = response.headers.get("x-error-code");
  const host = hostOf(response.url || context.endpoint);
  const said = serverMessage(response, body);
  const answer = `${host} answered ${status}${said === "" ? "" : ` (${said})`}`;

  if (status === 401 || status === 403) {
    // Files come from storage behind signed addresses that expire: the next attempt gets a fresh one.
    if (context.path !== undefined && host !== hostOf(context.endpoint)) return unavailable(answer, response);
    return accessError(status, code, answer, context);
  }
  if (status === 404) return missingError(code, answer, context);
  if (status === 408 || status === 429 || status >= 500) return unavailable(answer, response);
  return new NetworkError({
    part,
    problem: answer,
    remedy: `check ${subject(context)} and the endpoint ${context.endpoint}`,
  });
}

function accessError(
  status: number,
  code: string | null,
  answer: string,
  context: RequestContext,
): NetworkError {
  const { repository, endpoint, hasToken } = context;
  if (code === "GatedRepo") {
    return new NetworkError({
      part,
      problem: `${repository} is gated: ${answer}`,
      remedy: `accept its conditions at ${endpoint}/${repository} and set HF_TOKEN (or the token option) to a token of that account`,
    });
  }
  if (!hasToken) {
    return new NetworkError({
      part,
      problem: `${repository} is private, gated or does not exist: ${answer}`,
      remedy: "check the name; for a private or gated model set HF_TOKEN (or the token option)",
    });
  }
  return new NetworkError({
    part,
    problem: `the token may not read ${repository}: ${answer}`,
    remedy:
      status === 401
        ? "check that HF_TOKEN (or the token option) holds a valid token, or remove it for a public model"
        : "use a token of an account that may read the model, as HF_TOKEN or the token option",
  });
}

function missingError(code: string | null, answer: string, context: RequestContext): NotFoundError {
  const { repository, revision, path, endpoint } = context;
  if (code === "RevisionNotFound") {
    return new NotFoundError({
      part,
      problem: `${repository} has no revision "${revision}": ${answer}`,
      remedy: `see its branches, tags and commits at ${endpoint}/${repository}/tree/main`,
    });
  }
  if (path !== undefined && code !== "RepoNotFound") {
    return new NotFoundError({
      part,
      problem: `${path} is missing from ${repository} at ${revision}: ${answer}`,
      remedy: "the repository may have changed meanwhile; try again",
    });
  }
  return new NotFoundError({
    part,
    problem: `the Hub knows no model ${repository}: ${answer}`,
    remedy: "check owner and name; for a private model set HF_TOKEN (or the token option)",
  });
}

function unavailable(answer: string, response: Response): HubUnavailableError {
  const retryAfter = parseRetryAfter(response.headers.get("retry-after"), Date.now());
  return new HubUnavailableError(
    {
      problem: answer,
      remedy:
        retryAfter === undefined
          ? "try again later"
          : `try again in ${Math.max(1, Math.ceil(retryAfter / 1000))} s`,
    },
    { passing: true, retryAfter },
  );
}

/** Milliseconds from a Retry-After header: whole seconds or a date (RFC 9110, section 10.2.3). */
export function parseRetryAfter(header: string | null, now: number): number | undefined {
  if (header === null) return undefined;
  const value = header.trim();
  if (/^\d{1,9}$/.test(value)) return Number(value) * 1000;
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

/** Failures that the next attempt would meet as well. */
const lasting = new Map([
  ["ENOTFOUND", "its name cannot be found"],
  ["ECONNREFUSED", "it refuses the connection"],
  ["CERT_HAS_EXPIRED", "its certificate has expired"],
  ["DEPTH_ZERO_SELF_SIGNED_CERT", "its certificate is self-signed"],
  ["SELF_SIGNED_CERT_IN_CHAIN", "its certificate is self-signed"],
  ["UNABLE_TO_VERIFY_LEAF_SIGNATURE", "its certificate cannot be verified"],
  ["UNABLE_TO_GET_ISSUER_CERT_LOCALLY", "its certificate cannot be verified"],
  ["ERR_TLS_CERT_ALTNAME_INVALID", "its certificate belongs to another name"],
]);

/** The error for a request that ended without an answer, or a body that broke off. */
export function errorOfFailure(failure: unknown, url: string): HubUnavailableError {
  // `fetch` says only "fetch failed"; what happened is the cause, for several addresses the first of its errors.
  const outer = failure instanceof Error && failure.cause instanceof Error ? failure.cause : failure;
  const inner = outer instanceof AggregateError ? (outer.errors[0] as unknown) : outer;
  const code = errorCode(inner) ?? errorCode(outer);
  const reason = lasting.get(code ?? "");
  const message = inner instanceof Error ? inner.message : String(inner);
  return new HubUnavailableError(
    {
      problem: `cannot reach ${hostOf(url)}: ${reason ?? message}`,
      remedy:
        "check the network, the proxy and HF_ENDPOINT; a model that was pulled before also opens offline",
      cause: failure,
    },
    { passing: reason === undefined },
  );
}

/** The error for a server that keeps the connection and says nothing. */
export function errorOfSilence(url: string, milliseconds: number): HubUnavailableError {
  return new HubUnavailableError(
    {
      problem: `${hostOf(url)} sent nothing for ${milliseconds / 1000} s`,
      remedy: "check the network and try again",
    },
    { passing: true },
  );
}

/** An answer in a shape the Hub does not give: an error page of a proxy, another kind of server. */
export function unexpectedAnswer(problem: string, endpoint: string, cause?: unknown): InvalidFileError {
  return new InvalidFileError({
    part,
    problem: `${endpoint} does not answer as the Hugging Face Hub does: ${problem}`,
    remedy: "check HF_ENDPOINT and whether a proxy stands between",
    cause,
  });
}

function subject({ repository, revision, path }: RequestSubject): string {
  return `${path === undefined ? "" : `${path} of `}${repository} at ${revision}`;
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : url;
}

/** What the server says about it, short and harmless on a terminal. */
function serverMessage(response: Response, body: string): string {
  let text = response.headers.get("x-error-message") ?? "";
  if (text === "" && response.headers.get("content-type")?.includes("json")) {
    try {
      const { error } = JSON.parse(body) as { error?: unknown };
      if (typeof error === "string") text = error;
    } catch {
      // No message then.
    }
  }
  const clean = (text || response.statusText).replace(/[\p{C}\s]+/gu, " ").trim();
  return clean.length > 200 ? `${clean.slice(0, 200)}…` : clean;
}
