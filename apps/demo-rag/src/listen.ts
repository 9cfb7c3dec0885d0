import { createAdaptorServer } from "@hono/node-server";
import type { AddressInfo } from "node:net";
import type { Server } from "node:http";
import { DemoError } from "./demo-error.js";

const usualPort = 3000;
/** Ports tried after the usual one. */
const furtherPorts = 20;

export interface Listening {
  server: Server;
  /** http://… */
  url: string;
}

/**
 * Listens on `port`; without one on 3000 or, where that is taken, on the next free one. Throws DemoError
 * "port-in-use", or "configuration" for an address that cannot be listened on.
 */
export async function listen(
  handler: { fetch: (request: Request) => Response | Promise<Response> },
  { port, host }: { port: number | undefined; host: string },
): Promise<Listening> {
  const last = port ?? usualPort + furtherPorts;
  for (let candidate = port ?? usualPort; candidate <= last; candidate++) {
    const server = createAdaptorServer({ fetch: handler.fetch }) as Server;
    try {
      await new Promise<void>((resolve, reject) => {
        server.once("error", reject);
        server.listen(candidate, host, resolve);
      });
      return { server, url: urlOf(server.address() as AddressInfo) };
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      if (code === "EADDRINUSE") continue;
      throw new DemoError(
        "configuration",
        `cannot listen on ${host}, port ${candidate} (${message})`,
        "set HOST and PORT to an address of this machine and a port you may use",
        error,
      );
    }
  }
  throw new DemoError(
    "port-in-use",
    port === undefined ? `the ports ${usualPort} to ${last} are taken` : `port ${port} is taken`,
    "set PORT to a free one",
  );
}

function urlOf({ address, family, port }: AddressInfo): string {
  return `http://${family === "IPv6" ? `[${address}]` : address}:${port}`;
}

export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127\./.test(host);
}
