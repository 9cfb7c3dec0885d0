import { AnswerView } from "./answer-view.js";
import { DocumentViewer } from "./document-viewer.js";
import { DocumentsPanel } from "./documents-panel.js";
import { byId, element } from "./element.js";
import * as service from "./service.js";

const examples = [
  { lang: "en", question: "How do I make my index smaller?" },
  { lang: "en", question: "How does a static embedding model work?" },
  { lang: "ja", question: "インデックスを小さくするにはどうすればいいですか？" },
  { lang: "ja", question: "言語モデルに答えを書かせるには？" },
];

const form = byId("ask-form", HTMLFormElement);
const question = byId("question", HTMLTextAreaElement);
const viewer = new DocumentViewer();
const view = new AnswerView(
  (citation) => void viewer.open(citation.documentId, citation.documentName, citation),
);
let running: AbortController | undefined;

async function ask(text: string): Promise<void> {
  running?.abort();
  const controller = new AbortController();
  running = controller;
  view.loading(text);
  let citations: service.Citation[] = [];
  let written = "";
  try {
    for await (const event of service.ask(text, controller.signal)) {
      if (event.type === "citations") citations = event.citations;
      else if (event.type === "done") view.done(text, event.answer);
      else {
        written += event.text;
        view.writing(text, written, citations, () => controller.abort());
      }
    }
  } catch (error) {
    // A newer question has taken the place.
    if (running !== controller) return;
    if (controller.signal.aborted) view.stopped(text);
    else if (error instanceof service.ServiceError) view.failed(text, error.problem, () => void ask(text));
    else throw error;
  }
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const text = question.value.trim();
  if (text !== "") void ask(text);
});

question.addEventListener("keydown", (event) => {
  // While an input method composes, Enter picks a word.
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  form.requestSubmit();
});

byId("examples", HTMLElement).append(
  ...examples.map(({ lang, question: text }) =>
    element(
      "button",
      {
        type: "button",
        class: "example",
        lang,
        onClick: () => {
          question.value = text;
          form.requestSubmit();
        },
      },
      text,
    ),
  ),
);

async function start(): Promise<void> {
  const footer = byId("settings", HTMLElement);
  try {
    const { model, dimensions, answers, uploads } = await service.settings();
    const writer =
      answers.kind === "chat"
        ? `answers written by ${answers.model}`
        : "answers are quotes: no language model is configured";
    footer.replaceChildren(element("p", {}, `${model}, ${dimensions} dimensions; ${writer}.`));
    await new DocumentsPanel(viewer, uploads.extensions).refresh();
  } catch (error) {
    if (!(error instanceof service.ServiceError)) throw error;
    footer.replaceChildren(
      element("p", { class: "problem" }, `${error.problem.message}; ${error.problem.remedy}.`),
    );
  }
}

void start();
