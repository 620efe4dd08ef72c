import assert from "node:assert/strict";
import { imageSet } from "../../src/core";
import { applyLabels, readLabelsCsv } from "../../src/formats";
import { damage, refuses, survives, temporaryFolder } from "./helpers";

const bytes = (text: string): Uint8Array => Buffer.from(text);

const set = imageSet({
  name: "set",
  pixels: new Uint8Array(4),
  shape: [1, 1, 1],
  ids: ["p1", "p2", "p3", "p4"],
  labels: [0, -1, 1, -1],
  classNames: ["x", "y"],
});

describe("readLabelsCsv", () => {
  const folder = temporaryFolder();

  it("reads ids and labels in any column, with quotes, a byte-order mark and Windows lines", async () => {
    const text = '\ufefflabel,remark,id\r\n"a, b",hm,p1\r\n,none,p2\r\nc,"say ""x""",p 3\r\n';
    const labels = await readLabelsCsv(folder.file("labels.csv", text));
    assert.deepEqual(
      [...labels],
      [
        ["p1", "a, b"],
        ["p2", ""],
        ["p 3", "c"],
      ],
    );
  });

  it("names the row that is wrong", async () => {
    const cases: [string, RegExp][] = [
      ["", /header "".*Add the column id/],
      ["name,label\n", /header "name,label".*Add the column id/],
      ["id\np1\n", /Add the column label/],
      ["id,label\np1,a\np1,b\n", /id "p1" again in row 3/],
      ["id,label\n,a\n", /empty id in row 2/],
      ["id,label\np1\n", /no regular table.*Invalid Record Length/],
      ['id,label\n"p1,a\n', /no regular table/],
      ["id,label\0", /no text/],
    ];
    for (const [text, message] of cases) await refuses(() => readLabelsCsv(bytes(text)), message);
    await refuses(() => readLabelsCsv(`${folder.path}/none.csv`), /no such file/);
  });

  it("survives any damage", async () => {
    const text = bytes('id,label\np1,a\np2,"b, c"\np3,\n');
    const refused = await survives(damage(text, 300), readLabelsCsv);
    assert.ok(refused > 20, `${refused} refused`);
  }).timeout(20_000);
});

describe("applyLabels", () => {
  it("gives labels by id and leaves the others", () => {
    const labels = new Map([
      ["p2", "new"],
      ["p3", "x"],
      ["p1", ""],
    ]);
    const labelled = applyLabels(set, labels);
    assert.deepEqual(labelled.classNames, ["new", "x"]);
    assert.deepEqual(Array.from(labelled.labels), [-1, 0, 1, -1]);
  });

  it("puts the classes in the order that is asked for", () => {
    const labelled = applyLabels(set, new Map(), ["z", "y", "x"]);
    assert.deepEqual(Array.from(labelled.labels), [2, -1, 1, -1]);
    assert.deepEqual(labelled.classNames, ["z", "y", "x"]);
  });

  it("refuses ids that are no images and labels that are no classes, and offers the nearest", async () => {
    await refuses(() => applyLabels(set, new Map([["p5x", "x"]])), /"p5x".*no image of "set"/);
    await refuses(() => applyLabels(set, new Map([["P1", "x"]])), /Did you mean "p1"/);
    await refuses(
      () => applyLabels(set, new Map([["p1", "briht"]]), ["x", "y", "bright"]),
      /Did you mean "bright"/,
    );
  });
});
