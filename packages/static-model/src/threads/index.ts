export { threadedStaticBackend } from "./threaded-backend.js";
export { withThreads, type ThreadedModel, type ThreadOptions } from "./threaded-model.js";
