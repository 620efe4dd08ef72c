import assert from "node:assert/strict";
import { spawnSync, type SpawnSyncReturns } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { runtimePart } from "./project";

interface Counts {
  passed: number;
  failed: number;
  skipped: number;
  ended: boolean;
}
const { countOutcomes, countLine } = runtimePart("runChecks.js") as {
  countOutcomes: (outcomes: string) => Counts;
  countLine: (counts: Counts) => string;
};

describe("runtime/runChecks", function () {
  // Each test starts mocha, which takes its time on a busy machine.
  this.timeout(60_000);
  const root = path.join(__dirname, "..", "..");
  let folder = "";
  before(() => (folder = fs.mkdtempSync(path.join(os.tmpdir(), "fewscope-mocha-"))));
  after(() => fs.rmSync(folder, { recursive: true }));

  /** The last line for a file of tests, as mocha and our reporter count them. */
  function lineFor(tests: string): string {
    runMocha(tests);
    return lastLine();
  }

  function lastLine(): string {
    return countLine(countOutcomes(fs.readFileSync(path.join(folder, "outcomes"), "utf8")));
  }

  function runMocha(tests: string, ...more: readonly string[]): SpawnSyncReturns<string> {
    const file = path.join(folder, "some.cjs");
    const outcomes = path.join(folder, "outcomes");
    fs.rmSync(outcomes, { force: true });
    fs.writeFileSync(file, tests);
    const mocha = path.join(root, "node_modules", "mocha", "bin", "_mocha");
    const reporter = path.join(root, "src", "runtime", "mochaReporter.js");
    const options = ["--no-config", "--no-package", "--reporter", reporter];
    const own = [`outcomes=${outcomes}`, ...more].flatMap((one) => ["--reporter-option", one]);
    const args = [mocha, ...options, ...own, file];
    const env = { ...process.env, NODE_OPTIONS: "" };
    return spawnSync(process.execPath, args, { cwd: folder, env, encoding: "utf8" });
  }

  it("counts what passed, failed and was skipped", () => {
    const tests = `
      it("a", () => {}); it("b", () => {}); it("c", () => { throw new Error("no"); });
      it.skip("d", () => {}); it("e", function () { this.skip(); });`;
    assert.equal(lineFor(tests), "2 passed, 1 failed, 2 skipped");
    assert.equal(lineFor(`it("a", () => {});`), "1 passed, 0 failed");
  });

  it("counts a hook that fails", () => {
    const tests = `before(() => { throw new Error("no"); }); it("a", () => {});`;
    assert.equal(lineFor(tests), "0 passed, 1 failed");
  });

  it("counts the test that ends or kills the process as failed", () => {
    const rest = `it("c", () => {});`;
    assert.equal(
      lineFor(`it("a", () => {}); it("b", () => process.exit(0)); ${rest}`),
      "1 passed, 1 failed",
    );
    assert.equal(
      lineFor(`it("a", () => {}); it("b", () => process.kill(process.pid, 9)); ${rest}`),
      "1 passed, 1 failed",
    );
  });

  it("ends what tests left running, and says so", () => {
    const tests = `it("a", () => void require("node:net").createServer().listen(0, "127.0.0.1"));`;
    const { stderr } = runMocha(tests, "farewell=500");
    assert.match(stderr, /what one of them started still runs: .*TCPServerWrap\. A test must end/);
    assert.equal(lastLine(), "1 passed, 1 failed");
    runMocha(`it("a", () => {});`, "farewell=500");
    assert.equal(lastLine(), "1 passed, 0 failed");
  });

  it("counts a run that never began as failed", () => {
    assert.equal(countLine(countOutcomes("")), "0 passed, 1 failed");
  });
});
