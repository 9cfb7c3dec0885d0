import { fork, type ChildProcess } from "node:child_process";
import { join } from "node:path";
import type { ContestantSource } from "./contestants/contestant.js";
import type { Cut, Measurement, Opened, Reply, Request, WarmedUp } from "./messages.js";

/** A contestant in a process of its own, which does nothing unless asked. */
export class ContestantProcess {
  private constructor(
    private readonly child: ChildProcess,
    private readonly name: string,
  ) {}

  /** `environment` is added to this process's own: thread pools are sized by it, once, when they start. */
  static async start(
    name: string,
    source: ContestantSource,
    environment: Readonly<Record<string, string>> = {},
  ): Promise<{ process: ContestantProcess } & Opened> {
    const child = fork(join(import.meta.dirname, "child.ts"), {
      env: { ...process.env, ...environment },
      execArgv: [...process.execArgv, "--expose-gc"],
      serialization: "advanced",
      // What a library prints must not mix with the report.
      stdio: ["ignore", "ignore", "inherit", "ipc"],
    });
    const contestant = new ContestantProcess(child, name);
    try {
      return { process: contestant, ...(await contestant.ask<Opened>({ kind: "open", source })) };
    } catch (error) {
      child.kill();
      throw error;
    }
  }

  warmUp(cut: Cut, milliseconds: number): Promise<WarmedUp> {
    return this.ask({ kind: "warmUp", cut, milliseconds });
  }

  measure(slice: number): Promise<Measurement> {
    return this.ask({ kind: "measure", slice });
  }

  async close(): Promise<void> {
    if (this.child.connected) await this.ask({ kind: "close" });
  }

  private ask<Result>(request: Request): Promise<Result> {
    return new Promise((resolve, reject) => {
      const { child, name } = this;
      const onMessage = (reply: Reply<Result>) => {
        child.off("exit", onExit);
        if ("error" in reply) reject(new Error(`${name}: ${reply.error}`));
        else resolve(reply.result);
      };
      const onExit = (code: number | null, signal: string | null) => {
        child.off("message", onMessage);
        reject(new Error(`${name}: its process ended (${signal ?? `exit code ${code}`})`));
      };
      child.once("message", onMessage);
      child.once("exit", onExit);
      child.send(request);
    });
  }
}
