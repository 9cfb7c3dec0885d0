import { z } from "zod";
import { DemoError } from "./demo-error.js";

export interface Configuration {
  /** undefined: 3000, or the next free port. */
  port: number | undefined;
  host: string;
  model: string;
  dimensions: number | undefined;
  /** Folder of the documents to begin with; undefined: those that come with the demo. */
  documents: string | undefined;
  /** `provider:model`; undefined: answers are quotes. */
  chatModel: string | undefined;
  openaiBaseUrl: string | undefined;
  openaiApiKey: string | undefined;
  ollamaBaseUrl: string | undefined;
}

const wholeNumber = (least: number, most: number) =>
  z.string().regex(/^\d+$/, "not a whole number").transform(Number).pipe(z.number().min(least).max(most));

const environment = z.object({
  PORT: wholeNumber(0, 65_535).optional(),
  HOST: z.string().default("127.0.0.1"),
  KOKESHI_MODEL: z.string().default("@kokeshi/model-en-ja"),
  KOKESHI_DIMENSIONS: wholeNumber(1, 65_536).optional(),
  KOKESHI_DOCUMENTS: z.string().optional(),
  KOKESHI_CHAT_MODEL: z
    .string()
    .regex(/^[\w-]+:.+$/, "not of the form provider:model, such as openai:gpt-4.1-mini or ollama:llama3")
    .optional(),
  OPENAI_BASE_URL: z.url().optional(),
  OPENAI_API_KEY: z.string().optional(),
  OLLAMA_BASE_URL: z.url().optional(),
});

/** Reads the environment; empty variables count as absent. Throws DemoError "configuration" naming the variable. */
export function readConfiguration(variables: Readonly<Record<string, string | undefined>>): Configuration {
  const given = Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== ""));
  const parsed = environment.safeParse(given);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const name = String(issue?.path[0]);
    throw new DemoError(
      "configuration",
      `the environment variable ${name} is "${given[name]}": ${issue?.message}`,
      "see the table in apps/demo-rag/README.md",
    );
  }
  const { data } = parsed;
  return {
    port: data.PORT,
    host: data.HOST,
    model: data.KOKESHI_MODEL,
    dimensions: data.KOKESHI_DIMENSIONS,
    documents: data.KOKESHI_DOCUMENTS,
    chatModel: data.KOKESHI_CHAT_MODEL,
    openaiBaseUrl: data.OPENAI_BASE_URL,
    openaiApiKey: data.OPENAI_API_KEY,
    ollamaBaseUrl: data.OLLAMA_BASE_URL,
  };
}
