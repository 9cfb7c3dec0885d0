import { AIMessageChunk } from "@langchain/core/messages";
import { FakeListChatModel, FakeStreamingChatModel } from "@langchain/core/utils/testing";
import { KokeshiEmbeddings } from "@kokeshi/langchain";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { DemoError } from "../demo-error.js";
import { chatCompletionsServer, type ChatCompletionsServer } from "../fixtures/chat-completions-server.js";
import { letterPairModel } from "../fixtures/letter-pair-model.js";
import { DocumentLibrary, type RetrievedPassage } from "../library/document-library.js";
import type { AnswerEvent, Answerer } from "./answer.js";
import { ChatAnswerer } from "./chat-answerer.js";
import { openChatModel } from "./chat-model.js";

const never = new AbortController().signal;
let passages: RetrievedPassage[];

beforeAll(async () => {
  const library = new DocumentLibrary(new KokeshiEmbeddings({ model: letterPairModel() }));
  const encode = (text: string) => new TextEncoder().encode(text);
  await library.add("cats.md", encode("# Cats\n\nA cat eats fish. {braces} stay."));
  await library.add("dogs.md", encode("# Dogs\n\nA dog eats bones."));
  passages = await library.search("what does a cat eat", 6);
});

async function eventsOf(answerer: Answerer, question = "What does a cat eat?"): Promise<AnswerEvent[]> {
  const events: AnswerEvent[] = [];
  for await (const event of answerer.answer(question, passages, never)) events.push(event);
  return events;
}

describe("ChatAnswerer", () => {
  it("streams what the model writes and checks its citations at the end", async () => {
    const model = new FakeListChatModel({ responses: ["Fish [1], as dogs do not [2, 7]."] });
    const events = await eventsOf(new ChatAnswerer(model, "fake:list"));
    expect(events[0]).toMatchObject({
      type: "citations",
      citations: [
        { number: 1, documentName: "cats.md" },
        { number: 2, documentName: "dogs.md" },
      ],
    });
    const streamed = events.flatMap((event) => (event.type === "text" ? [event.text] : []));
    expect(streamed.length).toBeGreaterThan(5);
    expect(streamed.join("")).toBe("Fish [1], as dogs do not [2, 7].");
    expect(events.at(-1)).toMatchObject({
      type: "done",
      answer: {
        kind: "chat",
        text: "Fish [1], as dogs do not [2].",
        cited: [1, 2],
        note: expect.stringContaining("fake:list"),
      },
    });
  });

  it("works with models that stream chunks", async () => {
    const chunks = ["猫は", "魚を食べます", "【1】。"].map((content) => new AIMessageChunk({ content }));
    const events = await eventsOf(
      new ChatAnswerer(new FakeStreamingChatModel({ chunks }), "fake"),
      "猫は何を食べますか？",
    );
    expect(events.at(-1)).toMatchObject({
      answer: { language: "ja", text: "猫は魚を食べます[1]。", note: expect.stringContaining("fake が") },
    });
  });

  it("says so when the model cites nothing", async () => {
    const events = await eventsOf(new ChatAnswerer(new FakeListChatModel({ responses: ["Fish."] }), "fake"));
    expect(events.at(-1)).toMatchObject({
      answer: { cited: [], note: expect.stringContaining("cited none") },
    });
  });

  it("does not ask the model when there are no passages", async () => {
    const answerer = new ChatAnswerer(new FakeListChatModel({ responses: [] }), "fake");
    const events: AnswerEvent[] = [];
    for await (const event of answerer.answer("anything", [], never)) events.push(event);
    expect(events.at(-1)).toMatchObject({ answer: { kind: "none" } });
  });
});

describe("a chat model behind OpenAI's protocol", () => {
  let server: ChatCompletionsServer;
  afterEach(() => server.close());

  async function answererFor(options: Parameters<typeof chatCompletionsServer>[0]): Promise<ChatAnswerer> {
    server = await chatCompletionsServer(options);
    const name = "openai:stand-in";
    return new ChatAnswerer(await openChatModel({ name, openaiBaseUrl: server.baseUrl }), name);
  }

  it("is sent the numbered passages and the question, and its stream becomes the answer", async () => {
    const events = await eventsOf(await answererFor({ pieces: ["A cat ", "eats fish", " [1]."] }));
    const streamed = events.flatMap((event) => (event.type === "text" ? [event.text] : []));
    expect(streamed).toEqual(["A cat ", "eats fish", " [1]."]);
    expect(events.at(-1)).toMatchObject({ answer: { text: "A cat eats fish [1].", cited: [1] } });
    const [request] = server.requests;
    expect(request).toMatchObject({ model: "stand-in", stream: true });
    expect(request?.messages.map(({ role }) => role)).toEqual(["system", "user"]);
    expect(request?.messages[1]?.content).toBe(
      "Passages:\n\n[1] cats.md > Cats\nA cat eats fish. {braces} stay.\n\n[2] dogs.md > Dogs\nA dog eats bones.\n\nQuestion: What does a cat eat?",
    );
  });

  it("is left when the visitor leaves", async () => {
    const answerer = await answererFor({ pieces: ["A cat "], endless: true });
    const controller = new AbortController();
    const answering = (async () => {
      for await (const event of answerer.answer("What does a cat eat?", passages, controller.signal)) {
        if (event.type === "text") controller.abort(new Error("visitor left"));
      }
    })();
    await expect(answering).rejects.toThrow("visitor left");
    await server.clientLeft;
  });

  it("names the model, the reason and the remedy when it refuses", async () => {
    const failure = await eventsOf(await answererFor({ status: 404 })).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(DemoError);
    expect(failure).toMatchObject({
      code: "chat-model",
      problem: expect.stringMatching(/openai:stand-in failed .*no such model here/s),
      remedy: expect.stringContaining("KOKESHI_CHAT_MODEL"),
    });
  });

  it("fails rather than answer with nothing", async () => {
    await expect(eventsOf(await answererFor({ pieces: [] }))).rejects.toThrow(/wrote nothing/);
  });

  it("fails when nothing listens", async () => {
    const answerer = await answererFor({});
    server.close();
    await expect(eventsOf(answerer)).rejects.toMatchObject({ code: "chat-model" });
  });
});

describe("openChatModel", () => {
  it("opens Ollama without asking it anything", async () => {
    const model = await openChatModel({ name: "ollama:llama3", ollamaBaseUrl: "http://127.0.0.1:9" });
    expect(model._llmType()).toBeDefined();
  });

  it("wants a key for OpenAI itself", async () => {
    await expect(openChatModel({ name: "openai:gpt-4.1-mini" })).rejects.toThrow(/set OPENAI_API_KEY/);
    await openChatModel({ name: "openai:gpt-4.1-mini", openaiApiKey: "key" });
  });

  it("says what is wrong with a provider that does not exist or is not installed", async () => {
    for (const name of ["nobody:model", "groq:llama3"]) {
      await expect(openChatModel({ name })).rejects.toMatchObject({
        code: "configuration",
        problem: expect.stringContaining(name),
      });
    }
  });
});
