import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { KokeshiError } from "@kokeshi/core";
import { KokeshiEmbeddings } from "@kokeshi/langchain";
import type { Answerer } from "./answering/answer.js";
import { ChatAnswerer } from "./answering/chat-answerer.js";
import { openChatModel } from "./answering/chat-model.js";
import { ExtractiveAnswerer } from "./answering/extractive-answerer.js";
import { createApp } from "./api/app.js";
import { readWebFiles } from "./api/web-files.js";
import { readConfiguration, type Configuration } from "./configuration.js";
import { DemoError } from "./demo-error.js";
import { DocumentLibrary } from "./library/document-library.js";
import { isLoopback, listen } from "./listen.js";

const bundledDocuments = fileURLToPath(new URL("../documents/", import.meta.url));
const builtPage = fileURLToPath(new URL("../dist/web/", import.meta.url));

/** Starts the demo as the environment says, and prints where it is. */
async function start(): Promise<void> {
  const configuration = readConfiguration(process.env);
  const embeddings = await KokeshiEmbeddings.load({
    model: configuration.model,
    dimensions: configuration.dimensions,
    resolve: { from: fileURLToPath(import.meta.url) },
  });
  const library = new DocumentLibrary(embeddings);
  await addFolder(library, configuration);
  const app = createApp({
    library,
    answerer: await answererFor(configuration, embeddings, library),
    settings: { model: embeddings.model.modelId, dimensions: embeddings.dimensions },
    webFiles: await readWebFiles(builtPage),
    loopback: isLoopback(configuration.host),
  });
  const { server, url } = await listen(app, configuration);
  print(`Kokeshi demo: ${url}`);
  print(
    `${library.list().length} documents, ${embeddings.model.modelId}, ${embeddings.dimensions} dimensions; Ctrl+C ends it`,
  );
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => {
      server.close(() => void embeddings.model.close());
      server.closeAllConnections();
    });
  }
}

async function answererFor(
  { chatModel, ...rest }: Configuration,
  embeddings: KokeshiEmbeddings,
  library: DocumentLibrary,
): Promise<Answerer> {
  if (chatModel === undefined) return new ExtractiveAnswerer(embeddings, library);
  return new ChatAnswerer(await openChatModel({ name: chatModel, ...rest }), chatModel);
}

/** Adds the files to begin with; one that cannot be read is named and left out. */
async function addFolder(library: DocumentLibrary, { documents }: Configuration): Promise<void> {
  const folder = documents ?? bundledDocuments;
  const entries = await readdir(folder, { withFileTypes: true }).catch((cause: unknown) => {
    throw new DemoError(
      "configuration",
      `the folder ${folder} of documents cannot be read (${(cause as Error).message})`,
      "set KOKESHI_DOCUMENTS to a folder of files",
      cause,
    );
  });
  for (const entry of entries) {
    if (!entry.isFile()) continue;
    try {
      await library.add(entry.name, await readFile(join(folder, entry.name)), {
        bundled: documents === undefined,
      });
    } catch (error) {
      if (!(error instanceof KokeshiError)) throw error;
      print(`left out: ${error.problem}; ${error.remedy}`);
    }
  }
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

start().catch((error: unknown) => {
  // What Kokeshi raises on purpose says what to do; the stack would only hide it.
  process.stderr.write(`${error instanceof KokeshiError ? error.message : (error as Error).stack}\n`);
  process.exitCode = 1;
});
