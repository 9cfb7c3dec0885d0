import type { Answer, AnswerEvent, Citation } from "../src/answering/answer.js";
import type { Problem } from "../src/api/problem.js";

export type { Answer, AnswerEvent, Citation, Problem };

export interface DocumentSummary {
  id: string;
  name: string;
  kind: "markdown" | "text" | "html" | "pdf";
  title?: string;
  characters: number;
  pages?: number;
  passages: number;
  bundled: boolean;
}

export interface Settings {
  model: string;
  dimensions: number;
  answers: { kind: "quotes" | "chat"; model?: string };
  uploads: { files: number; fileBytes: number; requestBytes: number; extensions: string[] };
}

export interface Addition {
  added: DocumentSummary[];
  failed: { name: string; error: Problem }[];
}

/** A request the server refused, or that never reached it. */
export class ServiceError extends Error {
  constructor(readonly problem: Problem) {
    super(problem.message);
  }
}

const unreachable: Problem = {
  code: "unreachable",
  message: "The demo does not answer",
  remedy: "is it still running in the terminal?",
};

async function request(path: string, init?: RequestInit): Promise<Response> {
  try {
    return await fetch(path, init);
  } catch (error) {
    if (init?.signal?.aborted) throw error;
    throw new ServiceError(unreachable);
  }
}

async function json<Shape>(path: string, init?: RequestInit): Promise<Shape> {
  const response = await request(path, init);
  const body = (await response.json()) as Shape & { error?: Problem };
  if (body.error !== undefined) throw new ServiceError(body.error);
  return body;
}

export const settings = () => json<Settings>("/api/settings");

export const documents = async () =>
  (await json<{ documents: DocumentSummary[] }>("/api/documents")).documents;

export const documentText = (id: string) => json<DocumentSummary & { text: string }>(`/api/documents/${id}`);

export async function addFiles(files: readonly File[]): Promise<Addition> {
  const form = new FormData();
  for (const file of files) form.append("files", file);
  return json<Addition>("/api/documents", { method: "POST", body: form });
}

export async function removeDocument(id: string): Promise<void> {
  const response = await request(`/api/documents/${id}`, { method: "DELETE" });
  if (!response.ok) throw new ServiceError(((await response.json()) as { error: Problem }).error);
}

/** Asks, and yields the answer as it comes about. Throws ServiceError. */
export async function* ask(question: string, signal: AbortSignal): AsyncGenerator<AnswerEvent> {
  const response = await request("/api/ask", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ question, stream: true }),
    signal,
  });
  if (!response.ok || response.body === null) {
    throw new ServiceError(((await response.json()) as { error: Problem }).error);
  }
  let finished = false;
  for await (const line of lines(response.body)) {
    const event = JSON.parse(line) as AnswerEvent | { type: "error"; error: Problem };
    if (event.type === "error") throw new ServiceError(event.error);
    finished = event.type === "done";
    yield event;
  }
  if (!finished) throw new ServiceError(unreachable);
}

async function* lines(body: ReadableStream<Uint8Array<ArrayBuffer>>): AsyncGenerator<string> {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    const parts = (rest + value).split("\n");
    rest = parts.pop() ?? "";
    yield* parts;
  }
  if (rest !== "") yield rest;
}
