import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { parse } from "csv-parse/sync";
import { InputError } from "../../../src/core";
import { projectFolder } from "../../sourceImports";
import { chosenByName } from "../chosenByName";
import { measureRow, runWay, together, type Reading } from "./measure";
import { bestOf, isWhole, keepMeasured, readMeasured, rowKey, type Measured } from "./measured";
import { sidesOf, type Row, type Way } from "./row";
import { speedRows } from "./rows";
import { lineOf, tableCsv, tableText } from "./table";

const way = (name: string, program: Way["program"] = "node"): Way => ({ name, program, words: [] });

/** A row of which ours has two ways and the peer one. */
const row: Row = {
  name: "some",
  title: "some work",
  unit: "ms",
  field: "milliseconds",
  ours: { by: "fewscope", ways: [way("one"), way("two")] },
  peer: { by: "PyTorch", ways: [way("theirs", "python")] },
  asked: { ratio: 1.2 },
};

/** Milliseconds by the way's name, a number a round; throws where there is none. */
function runner(numbers: Readonly<Record<string, readonly number[]>>): {
  readonly run: (way: Way) => Promise<Reading>;
  readonly calls: string[];
} {
  const calls: string[] = [];
  const run = ({ name }: Way): Promise<Reading> => {
    const value = numbers[name]?.[calls.filter((call) => call === name).length];
    calls.push(name);
    return value === undefined
      ? Promise.reject(new Error(`${name} broke`))
      : Promise.resolve({ value, peak: 10 * value });
  };
  return { run, calls };
}

describe("bench/speed", () => {
  const options = { rounds: 3, withPython: true };

  it("runs the sides in turn, and leaves out a way that is clearly slower", async () => {
    const { run, calls } = runner({ one: [10, 11, 12], two: [20], theirs: [13, 14, 15] });
    const told = await measureRow(row, { ...options, run });
    assert.equal(calls.join(" "), "one two theirs one theirs one theirs");
    const line = lineOf(row, told);
    assert.deepEqual(line.ours, { way: "one", value: 11, rounds: 3, peak: 120 });
    assert.equal(line.ratio, 14 / 11);
    assert.equal(line.reached, true);
  });

  it("takes the way with the best median, and of rates the largest", async () => {
    const { run } = runner({ one: [10, 15, 15], two: [11, 12, 12], theirs: [12, 12, 12] });
    const told = await measureRow(row, { ...options, run });
    assert.equal(bestOf(row, told, "ours")?.way, "two");
    const rate: Row = { ...row, unit: "images/s" };
    assert.equal(bestOf(rate, told, "ours")?.way, "one");
    assert.equal(lineOf(rate, told).ratio, 15 / 12);
  });

  it("says plainly what was reached: a ratio, a limit, or nothing known", async () => {
    const { run } = runner({ one: [11, 11, 11], two: [11, 11, 11], theirs: [13, 13, 13] });
    const told = await measureRow(row, { ...options, run });
    const text = (asked: Row["asked"]): string => {
      const { name, title, unit, field, ours, peer } = row;
      const other = { name, title, unit, field, ours, ...(peer && { peer }), ...(asked && { asked }) }; // prettier-ignore
      return tableText([lineOf(other, told)], [], false);
    };
    assert.match(text({ ratio: 1.2 }), /11\.0 ms\s+13\.0 ms PyTorch\s+1\.18x\s+1\.2x\s+NOT reached\s+110 MiB/); // prettier-ignore
    assert.match(text({ ratio: 1 / 1.1, words: "within 10 %" }), /within 10 %\s+reached/);
    assert.match(text({ under: 400 }), /under 400 ms\s+reached/);
    assert.match(text({ under: 11 }), /under 11 ms\s+NOT reached/);
    assert.doesNotMatch(text(undefined), /reached/);
    assert.match(tableText([lineOf(row, told)], [], true), /\u001b\[31m.*NOT reached/);
  });

  it("has ours alone where the peers are missing", async () => {
    const { run, calls } = runner({ one: [10, 11, 12], two: [11, 11, 11] });
    const told = await measureRow(row, { ...options, withPython: false, run });
    assert.ok(!calls.includes("theirs"));
    assert.ok(isWhole(row, told, false, 3) && !isWhole(row, told, true, 3));
    const text = tableText([lineOf(row, told)], ["Without its peers"], false);
    assert.match(text, /^Without its peers\n/);
    assert.match(text, /11\.0 ms\s+- PyTorch\s+1\.2x\s+not known/);
    // What runs on Node on both sides needs no Python.
    const own: Row = { ...row, peer: { by: "the bare step", ways: [way("bare")] } };
    assert.deepEqual(sidesOf(own, false).map(([name]) => name), ["ours", "peer"]); // prettier-ignore
  });

  it("goes on with the other ways where one fails, and tells why", async () => {
    const { run } = runner({ one: [10, 10, 10], two: [] });
    const line = lineOf(row, await measureRow(row, { ...options, run }));
    assert.equal(line.ours?.value, 10);
    assert.equal(line.reached, undefined);
    assert.deepEqual(line.failures, ["some, ours, two: two broke", "some, peer, theirs: theirs broke"]); // prettier-ignore
  });

  it("keeps a row after every round and goes on from there", async () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "fewscope-speed-"));
    try {
      const key = rowKey(row, true, "a machine");
      const keep = (told: Measured["told"]): void =>
        keepMeasured(folder, { name: "some", key, finishedAt: "", machine: "", commit: "", seconds: 1, told }); // prettier-ignore
      const first = runner({ one: [10, 10], two: [10, 10], theirs: [12, 12] });
      await measureRow(row, { ...options, rounds: 2, run: first.run, keep });
      const told = readMeasured(folder, "some", key)?.told ?? [];
      assert.ok(isWhole(row, told, true, 2) && !isWhole(row, told, true, 3));
      const second = runner({ one: [10], two: [10], theirs: [12] });
      const more = await measureRow(row, { ...options, run: second.run, keep, told });
      assert.equal(second.calls.join(" "), "one two theirs");
      assert.ok(isWhole(row, more, true, 3));
      const third = runner({});
      await measureRow(row, { ...options, run: third.run, told: more });
      assert.deepEqual(third.calls, []);
      // Another machine, other peers or other work is another row.
      assert.notEqual(rowKey(row, true, "another"), key);
      assert.notEqual(rowKey(row, false, "a machine"), key);
      assert.equal(readMeasured(folder, "some", "other"), undefined);
      assert.deepEqual(fs.readdirSync(path.join(folder, "rows")), [`some-${key}.json`]);
    } finally {
      fs.rmSync(folder, { recursive: true });
    }
  });

  it("tries again what failed in an earlier run", async () => {
    const broken = runner({ one: [10, 10, 10], two: [10, 10, 10] });
    const told = await measureRow(row, { ...options, run: broken.run });
    const kept = told.filter(({ failure }) => failure === undefined);
    const mended = runner({ theirs: [12, 12, 12] });
    const all = await measureRow(row, { ...options, run: mended.run, told: kept });
    assert.equal(mended.calls.join(" "), "theirs theirs theirs");
    assert.equal(lineOf(row, all).ratio, 1.2);
  });

  it("adds up what runs at once", async () => {
    assert.equal(together({ unit: "images/s" }, [100, 120]), 220);
    assert.equal(together({ unit: "ms" }, [10, 10]), 5);
    const words = ["-e", "console.log(JSON.stringify({ milliseconds: 10, peakMemory: 7 }))"];
    const twice: Way = { name: "two", program: "node", words, copies: 2 };
    assert.deepEqual(await runWay(row, twice, { files: {} }), { value: 5, peak: 14 });
    const fails: Way = { ...twice, words: ["-e", "console.error('no disk'); process.exit(1)"] };
    await assert.rejects(runWay(row, fails, { files: {} }), /no disk/);
  });

  it("writes a line of CSV for each row", async () => {
    const { run } = runner({ one: [10, 10, 10], two: [10, 10, 10], theirs: [13, 13, 13] });
    const csv = tableCsv([lineOf(row, await measureRow(row, { ...options, run }))]);
    const [names, cells] = parse(csv);
    const cell = (name: string): string => cells[names.indexOf(name)];
    assert.deepEqual(["row", "fewscope", "peerValue", "ratio", "asked", "reached"].map(cell), ["some", "10", "13", "1.3", "1.2x", "reached"]); // prettier-ignore
  });
});

describe("bench/speed/rows", () => {
  const rows = speedRows({ full: true, compiled: true, mixed: true });

  it("have names of their own, and run scripts that are there", () => {
    assert.equal(new Set(rows.map(({ name }) => name)).size, rows.length);
    for (const one of rows)
      for (const [, { ways }] of sidesOf(one, true)) {
        assert.equal(new Set(ways.map(({ name }) => name)).size, ways.length, one.name);
        for (const word of ways
          .flatMap(({ words }) => words)
          .filter((word) => word.startsWith("test/")))
          // prettier-ignore
          assert.ok(fs.existsSync(path.join(projectFolder, word)), word);
      }
  });

  it("ask for what was promised", () => {
    const asked = new Map(rows.map(({ name, asked }) => [name, asked]));
    const ratio = (name: string): number => {
      const one = asked.get(name);
      return one !== undefined && "ratio" in one ? one.ratio : NaN;
    };
    for (const batch of [4, 10, 64]) assert.equal(ratio(`step-8-${batch}`), 1.2);
    assert.equal(ratio("step-8-256"), 1.1);
    assert.deepEqual([ratio("simclr-8"), ratio("simclr-32"), ratio("study")], [2, 1.3, 2.5]);
    for (const name of ["fixMatch", "meanTeacher", "fineTune10", "fineTune64"])
      assert.equal(ratio(name), 1.3);
    const mixed = ["step-8-64", "step-8-256", "simclr-8", "simclr-32"];
    assert.deepEqual(
      mixed.map((name) => ratio(`${name}-mixed`)),
      [1.3, 1.5, 2.5, 1.8],
    );
    assert.deepEqual([ratio("together-simclr"), ratio("together-fineTune")], [1.35, 1.6]);
    assert.ok(ratio("trial-step-10") < 1 && ratio("sxm-whole") === 1);
    assert.deepEqual(asked.get("simulate"), { under: 400 });
  });

  it("are chosen by name, or by what their names begin with", () => {
    const names = (...only: string[]): string[] => chosenByName(speedRows({ full: true }), only, { what: "row" }).map(({ name }) => name); // prettier-ignore
    assert.deepEqual(names("fineTune"), ["fineTune10", "fineTune64"]);
    assert.deepEqual(names("step-64", "sxm"), ["step-64-4", "step-64-10", "step-64-64", "step-64-256", "sxm-alone", "sxm-whole"]); // prettier-ignore
    // Neither part of a word nor part of a number.
    for (const word of ["simcl", "step-6", "fineTune1", "step-"])
      assert.throws(() => names(word), InputError);
  });

  it("are refused by name in a sentence", () => {
    const script = path.join(projectFolder, "test", "bench", "all.ts");
    for (const [words, message] of [
      [["--only", "simclr-9"], /--only simclr-9.*Did you mean "simclr-8"/s],
      [["--keep", "--quick"], /--keep with --quick/],
    ] as const) {
      const run = spawnSync(process.execPath, ["--import", "tsx", script, ...words], { cwd: projectFolder, encoding: "utf8" }); // prettier-ignore
      assert.equal(run.status, 1);
      assert.match(run.stderr, message);
    }
  });
});
