import assert from "node:assert/strict";
import { imageSet, type ImageSet } from "../../src/core";
import { applyLabels, readLabels, suggestGroups } from "../../src/formats";
import { refuses } from "./helpers";

const bytes = (text: string, encoding: BufferEncoding = "utf8"): Uint8Array =>
  new Uint8Array(Buffer.from(text, encoding));

const setOf = (...ids: string[]): ImageSet =>
  imageSet({ name: "s", pixels: new Uint8Array(ids.length), shape: [1, 1, 1], ids });

/** The labels of images, as names; "" for none. */
async function labelled(text: string | Uint8Array, ...ids: string[]): Promise<string[]> {
  const table = await readLabels(typeof text === "string" ? bytes(text) : text);
  const { labels, classNames } = applyLabels(setOf(...ids), table);
  return Array.from(labels, (label) => classNames[label] ?? "");
}

describe("tables of labels", () => {
  it("find their columns under the names that people give them", async () => {
    for (const header of [
      "id,label",
      "filename,class",
      "File Name,Category",
      "image,label,score",
      "path,class_name",
    ]) {
      const more = header.includes("score") ? ",1" : "";
      const got = await labelled(`${header}\na,bright${more}\nb,${more}\n`, "a", "b");
      assert.deepEqual(got, ["bright", ""], header);
    }
    // A number of the table's own says less than a name.
    const both = "id,image,label\n1,a.png,bright\n2,b.png,dark\n";
    assert.deepEqual(await labelled(both, "a", "b"), ["bright", "dark"]);
    await refuses(
      () => readLabels(bytes("a,b\n1,2\n")),
      /a column for the image.*Add the column id/,
    );
    await refuses(() => readLabels(bytes("id,score\n1,2\n")), /Add the column label/);
  });

  it("are parted by comma, semicolon or tab, and come in every usual encoding", async () => {
    for (const separator of [",", ";", "\t"]) {
      const rows = [
        ["id", "label"],
        ["a", "Höcker"],
        ["b", "Häcker"],
      ].map((row) => row.join(separator));
      const text = `${rows.join("\r\n")}\r\n`;
      for (const encoded of [
        bytes(text),
        bytes(text, "latin1"),
        bytes(`\ufeff${text}`),
        bytes(`\ufeff${text}`, "utf16le"),
        bytes(text.normalize("NFD")),
      ]) {
        assert.deepEqual(await labelled(encoded, "a", "b"), ["Höcker", "Häcker"]);
      }
    }
    assert.deepEqual(await labelled('id,label\n"a;b","x, y"\n', "a;b"), ["x, y"]);
  });

  it("may have no header, as torchvision's examples", async () => {
    assert.deepEqual(await labelled("a.png, 0\nb.png, 1\n", "a", "b"), ["0", "1"]);
    assert.deepEqual(await labelled("x/a.png 3\nx/b.png 10\n", "x/a", "x/b"), ["3", "10"]);
  });

  it("name images with or without their ending and folders", async () => {
    const ids = ["bright/a 1", "dark/b.2", "dark/c"];
    const names = [
      ["bright/a 1.png", "b.2.TIF", "c"],
      ["./a 1", "C:\\data\\dark\\b.2.png", "images/dark/c.jpg"],
      ["/data/upload/3/8c2f1a7b-a 1.png", "/data/local-files/?d=dark%2Fb.2.png", "dark/c"],
    ];
    for (const three of names) {
      const text = `id,label\n${three.map((name, i) => `${name},${i}`).join("\n")}\n`;
      assert.deepEqual(await labelled(text, ...ids), ["0", "1", "2"], three.join());
    }
    const composed = await labelled("id,label\ne\u0301.png,x\n", "\u00e9");
    assert.deepEqual(composed, ["x"]);
    await refuses(() => labelled("id,label\na,x\n", "b/a", "c/a"), /fits 2 images.*"b\/a", "c\/a"/);
    await refuses(() => labelled("id,label\nd,x\n", "b/a", "c/a"), /no image of "s"/);
    await refuses(() => labelled("id,label\na.png,x\na.jpg,y\n", "a"), /another label/);
  });

  it("keep images of one group together, by a column of their own", async () => {
    const set = setOf("a", "b", "c");
    const table = await readLabels(bytes("id,label,group\na,x,1\nb,y,1\n"));
    assert.deepEqual(applyLabels(set, table).groups, ["1", "1", "c"]);
    const scan = await readLabels(bytes("id,label,scan\na,x,7\n"), { groupColumn: "scan" });
    assert.deepEqual(applyLabels(set, scan).groups, ["7", "b", "c"]);
    await refuses(
      () => readLabels(bytes("id,label\na,x\n"), { groupColumn: "scan" }),
      /column "scan".*id, label/,
    );
  });
});

describe("exports of labels", () => {
  const task = (image: string, ...choices: string[]): object => ({
    id: 7,
    data: { image },
    annotations: choices.map((choice) => ({
      was_cancelled: false,
      result: [{ type: "choices", value: { choices: [choice] } }],
    })),
  });

  it("of Label Studio are read, full and short", async () => {
    const full = [task("/data/upload/1/0a1b2c3d-a.png", "bright", "bright"), task("b.png")];
    assert.deepEqual(await labelled(JSON.stringify(full), "a", "b"), ["bright", ""]);
    const short = [{ image: "a.png", choice: "dark", id: 1 }];
    assert.deepEqual(await labelled(JSON.stringify(short), "a"), ["dark"]);
    const torn = JSON.stringify([task("a.png", "bright", "dark")]);
    await refuses(() => labelled(torn, "a"), /"bright" and "dark" for "a\.png".*one label/);
    const cancelled = { ...task("a.png"), annotations: [{ was_cancelled: true, result: [] }] };
    assert.deepEqual(await labelled(JSON.stringify([cancelled]), "a"), [""]);
  });

  it("of COCO give each image the category of its annotations", async () => {
    const coco = {
      images: [
        { id: 1, file_name: "a.png" },
        { id: 2, file_name: "b.png" },
      ],
      annotations: [
        { image_id: 1, category_id: 5, bbox: [0, 0, 1, 1] },
        { image_id: 1, category_id: 5 },
      ],
      categories: [{ id: 5, name: "bright" }],
    };
    assert.deepEqual(await labelled(JSON.stringify(coco), "a", "b"), ["bright", ""]);
    const wrong = { ...coco, categories: [] };
    await refuses(() => labelled(JSON.stringify(wrong), "a"), /category 5 is not described/);
  });

  it("of torchvision and plain JSON are read", async () => {
    const samples = { samples: [["x/a.png", 1]], classes: ["bright", "dark"] };
    assert.deepEqual(await labelled(JSON.stringify(samples), "x/a"), ["dark"]);
    const indexed = { samples: [["x/a.png", 1]], class_to_idx: { bright: 1 } };
    assert.deepEqual(await labelled(JSON.stringify(indexed), "x/a"), ["bright"]);
    assert.deepEqual(await labelled('{"a.png":"x","b":null}', "a", "b"), ["x", ""]);
    assert.deepEqual(await labelled('{"x":["a.png"],"y":["b"]}', "a", "b"), ["x", "y"]);
  });

  it("of other kinds are refused", async () => {
    await refuses(() => readLabels(bytes("[1,2]")), /JSON of another kind/);
    await refuses(() => readLabels(bytes("{}")), /JSON of another kind/);
    await refuses(() => readLabels(bytes("[{]")), /no regular JSON/);
    await refuses(() => readLabels(bytes("a\0\0b")), /no text/);
  });
});

describe("names of images", () => {
  const suggested = (...ids: string[]): number | undefined => suggestGroups(setOf(...ids))?.groups;

  it("suggest groups where several come from one source", () => {
    assert.equal(suggested("s1_001", "s1_002", "s2_001", "s2_002"), 2);
    assert.equal(suggested("a/s1-crop1", "a/s1-crop2", "b/s2-crop1", "b/s2-crop2"), 2);
    assert.equal(suggested("m29_x10_y5", "m29_x4_y8", "m30_x1_y1", "m30_x2_y2"), 2);
  });

  it("suggest none where they only count", () => {
    assert.equal(suggested("0001", "0002", "0003", "0004"), undefined);
    assert.equal(suggested("img_1", "img_2", "img_3", "img_4"), undefined);
    assert.equal(suggested("a_1", "b_1", "c_1", "d_1"), undefined);
    const ids = ["cat/cat_1", "cat/cat_2", "dog/dog_1", "dog/dog_2"];
    const set = applyLabels(setOf(...ids), new Map(ids.map((id) => [id, id.slice(0, 3)])));
    assert.equal(suggestGroups(set), undefined);
  });
});
