/** Why a run was aborted: the reason of the abort signal. */
export class Interruption extends Error {
  override readonly name = "Interruption";

  constructor(readonly signalName: "SIGINT" | "SIGTERM") {
    super(`interrupted by ${signalName}`);
  }

  /** 128 + the number of the signal, as shells report it. */
  get exitCode(): number {
    return this.signalName === "SIGINT" ? 130 : 143;
  }
}
