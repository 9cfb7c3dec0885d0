import { existsSync } from "node:fs";
import { chromium, type Browser } from "playwright-core";
import { describe } from "vitest";

const chromiumPath = process.env["CHROMIUM_PATH"] ?? "/usr/bin/chromium";

/** A headless Chromium that talks to nobody but the page. Close it after the tests. */
export function launchChromium(): Promise<Browser> {
  return chromium.launch({
    executablePath: chromiumPath,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}

/** A `describe` block that needs Chromium; skipped, with a name that says so, where there is none. */
export function describeWithChromium(name: string, body: () => void): void {
  if (existsSync(chromiumPath)) {
    describe(name, body);
    return;
  }
  const skipped = `${name} (SKIPPED: no Chromium at ${chromiumPath}; set CHROMIUM_PATH)`;
  console.warn(skipped);
  describe.skip(skipped, body);
}
