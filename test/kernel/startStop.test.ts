import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { startAndStop, whileBusy } from "./startStop";

/** `node --import tsx test/bench/kernelStops.ts` does it with two hundred. */
const kernels = 6;

describe("kernel/startStop", function () {
  this.timeout(300_000);

  it(`starts and ends ${kernels} kernels on a busy machine, each with code 0 and without a word`, async () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "fewscope-stops-"));
    try {
      const found = await whileBusy(() => startAndStop(folder, kernels, 3));
      assert.deepEqual(found, { kernels, codes: [], logs: [], inputs: [], wrongValues: 0 });
    } finally {
      fs.rmSync(folder, { recursive: true });
    }
  });
});
