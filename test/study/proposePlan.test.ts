import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { writeNpy } from "../../src/formats";
import { proposePlan, readPlan } from "../../src/study";
import { refuses, temporaryFolder } from "../formats/helpers";

describe("a proposed plan", () => {
  const folder = temporaryFolder();
  let count = 0;
  const image = (value: number): Uint8Array =>
    writeNpy({ shape: [4, 4], data: new Uint8Array(16).fill(value) });

  /** Images by name; texts are files of their own. */
  function make(names: readonly string[], texts: Readonly<Record<string, string>> = {}): string {
    const root = `mine-${++count}`;
    names.forEach((name, i) => folder.file(`${root}/${name}.npy`, image(i)));
    for (const [name, text] of Object.entries(texts)) folder.file(`${root}/${name}`, text);
    return path.join(folder.path, root);
  }
  const range = (n: number, name: (i: number) => string): string[] =>
    Array.from({ length: n }, (_, i) => name(i));

  it("has budgets that the smallest class can pay, and can be read and run", async () => {
    const place = make([...range(20, (i) => `a/x${i}q`), ...range(10, (i) => `b/y${i}q`)]);
    const { text, told } = await proposePlan(place, { beside: folder.path });
    assert.match(told[0], /30 images of 4 x 4 x 1: a 20, b 10\./);
    const file = path.join(folder.path, "mine.json");
    fs.writeFileSync(file, text);
    const plan = readPlan(file);
    assert.equal(plan.data.folder, place);
    assert.deepEqual(plan.labelsPerClass, [1, 2, 5]);
    assert.deepEqual(plan.split, { test: 0.3 });
    // A quick look has draws enough for its intervals too.
    const quick = await proposePlan(place, { beside: folder.path, quick: true });
    assert.equal(plan.draws, 5);
    assert.match(quick.text, /"draws": 5,/);
  });

  it("finds the table of labels that lies beside the images, whatever the folder is called", async () => {
    const names = range(12, (i) => `images/${i}q`);
    const rows = names.map((name, i) => `${name.slice(7)}.png;${i % 2 ? "hole" : "clean"}\n`);
    const place = make(names, { "labels.csv": `Filename;Class\n${rows.join("")}`, "other.csv": "1,2\n" }); // prettier-ignore
    const { text, told } = await proposePlan(place);
    assert.match(told[0], /clean 6, hole 6/);
    assert.match(text, /"labels": ".*labels\.csv"/);
  });

  it("takes folders for no classes where a table knows none of them", async () => {
    const names = range(16, (i) => `2024-0${(i % 2) + 1}/p${i}q`);
    const rows = names.slice(0, 8).map((name, i) => `${name},${i < 4 ? "a" : "b"}\n`);
    const place = make(names, { "labels.csv": `file,label\n${rows.join("")}` });
    const { told } = await proposePlan(place, { labels: path.join(place, "labels.csv") });
    assert.match(told[0], /a 4, b 4, 8 without a label/);
  });

  it("keeps images of one source together where names suggest one, unless told otherwise", async () => {
    const names = ["a", "b"].flatMap((kind) =>
      range(20, (i) => `${kind}/scan${i % 5}_${Math.floor(i / 5)}`),
    );
    const place = make(names);
    const { text, told } = await proposePlan(place);
    assert.ok(told.some((line) => /5 sources.*--group none/.test(line)));
    assert.match(text, /"group": \{ "pattern"/);
    const apart = await proposePlan(place, { group: "none" });
    assert.match(apart.text, /"group": "file"/);
  });

  it("brings groups of other units or gains to one scale, and says so", async () => {
    const heights = async (factor: number): Promise<{ text: string; told: readonly string[] }> => {
      const root = `heights-${++count}`;
      for (const [g, kind, i] of range(48, String)
        .map(Number)
        .map((k) => [k % 3, k % 2 ? "a" : "b", k] as const)) {
        // prettier-ignore
        const data = Float32Array.from({ length: 16 }, (_, j) => Math.sin(7 * i + j) * (g === 0 ? factor : 1)); // prettier-ignore
        folder.file(`${root}/${kind}/scan${g}_${i}.npy`, writeNpy({ shape: [4, 4], data }));
      }
      return proposePlan(path.join(folder.path, root));
    };
    const { text, told } = await heights(0.01);
    assert.match(text, /"standardise": "group"/);
    assert.ok(
      told.some((line) => /spread by 0\.0\d+ in one group and by 0\.\d+ in another/.test(line)),
    );
    assert.doesNotMatch((await heights(0.8)).text, /standardise/);
  });

  it("leaves images without a label to pretraining, beside class folders or in unlabelled", async () => {
    const names = ["a", "b"].flatMap((kind) => range(8, (i) => `${kind}/${kind}q${i}q`));
    const place = make([...names, ...range(6, (i) => `unlabelled/u${i}q`), "loose"]);
    const { told } = await proposePlan(place);
    assert.match(told[0], /a 8, b 8, 7 without a label/);
  });

  it("says what is missing", async () => {
    await refuses(() => proposePlan(make(range(6, (i) => `${i}q`))), /no label.*--labels/);
    await refuses(() => proposePlan(make(range(6, (i) => `a/${i}q`))), /only class folder "a"/);
    const few = make(["a/1q", "a/2q", "b/1q"]);
    await refuses(() => proposePlan(few), /class "b" with 1 labelled image/);
    const names = ["a", "b"].flatMap((kind) => range(6, (i) => `${kind}/${kind}scan${i % 1}_${i}`));
    const tables = { "1.csv": "file,label\nascan0_0,x\n", "2.csv": "file,label\nascan0_0,y\n" };
    await refuses(
      () => proposePlan(make(names.map((name) => name.slice(2)), tables)), // prettier-ignore
      /2 tables of labels.*1\.csv, 2\.csv/,
    );
  });
});
