import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { tinyRuns, type TinyRun } from "./tinyRuns";

const stored = JSON.parse(
  fs.readFileSync(path.join(__dirname, "..", "fixtures", "tinyRuns.json"), "utf8"),
) as Readonly<Record<string, TinyRun>>;

/** Processors round differently, and some steps of training make more of it; another default or rule shows as far more. */
const tolerance = 2e-3;

const write = "then write what it gives now with node --import tsx test/fixtures/tinyRuns.ts";

/** What is wrong, and what to do about it; undefined if nothing is. */
function complaint(name: string, run: TinyRun, before: TinyRun | undefined): string | undefined {
  if (before === undefined) return `${name} is new: ${write}`;
  const { file, revision, values } = run;
  const scale = Math.max(1e-6, ...before.values.map(Math.abs));
  const same =
    values.length === before.values.length &&
    values.every((value, i) => Math.abs(value - before.values[i]) <= tolerance * scale);
  if (revision < before.revision) return `the revision in ${file} went back: never do that`;
  if (revision > before.revision) return `the revision in ${file} was raised: ${write}`;
  if (!same) return `results changed: raise the revision of ${file}, ${write}`;
  // Records get other names by themselves; the list only follows.
  return run.settings === before.settings
    ? undefined
    : `the options or defaults in ${file} changed, and so do the names of its records: ${write}`;
}

describe("study/revisions", function () {
  this.timeout(300_000);
  let runs: Readonly<Record<string, TinyRun>> = {};
  before(async () => (runs = await tinyRuns()));

  it("gives what it gave, or has another revision: every technique, network and augmentation", () => {
    const complaints = Object.entries(runs).flatMap(
      ([name, run]) => complaint(name, run, stored[name]) ?? [],
    );
    assert.deepEqual(complaints, [], `\n${complaints.join("\n")}`);
    const gone = Object.keys(stored).filter((name) => !(name in runs));
    assert.deepEqual(gone, [], write);
  });

  it("says which file to raise when results change, and takes rounding for none", () => {
    const [name, run] = Object.entries(runs)[0];
    const scale = Math.max(...run.values.map(Math.abs));
    const moved = (by: number): TinyRun => ({
      ...run,
      values: run.values.map((value, i) => value + (i === 3 ? by * scale : 0)),
    });
    assert.equal(complaint(name, run, moved(1e-4)), undefined);
    assert.match(
      complaint(name, run, moved(0.01)) ?? "",
      /^results changed: raise the revision of src/,
    );
    assert.match(
      complaint(name, run, { ...run, settings: "other" }) ?? "",
      /options or defaults in src/,
    );
    assert.match(complaint(name, run, { ...run, revision: 0 }) ?? "", /was raised/);
  });
});
