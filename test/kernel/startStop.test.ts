import assert from "node:assert/strict";
import { once } from "node:events";
import * as fs from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import * as os from "node:os";
import * as path from "node:path";
import { freePorts, startKernel, valueOf } from "./jupyterClient";
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

  it("says which address another program has, and starts again where it is told others", async () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "fewscope-stops-"));
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const taken = async () => ({ ...(await freePorts()), control: port });
    try {
      await assert.rejects(startKernel(folder, undefined, {}, taken), ({ message }: Error) => {
        const said = `fewscope kernel: Got an address for control, tcp://127.0.0.1:${port}, that cannot be listened on (Address already in use). Expected addresses that no other program has. Start the kernel again: Jupyter then chooses others.\n`;
        assert.equal(message, `The kernel has ended before it answered. ${said}`);
        return true;
      });
      let asked = 0;
      const kernel = await startKernel(folder, undefined, {}, () =>
        asked++ === 0 ? taken() : freePorts(),
      );
      assert.equal(asked, 2);
      assert.equal(valueOf(await kernel.execute("20 + 3")), "23");
      await kernel.stop();
    } finally {
      server.close();
      fs.rmSync(folder, { recursive: true });
    }
  });
});
