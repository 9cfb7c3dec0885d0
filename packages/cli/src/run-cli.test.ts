import { describe, expect, it } from "vitest";

import { runCaptured } from "./fixtures/run-captured.js";
import { packageVersion } from "./version.js";

const commands = [
  ["embed"],
  ["tokenize"],
  ["similarity"],
  ["search"],
  ["evaluate"],
  ["distil"],
  ["models", "list"],
  ["models", "pull"],
  ["models", "inspect"],
  ["models", "export"],
];

describe("kokeshi", () => {
  it("prints its version", async () => {
    expect(await runCaptured(["--version"])).toEqual({
      code: 0,
      stdout: `${packageVersion()}\n`,
      stderr: "",
    });
  });

  it("prints its help when asked for it", async () => {
    const { code, stdout, stderr } = await runCaptured(["--help"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    for (const [command] of commands) expect(stdout).toContain(`  ${command as string} `);
  });

  it.each(commands)("%s %s has help with an example", async (...words) => {
    const { code, stdout, stderr } = await runCaptured([...words, "--help"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(new RegExp(`Examples?:\\n.*kokeshi ${words.join(" ")}`));
  });

  it.each([[[]], [["models"]]])("%j is not enough: help on standard error, exit code 2", async (args) => {
    const { code, stdout, stderr } = await runCaptured(args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(/^Usage: kokeshi/);
  });

  it.each([
    [["embd"], /unknown command 'embd'\n\(Did you mean embed\?\)/],
    [["models", "lst"], /unknown command 'lst'\n\(Did you mean list\?\)/],
    [["models", "list", "--jsn"], /unknown option '--jsn'\n\(Did you mean --json\?\)/],
  ])("%j gets a suggestion and exit code 2", async (args, message) => {
    const { code, stdout, stderr } = await runCaptured(args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(message);
  });
});
