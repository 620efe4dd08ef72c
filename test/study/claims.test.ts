import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { openStore } from "../../src/study";

const key = "a".repeat(64);
let folder = "";

/** Claims of another process, which ends at once without releasing any. */
function claimAndDie(times = 1): void {
  const script = `
    const { openClaims } = require(${JSON.stringify(path.join(__dirname, "..", "..", "src", "study", "store", "claims.ts"))});
    for (let i = 0; i < ${times}; i++) console.log(openClaims(${JSON.stringify(path.join(folder, "claims"))}).take("${key}")?.died);
    process.exit(0);`;
  const { status, stderr } = spawnSync(process.execPath, ["--import", "tsx", "-e", script]);
  assert.equal(status, 0, stderr.toString());
}

describe("study/store/claims", () => {
  beforeEach(() => (folder = fs.mkdtempSync(path.join(os.tmpdir(), "fewscope-claims-"))));
  afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

  it("gives a piece of work to one process at a time", () => {
    const [a, b] = [openStore(folder), openStore(folder)];
    const claim = a.claims.take(key);
    assert.equal(claim?.died, 0);
    assert.equal(b.claims.take(key), undefined);
    assert.equal(b.claims.holder(key)?.pid, process.pid);
    assert.deepEqual([...b.claims.held().keys()], [key]);
    claim.release();
    assert.equal(b.claims.held().size, 0);
    const again = b.claims.take(key);
    assert.ok(again !== undefined);
    // Who has lost a claim cannot take it from who has it now.
    claim.release();
    assert.equal(a.claims.take(key), undefined);
    a.claims.close();
    b.claims.close();
  });

  it("takes over at once what a process of this machine died at, and counts how often", () => {
    claimAndDie();
    const store = openStore(folder);
    assert.equal(store.claims.held().size, 0);
    claimAndDie();
    const claim = store.claims.take(key);
    assert.equal(claim?.died, 2);
    claim.release();
    assert.equal(store.claims.take(key)?.died, 0);
    store.claims.close();
  });

  it("waits for a process of another machine until it gives no sign of life", async () => {
    const store = openStore(folder, { deadAfterSeconds: 0.05 });
    const other = { token: "t", beat: 0, host: "elsewhere", pid: 1, died: 0 };
    const file = path.join(folder, "claims", key);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, JSON.stringify(other));
    assert.equal(store.claims.take(key), undefined);
    await new Promise((resolve) => setTimeout(resolve, 60));
    // It lives: its file has changed.
    fs.writeFileSync(file, JSON.stringify({ ...other, beat: 1 }));
    assert.equal(store.claims.take(key), undefined);
    await new Promise((resolve) => setTimeout(resolve, 60));
    assert.equal(store.claims.take(key)?.died, 1);
    store.claims.close();
  });

  it("lets one of many who see a dead process go on", () => {
    claimAndDie();
    const stores = Array.from({ length: 8 }, () => openStore(folder));
    const taken = stores
      .map(({ claims }) => claims.take(key))
      .filter((claim) => claim !== undefined);
    assert.equal(taken.length, 1);
    for (const { claims } of stores) claims.close();
    assert.deepEqual(fs.readdirSync(path.join(folder, "claims")), [key]);
  });
});
