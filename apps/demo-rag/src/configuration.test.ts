import { describe, expect, it } from "vitest";
import { readConfiguration } from "./configuration.js";

describe("readConfiguration", () => {
  it("needs nothing", () => {
    expect(readConfiguration({})).toEqual({ host: "127.0.0.1", model: "@kokeshi/model-en-ja" });
  });

  it("takes empty variables for absent", () => {
    expect(readConfiguration({ PORT: "", KOKESHI_CHAT_MODEL: "" })).toEqual(readConfiguration({}));
  });

  it("reads every variable", () => {
    expect(
      readConfiguration({
        PORT: "0",
        HOST: "0.0.0.0",
        KOKESHI_MODEL: "./model",
        KOKESHI_DIMENSIONS: "64",
        KOKESHI_DOCUMENTS: "./papers",
        KOKESHI_CHAT_MODEL: "ollama:llama3:8b",
        OPENAI_BASE_URL: "http://127.0.0.1:8000/v1",
        OPENAI_API_KEY: "key",
        OLLAMA_BASE_URL: "http://127.0.0.1:11434",
      }),
    ).toEqual({
      port: 0,
      host: "0.0.0.0",
      model: "./model",
      dimensions: 64,
      documents: "./papers",
      chatModel: "ollama:llama3:8b",
      openaiBaseUrl: "http://127.0.0.1:8000/v1",
      openaiApiKey: "key",
      ollamaBaseUrl: "http://127.0.0.1:11434",
    });
  });

  it.each([
    ["PORT", "80a"],
    ["PORT", "65536"],
    ["PORT", "-1"],
    ["KOKESHI_DIMENSIONS", "0"],
    ["KOKESHI_CHAT_MODEL", "gpt-4"],
    ["OPENAI_BASE_URL", "localhost"],
  ])("names %s when it is %s", (name, value) => {
    expect(() => readConfiguration({ [name]: value })).toThrow(
      `the environment variable ${name} is "${value}"`,
    );
  });
});
