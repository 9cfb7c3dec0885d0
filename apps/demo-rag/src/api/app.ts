import { Hono, type Context } from "hono";
import { bodyLimit } from "hono/body-limit";
import { stream } from "hono/streaming";
import { z } from "zod";
import type { Answer, AnswerEvent, Answerer } from "../answering/answer.js";
import { DemoError } from "../demo-error.js";
import type { DocumentLibrary, StoredDocument } from "../library/document-library.js";
import { acceptedExtensions } from "../loading/file-kind.js";
import { problemOf, reportUnexpected, statusOf, type Problem } from "./problem.js";
import { sameOrigin, securityHeaders } from "./security.js";
import { uploadedFiles, uploadLimits } from "./uploads.js";
import type { WebFile } from "./web-files.js";

export interface DemoSettings {
  model: string;
  dimensions: number;
}

export interface DemoParts {
  library: DocumentLibrary;
  answerer: Answerer;
  settings: DemoSettings;
  webFiles: ReadonlyMap<string, WebFile>;
  /** Whether the server listens on this machine only. */
  loopback: boolean;
}

const askRequest = z.object({
  question: z.string().trim().min(1).max(2_000),
  /** Passages to retrieve. */
  passages: z.int().min(1).max(20).default(6),
  /** NDJSON events instead of one JSON answer. */
  stream: z.boolean().default(false),
});

export function createApp({ library, answerer, settings, webFiles, loopback }: DemoParts): Hono {
  const app = new Hono();
  app.use(securityHeaders);
  app.use(sameOrigin({ loopback }));

  app.get("/api/health", (context) => context.json({ status: "ok", documents: library.list().length }));

  app.get("/api/settings", (context) =>
    context.json({
      ...settings,
      answers: answerer.description,
      uploads: { ...uploadLimits, extensions: acceptedExtensions },
    }),
  );

  app.get("/api/documents", (context) => context.json({ documents: library.list().map(summary) }));

  app.get("/api/documents/:id", (context) => {
    const document = library.get(context.req.param("id"));
    return context.json({ ...summary(document), text: document.text });
  });

  app.post("/api/documents", limitBody(uploadLimits.requestBytes), async (context) => {
    const added: object[] = [];
    const failed: { name: string; error: Problem }[] = [];
    for (const file of await uploadedFiles(context)) {
      try {
        added.push(summary(await library.add(file.name, await file.read())));
      } catch (error) {
        reportUnexpected(error);
        failed.push({ name: file.name, error: problemOf(error) });
      }
    }
    const [firstFailure] = failed;
    const status = added.length > 0 || firstFailure === undefined ? 201 : statusOf(firstFailure.error);
    return context.json({ added, failed }, status);
  });

  app.delete("/api/documents/:id", async (context) => {
    await library.remove(context.req.param("id"));
    return context.body(null, 204);
  });

  app.post("/api/ask", limitBody(100_000), async (context) => {
    const request = await parseAsk(context);
    const { signal } = context.req.raw;
    if (!request.stream) return context.json(await lastAnswer(ask(request, signal)));
    context.header("Content-Type", "application/x-ndjson");
    return stream(context, async (output) => {
      try {
        for await (const event of ask(request, signal)) await output.writeln(JSON.stringify(event));
      } catch (error) {
        if (signal.aborted) return;
        reportUnexpected(error);
        await output.writeln(JSON.stringify({ type: "error", error: problemOf(error) }));
      }
    });
  });

  async function* ask(
    { question, passages }: z.infer<typeof askRequest>,
    signal: AbortSignal,
  ): AsyncGenerator<AnswerEvent> {
    const retrieved = await library.search(question, passages);
    signal.throwIfAborted();
    yield* answerer.answer(question, retrieved, signal);
  }

  app.get("*", (context, next) => {
    const file = webFiles.get(context.req.path);
    if (file === undefined) return next();
    return context.body(file.body, 200, { "Content-Type": file.type, "Cache-Control": "no-cache" });
  });

  app.notFound((context) => {
    const error: Problem = {
      code: "not-found",
      message: `there is nothing at ${context.req.method} ${context.req.path}`,
      remedy: "see apps/demo-rag/README.md for the API",
    };
    return context.json({ error }, 404);
  });

  app.onError((error, context) => {
    reportUnexpected(error);
    const problem = problemOf(error);
    return context.json({ error: problem }, statusOf(problem));
  });

  return app;
}

function summary({ id, name, kind, title, text, pageStarts, passages, bundled }: StoredDocument): object {
  const pages = pageStarts.length > 0 ? pageStarts.length : undefined;
  return { id, name, kind, title, characters: text.length, pages, passages: passages.length, bundled };
}

function limitBody(maxSize: number) {
  return bodyLimit({
    maxSize,
    onError: () => {
      throw new DemoError(
        "too-large",
        "the request is too large",
        `send at most ${maxSize.toLocaleString("en")} bytes at once`,
      );
    },
  });
}

async function parseAsk(context: Context): Promise<z.infer<typeof askRequest>> {
  const body: unknown = await context.req.json().catch((cause: unknown) => {
    throw new DemoError("invalid-request", "the body is not JSON", 'send {"question": "…"}', cause);
  });
  const parsed = askRequest.safeParse(body);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const field = issue?.path.join(".") || "the body";
  throw new DemoError("invalid-request", `${field}: ${issue?.message}`, 'send {"question": "…"}');
}

async function lastAnswer(events: AsyncIterable<AnswerEvent>): Promise<Answer> {
  for await (const event of events) {
    if (event.type === "done") return event.answer;
  }
  throw new Error("an answerer ended without an answer");
}
