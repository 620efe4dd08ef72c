import assert from "node:assert/strict";
import fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { createRng, InputError } from "../../src/core";
import { openEventLog, type SessionEvent } from "../../src/session";
import { killAgain } from "./killed";

const event = (seq: number): SessionEvent => ({
  uuid: `u${seq}`,
  seq,
  by: "ann",
  at: "",
  model: 0,
  action: { kind: "add class", class: `c${seq}`, name: `ä${seq}` },
});

describe("the event log", function () {
  this.timeout(120_000);
  let folder: string;
  let file: string;

  beforeEach(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "fewscope-log-"));
    file = path.join(folder, "events.jsonl");
  });
  afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

  const write = (...seqs: number[]): void => {
    const log = openEventLog(file);
    log.append(seqs.map(event));
    log.close();
  };
  const read = (): readonly SessionEvent[] => {
    const log = openEventLog(file);
    log.close();
    return log.events;
  };

  it("gives back what was written", () => {
    write(1, 2);
    write(3);
    assert.deepEqual(read(), [event(1), event(2), event(3)]);
    assert.ok(!fs.existsSync(`${file}.lock`));
  });

  it("drops a last line that was torn at any byte, and goes on behind the whole ones", () => {
    write(1, 2);
    const bytes = fs.readFileSync(file);
    const first = bytes.indexOf(10) + 1;
    for (let cut = first; cut < bytes.length; cut++) {
      fs.writeFileSync(file, bytes.subarray(0, cut));
      assert.deepEqual(read(), [event(1)]);
    }
    write(2);
    assert.deepEqual(fs.readFileSync(file), bytes);
  });

  it("tells a damaged line and leaves the file as it is", () => {
    write(1, 2, 3);
    const whole = fs.readFileSync(file, "utf8");
    const damages: readonly (readonly [string, RegExp])[] = [
      [whole.replace('"seq":2', '"seq":9'), /line 2 .* number 9/],
      [whole.replace('"kind"', '"kund"'), /line 1 .* that is none/],
      [whole.replace('{"uuid":"u2"', '{"uuid'), /line 2 .* no JSON/],
    ];
    for (const [text, message] of damages) {
      fs.writeFileSync(file, text);
      assert.throws(() => openEventLog(file), message);
      assert.equal(fs.readFileSync(file, "utf8"), text);
    }
  });

  it("is open in one program, and is taken over from one that died", () => {
    const log = openEventLog(file);
    assert.throws(() => openEventLog(file), InputError);
    log.close();
    fs.writeFileSync(`${file}.lock`, JSON.stringify({ host: os.hostname(), pid: 2 ** 22 + 1 }));
    assert.deepEqual(read(), []);
    fs.writeFileSync(`${file}.lock`, JSON.stringify({ host: "elsewhere", pid: 1 }));
    assert.throws(() => openEventLog(file), /process 1 on elsewhere/);
  });

  it("keeps nothing of a label that the disk had no room for", function () {
    // The device of Linux that is always full.
    if (!fs.existsSync("/dev/full")) this.skip();
    write(1);
    const log = openEventLog(file);
    const real = fs.writeSync;
    const full = fs.openSync("/dev/full", "w");
    const patched = fs as { writeSync: unknown };
    try {
      // Half of it fits, and then no more.
      let calls = 0;
      patched.writeSync = (
        handle: number,
        bytes: Buffer,
        from: number,
        length: number,
        at: number,
      ) =>
        calls++ === 0
          ? real(handle, bytes, from, Math.floor(length / 2), at)
          : real(full, bytes, from, length);
      assert.throws(() => log.append([event(2)]), /the disk is full/);
    } finally {
      patched.writeSync = real;
      fs.closeSync(full);
    }
    assert.equal(log.events.length, 1);
    log.append([event(2)]);
    log.close();
    assert.deepEqual(read(), [event(1), event(2)]);
  });

  it("loses and doubles no label when the program is killed while it writes", async () => {
    const result = await killAgain(file, 3, createRng(1).fork("kills"));
    assert.ok(result.promised >= 3 && result.kept >= result.promised);
  });
});
