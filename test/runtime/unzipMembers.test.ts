import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { zipSync } from "fflate";
import { runtimePart } from "./project";

const { unzipMembers } = runtimePart("unzipMembers.js") as {
  unzipMembers: (file: string, target: (name: string) => string | undefined) => Promise<void>;
};

describe("runtime/unzipMembers", () => {
  let folder = "";
  let packed = "";
  const to = (name: string): string => path.join(folder, "out", name);
  const long = Uint8Array.from({ length: 300_000 }, (_, i) => (i * i) % 251);
  const bytes = zipSync({
    "a/long": long,
    "a/stored": [long.subarray(0, 1000), { level: 0 }],
    empty: new Uint8Array(),
    "b/unwanted": long,
  });

  before(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "fewscope-unzip-"));
    packed = path.join(folder, "some.zip");
  });
  beforeEach(() => fs.writeFileSync(packed, bytes));
  after(() => fs.rmSync(folder, { recursive: true }));

  it("unpacks the wanted members, packed or stored or empty, and no other", async () => {
    await unzipMembers(packed, (name) => (name.startsWith("b/") ? undefined : to(name)));
    assert.deepEqual(new Uint8Array(fs.readFileSync(to("a/long"))), long);
    assert.equal(fs.readFileSync(to("a/stored")).length, 1000);
    assert.equal(fs.readFileSync(to("empty")).length, 0);
    assert.ok(!fs.existsSync(to("b/unwanted")));
  });

  it("refuses a file that was cut off", async () => {
    fs.writeFileSync(packed, bytes.subarray(0, bytes.length - 30));
    await assert.rejects(unzipMembers(packed, to), /not a whole zip file/);
  });

  it("refuses a member with a wrong byte", async () => {
    const stored = Buffer.from(bytes).indexOf("a/stored") + 500;
    const damaged = Uint8Array.from(bytes);
    damaged[stored] = (damaged[stored] ?? 0) ^ 1;
    fs.writeFileSync(packed, damaged);
    await assert.rejects(unzipMembers(packed, to), /a\/stored .* checksum is wrong/);
  });
});
