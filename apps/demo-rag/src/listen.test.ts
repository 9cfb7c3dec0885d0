import { createServer } from "node:http";
import { describe, expect, it } from "vitest";
import { isLoopback, listen } from "./listen.js";

const handler = { fetch: () => new Response("here") };

describe("listen", () => {
  it("says where it listens", async () => {
    const { server, url } = await listen(handler, { port: 0, host: "127.0.0.1" });
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(await (await fetch(url)).text()).toBe("here");
    server.close();
  });

  it("refuses a port that is taken and was asked for", async () => {
    const { server, url } = await listen(handler, { port: 0, host: "127.0.0.1" });
    const port = Number(new URL(url).port);
    await expect(listen(handler, { port, host: "127.0.0.1" })).rejects.toThrow(
      `port ${port} is taken; set PORT to a free one`,
    );
    server.close();
  });

  it("refuses an address that is not this machine's", async () => {
    await expect(listen(handler, { port: 0, host: "192.0.2.1" })).rejects.toThrow(
      /cannot listen on 192\.0\.2\.1/,
    );
  });

  it("takes the next port where none was asked for and the usual one is taken", async () => {
    // Something else may hold 3000 already; either way it is taken from here on.
    const other = createServer();
    await new Promise<void>((resolve) => {
      other.once("error", () => resolve());
      other.listen(3000, "127.0.0.1", resolve);
    });
    const { server, url } = await listen(handler, { port: undefined, host: "127.0.0.1" });
    expect(Number(new URL(url).port)).toBeGreaterThan(3000);
    server.close();
    other.close();
  });

  it("knows the addresses of this machine alone", () => {
    expect(["localhost", "127.0.0.1", "127.1.2.3", "::1"].every(isLoopback)).toBe(true);
    expect(["0.0.0.0", "::", "192.168.0.1", "example.com"].some(isLoopback)).toBe(false);
  });
});
