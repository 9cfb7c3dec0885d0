import { FakeListChatModel } from "@langchain/core/utils/testing";
import { KokeshiEmbeddings } from "@kokeshi/langchain";
import { describe, expect, it } from "vitest";
import type { Answer } from "../answering/answer.js";
import { ChatAnswerer } from "../answering/chat-answerer.js";
import { openChatModel } from "../answering/chat-model.js";
import { chatCompletionsServer } from "../fixtures/chat-completions-server.js";
import { demoForTests } from "../fixtures/demo-for-tests.js";
import { letterPairModel } from "../fixtures/letter-pair-model.js";
import { smallPdf } from "../fixtures/small-pdf.js";
import { DocumentLibrary } from "../library/document-library.js";
import { listen } from "../listen.js";

interface Summary {
  id: string;
  name: string;
}

type Demo = ReturnType<typeof demoForTests>["app"];

async function upload(app: Demo, files: readonly [name: string, content: BlobPart][]): Promise<Response> {
  const form = new FormData();
  for (const [name, content] of files) form.append("files", new File([content], name));
  return app.request("/api/documents", { method: "POST", body: form });
}

async function list(app: Demo): Promise<Summary[]> {
  return ((await (await app.request("/api/documents")).json()) as { documents: Summary[] }).documents;
}

const ask = (app: Demo, body: object | string) =>
  app.request("/api/ask", { method: "POST", body: typeof body === "string" ? body : JSON.stringify(body) });

const cats = "# Cats\n\nA cat eats fish and meat.\n";

describe("the demo's API", () => {
  it("adds, lists, shows and removes documents", async () => {
    const { app } = demoForTests();
    const response = await upload(app, [
      ["cats.md", cats],
      ["paper.pdf", smallPdf([["Page one."], ["猫は魚を食べます。"]])],
    ]);
    expect(response.status).toBe(201);
    expect(await response.json()).toMatchObject({
      added: [
        {
          name: "cats.md",
          kind: "markdown",
          title: "Cats",
          passages: 1,
          characters: cats.length,
          bundled: false,
        },
        { name: "paper.pdf", kind: "pdf", pages: 2 },
      ],
      failed: [],
    });
    const [first, second] = await list(app);
    expect([first?.name, second?.name]).toEqual(["cats.md", "paper.pdf"]);
    const shown = await app.request(`/api/documents/${first?.id}`);
    expect(await shown.json()).toMatchObject({ name: "cats.md", text: cats });
    expect((await app.request(`/api/documents/${first?.id}`, { method: "DELETE" })).status).toBe(204);
    expect((await list(app)).map(({ name }) => name)).toEqual(["paper.pdf"]);
    const answer = (await (await ask(app, { question: "What does a cat eat?" })).json()) as Answer;
    expect(answer.citations.map(({ documentName }) => documentName)).not.toContain("cats.md");
  });

  it("answers with citations that point into the document", async () => {
    const { app } = demoForTests();
    await upload(app, [["cats.md", cats]]);
    const response = await ask(app, { question: " What does a cat eat? " });
    expect(response.status).toBe(200);
    const answer = (await response.json()) as Answer;
    expect(answer).toMatchObject({ kind: "quotes", text: "A cat eats fish and meat. [1]", cited: [1] });
    const [citation] = answer.citations;
    expect(citation).toMatchObject({
      documentName: "cats.md",
      headings: ["Cats"],
      text: "A cat eats fish and meat.",
    });
    expect(cats.slice(citation?.start, citation?.end)).toBe(citation?.text);
    expect(citation?.score).toBeGreaterThan(0.1);
    expect(citation?.score).toBeLessThanOrEqual(1);
    expect(citation).not.toHaveProperty("document");
  });

  it("has an answer for an empty library", async () => {
    const response = await ask(demoForTests().app, { question: "Anything?" });
    expect(await response.json()).toMatchObject({ kind: "none", citations: [] });
  });

  it("retrieves as many passages as asked for", async () => {
    const { app } = demoForTests();
    await upload(app, [
      ["many.md", Array.from({ length: 8 }, (_, i) => `# Cat ${i}\n\nThe cat number ${i}.`).join("\n\n")],
    ]);
    const answer = (await (await ask(app, { question: "cat", passages: 3 })).json()) as Answer;
    expect(answer.citations).toHaveLength(3);
  });

  it("streams a chat model's answer as one JSON event a line", async () => {
    const model = new FakeListChatModel({ responses: ["Fish [1]."] });
    const { app } = demoForTests({ answerer: new ChatAnswerer(model, "fake") });
    await upload(app, [["cats.md", cats]]);
    const response = await ask(app, { question: "What does a cat eat?", stream: true });
    expect(response.headers.get("content-type")).toBe("application/x-ndjson");
    const events = (await response.text())
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as { type: string });
    expect(events[0]?.type).toBe("citations");
    expect(events.slice(1, -1).every(({ type }) => type === "text")).toBe(true);
    expect(events.at(-1)).toMatchObject({ type: "done", answer: { text: "Fish [1].", kind: "chat" } });
    const settings = await (await app.request("/api/settings")).json();
    expect(settings).toMatchObject({
      model: "letter-pairs",
      dimensions: 4096,
      answers: { kind: "chat", model: "fake" },
    });
  });

  it("reports a failing chat model, streaming or not", async () => {
    const server = await chatCompletionsServer({ status: 401 });
    const model = await openChatModel({ name: "openai:stand-in", openaiBaseUrl: server.baseUrl });
    const { app } = demoForTests({ answerer: new ChatAnswerer(model, "openai:stand-in") });
    await upload(app, [["cats.md", cats]]);
    const whole = await ask(app, { question: "cat" });
    expect(whole.status).toBe(502);
    expect(await whole.json()).toMatchObject({ error: { code: "chat-model" } });
    const streamed = await (await ask(app, { question: "cat", stream: true })).text();
    expect(JSON.parse(streamed.trimEnd().split("\n").at(-1) ?? "")).toMatchObject({
      type: "error",
      error: { code: "chat-model" },
    });
    server.close();
  });

  it("leaves the chat model when the visitor leaves", async () => {
    const chat = await chatCompletionsServer({ pieces: ["Slowly "], endless: true });
    const model = await openChatModel({ name: "openai:stand-in", openaiBaseUrl: chat.baseUrl });
    const { app } = demoForTests({ answerer: new ChatAnswerer(model, "openai:stand-in") });
    await upload(app, [["cats.md", cats]]);
    const { server, url } = await listen(app, { port: 0, host: "127.0.0.1" });
    const visitor = new AbortController();
    const response = await fetch(`${url}/api/ask`, {
      method: "POST",
      body: JSON.stringify({ question: "cat", stream: true }),
      signal: visitor.signal,
    });
    const reader = response.body?.getReader();
    let received = "";
    while (!received.includes("Slowly")) received += new TextDecoder().decode((await reader?.read())?.value);
    visitor.abort();
    await chat.clientLeft;
    chat.close();
    server.close();
  });
});

describe("uploads", () => {
  it("keep the good files when others are bad, and say what is wrong with each", async () => {
    const { app } = demoForTests();
    const response = await upload(app, [
      ["virus.exe", "MZ"],
      ["cats.md", cats],
      ["fake.pdf", "not a PDF"],
      ["sjis.txt", Uint8Array.of(0x93, 0xfa)],
      ["copy.md", cats],
    ]);
    expect(response.status).toBe(201);
    const body = (await response.json()) as {
      added: Summary[];
      failed: { name: string; error: { code: string } }[];
    };
    expect(body.added.map(({ name }) => name)).toEqual(["cats.md"]);
    expect(body.failed.map(({ name, error }) => [name, error.code])).toEqual([
      ["virus.exe", "unsupported-type"],
      ["fake.pdf", "unsupported-type"],
      ["sjis.txt", "unreadable-file"],
      ["copy.md", "duplicate-document"],
    ]);
    expect(await list(app)).toHaveLength(1);
  });

  it("answer with the error's status when nothing was added", async () => {
    const response = await upload(demoForTests().app, [["virus.exe", "MZ"]]);
    expect(response.status).toBe(415);
  });

  it("strip paths, controls and direction marks from names", async () => {
    const { app } = demoForTests();
    await upload(app, [
      ["../../etc/passwd.txt", "one"],
      ["C:\\secret\\日記.txt", "two"],
      ["evil\u202etxt.md", "three"],
      ["が.txt".normalize("NFD"), "four"],
    ]);
    expect((await list(app)).map(({ name }) => name)).toEqual([
      "passwd.txt",
      "日記.txt",
      "eviltxt.md",
      "が.txt",
    ]);
  });

  it.each([
    ["no body at all", {}],
    ["JSON", { body: "{}", headers: { "content-type": "application/json" } }],
    ["a form without a file", { body: new URLSearchParams({ files: "text" }) }],
    [
      "a broken form",
      { body: "--x\r\nbroken", headers: { "content-type": "multipart/form-data; boundary=x" } },
    ],
    ["a form without a boundary", { body: "--x--", headers: { "content-type": "multipart/form-data" } }],
  ])("refuse %s", async (_, init) => {
    const response = await demoForTests().app.request("/api/documents", { method: "POST", ...init });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { code: "invalid-request" } });
  });

  it("refuse a file or a request that is too large", async () => {
    const { app } = demoForTests();
    const file = await upload(app, [["large.txt", "a".repeat(20_000_001)]]);
    expect(file.status).toBe(413);
    const request = await app.request("/api/documents", {
      method: "POST",
      headers: { "content-type": "multipart/form-data; boundary=x", "content-length": "100000001" },
      body: "--x",
    });
    expect(request.status).toBe(413);
    const many = await upload(
      app,
      Array.from({ length: 51 }, (_, i) => [`${i}.txt`, `text ${i}`] as const).map(([a, b]) => [a, b]),
    );
    expect(many.status).toBe(413);
  });

  it("end where the library is full", async () => {
    const embeddings = new KokeshiEmbeddings({ model: letterPairModel() });
    const { app } = demoForTests({
      library: new DocumentLibrary(embeddings, { documents: 2, characters: 20 }),
    });
    const response = await upload(app, [
      ["a.txt", "short"],
      ["b.txt", "this one is too long"],
      ["c.txt", "also short"],
      ["d.txt", "one more"],
    ]);
    const { added, failed } = (await response.json()) as { added: Summary[]; failed: Summary[] };
    expect(added.map(({ name }) => name)).toEqual(["a.txt", "c.txt"]);
    expect(failed.map(({ name }) => name)).toEqual(["b.txt", "d.txt"]);
  });
});

describe("requests that are wrong", () => {
  it.each([
    ["not JSON", "{", /not JSON/],
    ["without a question", {}, /question/],
    ["with an empty question", { question: "  " }, /question/],
    ["with a question of 2,001 characters", { question: "a".repeat(2001) }, /question/],
    ["with 21 passages", { question: "a", passages: 21 }, /passages/],
    ["with half a passage", { question: "a", passages: 0.5 }, /passages/],
  ])("are refused: %s", async (_, body, message) => {
    const response = await ask(demoForTests().app, body);
    expect(response.status).toBe(400);
    const { error } = (await response.json()) as { error: { code: string; message: string } };
    expect(error.code).toBe("invalid-request");
    expect(error.message).toMatch(message);
  });

  it("are refused: a body of more than 100,000 bytes", async () => {
    expect((await ask(demoForTests().app, { question: "a".repeat(100_000) })).status).toBe(413);
  });

  it("get a typed 404 for what is not there", async () => {
    const { app } = demoForTests();
    for (const [path, method, code] of [
      ["/api/documents/none", "GET", "unknown-document"],
      ["/api/documents/none", "DELETE", "unknown-document"],
      ["/api/nothing", "GET", "not-found"],
      ["/../package.json", "GET", "not-found"],
    ] as const) {
      const response = await app.request(path, { method });
      expect(response.status).toBe(404);
      expect(await response.json()).toMatchObject({ error: { code } });
    }
  });
});

describe("other sites", () => {
  it("cannot use a local demo", async () => {
    const { app } = demoForTests();
    const foreign: Record<string, string>[] = [
      { host: "127.0.0.1:3000", origin: "https://evil.example" },
      { host: "127.0.0.1:3000", origin: "http://127.0.0.1:4000" },
      { host: "127.0.0.1:3000", origin: "null" },
      { host: "evil.example:3000" },
      { host: "evil.example", origin: "http://evil.example" },
      { host: "127.0.0.1.evil.example" },
    ];
    for (const headers of foreign) {
      const response = await app.request("/api/health", { headers });
      expect(response.status).toBe(403);
      expect(await response.json()).toMatchObject({ error: { code: "forbidden" } });
    }
  });

  it("do not include this one", async () => {
    const { app } = demoForTests();
    for (const host of ["localhost:3000", "127.0.0.1:3000", "[::1]:3000"]) {
      const response = await app.request("/api/health", { headers: { host, origin: `http://${host}` } });
      expect(await response.json()).toEqual({ status: "ok", documents: 0 });
    }
  });

  it("are never loaded from: every answer carries the policy", async () => {
    const webFiles = new Map([["/", { body: new Uint8Array(), type: "text/html" }]]);
    const { app } = demoForTests({ webFiles });
    for (const path of ["/", "/api/health", "/nothing"]) {
      const policy = (await app.request(path)).headers.get("content-security-policy");
      expect(policy).toContain("default-src 'none'");
      expect(policy).not.toMatch(/https?:|unsafe|\*/);
    }
  });
});
