import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { runtimePart } from "./project";

const { withLock, isStale } = runtimePart("lock.js") as {
  withLock: <T>(file: string, work: () => Promise<T>) => Promise<T>;
  isStale: (file: string) => boolean;
};

describe("runtime/lock", () => {
  let folder = "";
  let file = "";
  const host = os.hostname();
  let deadPid = 0;
  const write = (content: object, ageSeconds = 0): void => {
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, JSON.stringify(content));
    const time = Date.now() / 1000 - ageSeconds;
    fs.utimesSync(file, time, time);
  };
  before(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "fewscope-lock-"));
    file = path.join(folder, "deep", "some.lock");
    deadPid = spawnSync(process.execPath, ["-e", ""]).pid;
  });
  after(() => fs.rmSync(folder, { recursive: true }));

  it("holds while work is done and is gone afterwards, after a failure too", async () => {
    assert.equal(await withLock(file, () => Promise.resolve(fs.existsSync(file))), true);
    assert.ok(!fs.existsSync(file));
    await assert.rejects(withLock(file, () => Promise.reject(new Error("no"))));
    assert.ok(!fs.existsSync(file));
  });

  it("takes over from a process that was killed", async () => {
    write({ pid: deadPid, host, children: [] });
    assert.equal(await withLock(file, () => Promise.resolve(1)), 1);
  });

  it("tells an owner that is gone from one that works", () => {
    const cases: [content: object, ageSeconds: number, stale: boolean][] = [
      [{ pid: process.pid, host, children: [] }, 0, false],
      [{ pid: deadPid, host, children: [] }, 0, true],
      [{ pid: deadPid, host, children: [process.pid] }, 60, false],
      // The number may belong to another process by now.
      [{ pid: process.pid, host, children: [] }, 60, true],
      [{ pid: 1, host: "elsewhere", children: [] }, 0, false],
      [{ pid: 1, host: "elsewhere", children: [] }, 60, true],
    ];
    for (const [content, age, stale] of cases) {
      write(content, age);
      assert.equal(isStale(file), stale, JSON.stringify(content));
    }
  });
});
