import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeModelFiles } from "@kokeshi/onnx";
import { afterAll, describe, expect, it } from "vitest";
import { calibrationBatch, text, tinyEncoder } from "./fixtures/tiny-encoder.js";
import { quantizeEncoder, type QuantizeEncoderOptions } from "./quantize-encoder.js";

/** Debian has it as python3-onnx. */
const isInstalled = spawnSync("python3", ["-c", "import onnx"]).status === 0;
if (!isInstalled) {
  process.stderr.write("onnx.checker is not run: python3 has no package onnx (Debian: python3-onnx)\n");
}

const calibration = [calibrationBatch([text(12), text(7, 1)])];
const written: Record<string, QuantizeEncoderOptions> = {
  "static, fast": { method: "static", calibration },
  "static, portable": { method: "static", operators: "portable", calibration },
  "static, portable, one signed symmetric scale": {
    ...{ method: "static", operators: "portable", calibration, weightScales: "per-tensor" },
    ...{ activationType: "int8", symmetricActivations: true },
  },
  "dynamic, fast": { method: "dynamic" },
  "dynamic, portable": { method: "dynamic", operators: "portable" },
  "weights of 4 bits": { method: "weight-only", bits: 4 },
};

describe.skipIf(!isInstalled)("onnx.checker of python3-onnx accepts", () => {
  const folder = mkdtempSync(join(tmpdir(), "kokeshi-checker-"));
  afterAll(() => rmSync(folder, { recursive: true }));

  for (const [name, options] of Object.entries(written)) {
    for (const externalData of ["when-needed", "always"] as const) {
      it(`${name}, external data ${externalData}`, async () => {
        const model = tinyEncoder();
        await quantizeEncoder(model, options);
        for (const [path, bytes] of Object.entries(writeModelFiles(model, "model.onnx", { externalData }))) {
          writeFileSync(join(folder, path), bytes);
        }
        const program = "import onnx, sys; onnx.checker.check_model(sys.argv[1])";
        const { status, stderr } = spawnSync("python3", ["-c", program, join(folder, "model.onnx")]);
        expect(stderr.toString()).toBe("");
        expect(status).toBe(0);
      });
    }
  }
});
