import assert from "node:assert/strict";
import * as http from "node:http";
import type { AddressInfo } from "node:net";
import { runtimePart } from "./project";

const { officialAddress, answers } = runtimePart("officialDownload.js") as {
  officialAddress: (env: NodeJS.ProcessEnv, platform: string, arch: string) => string | undefined;
  answers: (address: string) => Promise<boolean>;
};

describe("runtime/officialDownload", () => {
  it("asks where tfjs-node's own script would ask, or a mirror, on platforms it has", () => {
    const address = officialAddress({}, "linux", "x64") ?? "";
    assert.match(address, /\/libtensorflow-cpu-linux-x86_64-2\.9\.1\.tar\.gz$/);
    const mirror = { TFJS_NODE_BASE_URI: "http://mirror/lib-" };
    assert.equal(
      officialAddress(mirror, "linux", "x64"),
      "http://mirror/lib-cpu-linux-x86_64-2.9.1.tar.gz",
    );
    assert.equal(officialAddress({}, "linux", "arm64"), undefined);
  });

  describe("answers", () => {
    const server = http.createServer((request, response) => {
      const sizes: Record<string, number> = { "/whole": 100_000_000, "/page": 500 };
      const size = sizes[request.url ?? ""];
      response.writeHead(size === undefined ? 404 : 200, { "content-length": size ?? 0 });
      response.end();
    });
    let address = "";
    before((done) => {
      server.listen(0, "127.0.0.1", () => {
        address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
        done();
      });
    });
    after(() => {
      server.closeAllConnections();
      server.close();
    });

    it("is content with a large file, not with a page, an error or nobody", async () => {
      assert.equal(await answers(`${address}/whole`), true);
      assert.equal(await answers(`${address}/page`), false);
      assert.equal(await answers(`${address}/absent`), false);
      assert.equal(await answers("http://127.0.0.1:1/whole"), false);
    });
  });
});
