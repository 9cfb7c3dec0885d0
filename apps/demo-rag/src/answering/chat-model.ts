import type { BaseChatModel } from "@langchain/core/language_models/chat_models";
import { DemoError } from "../demo-error.js";

export interface ChatModelConfiguration {
  /** `provider:model`, as LangChain's initChatModel reads it: "openai:gpt-4.1-mini", "ollama:llama3", … */
  name: string;
  openaiBaseUrl?: string;
  openaiApiKey?: string;
  ollamaBaseUrl?: string;
}

/** Opens the chat model. Nothing is sent to it before the first question. Throws DemoError "configuration". */
export async function openChatModel(configuration: ChatModelConfiguration): Promise<BaseChatModel> {
  const { name, openaiBaseUrl, openaiApiKey } = configuration;
  if (name.startsWith("openai:") && openaiBaseUrl === undefined && openaiApiKey === undefined) {
    throw new DemoError(
      "configuration",
      `KOKESHI_CHAT_MODEL is "${name}", and OpenAI wants a key`,
      "set OPENAI_API_KEY, or OPENAI_BASE_URL for a server of your own",
    );
  }
  // Who only quotes need not wait for LangChain's providers.
  const { initChatModel } = await import("langchain/chat_models/universal");
  try {
    return await initChatModel(name, { maxRetries: 1, ...providerOptions(configuration) });
  } catch (cause) {
    throw new DemoError(
      "configuration",
      `KOKESHI_CHAT_MODEL is "${name}", which LangChain cannot open (${(cause as Error).message})`,
      "use provider:model with openai or ollama, or install the provider's LangChain package",
      cause,
    );
  }
}

function providerOptions({
  name,
  openaiBaseUrl,
  openaiApiKey,
  ollamaBaseUrl,
}: ChatModelConfiguration): object {
  if (name.startsWith("openai:") && openaiBaseUrl !== undefined) {
    // Servers on one's own machine speak this protocol too, and rarely ask for a key; the client insists on one.
    return { apiKey: openaiApiKey ?? "unused", configuration: { baseURL: openaiBaseUrl } };
  }
  if (name.startsWith("ollama:") && ollamaBaseUrl !== undefined) return { baseUrl: ollamaBaseUrl };
  return {};
}
