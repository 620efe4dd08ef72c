import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { gzipSync } from "node:zlib";
import { encode } from "fast-png";
import { zipSync } from "fflate";
import { defined, imagesHash, type SetPart } from "../../src/core";
import { card, list, load, open, setSha256, type CatalogCard } from "../../src/catalog";
import { parseCard } from "../../src/catalog/card";
import { loadCard } from "../../src/catalog/load";
import { writeNpz, writeNpzImages } from "../../src/formats";
import { dataFolder, refuses } from "../formats/helpers";
import { tar } from "../formats/tarFile";

/** A simulated set that takes no time. */
const small = { seed: 3, trainScans: 1, testScans: 1, perClass: [1, 1], clean: [1, 1] } as const;

const variables = ["FEWSCOPE_CACHE", "FEWSCOPE_MIRROR"];

describe("catalog", () => {
  let root = "";
  const kept = variables.map((name) => process.env[name]);

  beforeEach(() => {
    root = fs.mkdtempSync(path.join(os.tmpdir(), "fewscope-catalog-"));
    process.env["FEWSCOPE_CACHE"] = path.join(root, "cache");
    process.env["FEWSCOPE_MIRROR"] = path.join(root, "mirror");
  });
  afterEach(() => {
    variables.forEach((name, i) => {
      if (kept[i] === undefined) delete process.env[name];
      else process.env[name] = kept[i];
    });
    fs.rmSync(root, { recursive: true, force: true });
  });

  /** Puts files on the mirror and makes the card that fits them. */
  function publish(
    format: CatalogCard["format"],
    files: readonly {
      name: string;
      bytes: Uint8Array;
      part?: SetPart;
      holds?: "images" | "labels";
    }[],
    change: Partial<CatalogCard> = {},
  ): CatalogCard {
    return {
      name: "own",
      title: "Own",
      description: "Own set.",
      format,
      licence: "none",
      citation: "none",
      files: files.map(({ name, bytes, part, holds }) => {
        const file = path.join(root, "mirror", "own", name);
        fs.mkdirSync(path.dirname(file), { recursive: true });
        fs.writeFileSync(file, bytes);
        return {
          name,
          url: `http://127.0.0.1:9/${name}`,
          bytes: bytes.length,
          sha256: createHash("sha256").update(bytes).digest("hex"),
          checksumSource: "this test",
          ...defined({ part, holds }),
        };
      }),
      ...change,
    };
  }

  const pngOf = (value: number): Uint8Array =>
    encode({ width: 2, height: 2, channels: 1, data: new Uint8Array(4).fill(value) });

  describe("cards", () => {
    it("are all well formed and name the source of every checksum", () => {
      const names = list().map(({ name }) => name);
      for (const name of [
        "mnist",
        "fashion-mnist",
        "cifar-10",
        "omniglot",
        "stl-10",
        "stm-simulated-small",
      ])
        assert.ok(names.includes(name), name);
      for (const name of names) {
        const { files, format, licence, citation } = card(name);
        assert.ok(licence.length > 2 && citation.length > 10, name);
        assert.ok((files.length === 0) === (format === "simulated"), name);
        for (const file of files) {
          assert.ok(file.checksumSource.length > 20, name);
          assert.ok(file.url.endsWith(`/${file.name}`), file.url);
        }
      }
    });

    it("say whether the set is in the cache", () => {
      const cached = (): string[] => list().flatMap((its) => (its.cached ? [its.name] : []));
      assert.deepEqual(cached(), []);
      const { files } = card("mnist");
      const folder = path.join(root, "cache", "datasets", "mnist");
      fs.mkdirSync(folder, { recursive: true });
      files.slice(1).forEach(({ name }) => fs.writeFileSync(path.join(folder, name), ""));
      assert.deepEqual(cached(), []);
      fs.writeFileSync(path.join(folder, files[0].name), "");
      assert.deepEqual(cached(), ["mnist"]);
    });

    it("are found by name, and the nearest name is offered", async () => {
      await refuses(() => load("cifar10"), /"cifar10".*Did you mean "cifar-10"/);
      await refuses(() => card("../package"), /one of cifar-10/);
    });

    it("that are wrong are refused with the place", async () => {
      const good = card("mnist");
      const check = (change: object, message: RegExp): Promise<void> =>
        refuses(
          () => parseCard(JSON.stringify({ ...good, ...change }), "x.json", "mnist"),
          message,
        );
      await check({ name: "other" }, /its name is "other"/);
      await check({ extra: 1 }, /x\.json/);
      await check({ files: [{ ...good.files[0], sha256: "abc" }] }, /files\.0\.sha256/);
      await check({ files: [{ ...good.files[0], name: "../../x" }] }, /files\.0\.name/);
      const { name, url, bytes, checksumSource } = good.files[0];
      await check({ files: [{ name, url, bytes, checksumSource }] }, /sha256 or md5/);
      await refuses(() => parseCard("{", "x.json", "mnist"), /x\.json/);
    });
  });

  describe("load", () => {
    it("reads sets in the format of MNIST, whole or one part", async () => {
      const idx = (shape: number[], values: number[]): Uint8Array =>
        gzipSync(
          Buffer.from([0, 0, 8, shape.length, ...shape.flatMap((n) => [0, 0, 0, n]), ...values]),
        );
      const its = publish(
        "idx",
        [
          { name: "ti.gz", bytes: idx([2, 1, 1], [0, 255]), part: "train", holds: "images" },
          { name: "tl.gz", bytes: idx([2], [1, 0]), part: "train", holds: "labels" },
          { name: "ei.gz", bytes: idx([1, 1, 1], [51]), part: "test", holds: "images" },
          { name: "el.gz", bytes: idx([1], [1]), part: "test", holds: "labels" },
        ],
        { classNames: ["a", "b"] },
      );
      const test = await loadCard(its, { part: "test" });
      assert.deepEqual(fs.readdirSync(path.join(root, "cache", "datasets", "own")), [
        "ei.gz",
        "el.gz",
      ]);
      assert.deepEqual(test.ids, ["test/0"]);
      const set = await loadCard(its, {});
      assert.deepEqual(set.ids, ["train/0", "train/1", "test/0"]);
      assert.deepEqual(Array.from(set.labels), [1, 0, 1]);
      assert.deepEqual(set.parts, ["train", "train", "test"]);
      assert.deepEqual(set.pixels.read([1, 2]), Float32Array.of(1, 0.2));
      await refuses(() => loadCard(its, { part: "unlabelled" }), /part unlabelled of own/);
    });

    it("reads class folders in a zip archive for each part", async () => {
      const its = publish("imageZip", [
        {
          name: "a.zip",
          bytes: zipSync({ "w/a/x/1.png": pngOf(1), "w/a/y/1.png": pngOf(2) }),
          part: "train",
        },
        {
          name: "b.zip",
          bytes: zipSync({ "w/b/x/1.png": pngOf(3), "w/b/y/1.png": pngOf(4) }),
          part: "test",
        },
      ]);
      const set = await loadCard(its, {});
      assert.deepEqual(set.classNames, ["x", "y"]);
      assert.deepEqual(set.ids, ["train/x/1", "train/y/1", "test/x/1", "test/y/1"]);
      assert.deepEqual(Array.from(set.labels), [0, 1, 0, 1]);
    });

    it("reads CIFAR-10 and STL-10 from their archives", async () => {
      const batch = new Uint8Array(3073);
      batch[0] = 4;
      const cifar = gzipSync(tar({ "c/data_batch_1.bin": batch, "c/test_batch.bin": batch }));
      const set = await loadCard(publish("cifar10", [{ name: "c.tar.gz", bytes: cifar }]), {});
      assert.deepEqual(set.parts, ["train", "test"]);
      const image = new Uint8Array(27648).fill(51);
      const stl = gzipSync(
        tar({
          "stl10_binary/test_X.bin": image,
          "stl10_binary/test_y.bin": Uint8Array.of(2),
          "stl10_binary/train_X.bin": image,
          "stl10_binary/train_y.bin": Uint8Array.of(1),
          "stl10_binary/unlabeled_X.bin": image,
          "stl10_binary/class_names.txt": Buffer.from("x"),
        }),
      );
      const its = publish("stl10", [{ name: "s.tar.gz", bytes: stl }]);
      for (let round = 0; round < 2; round++) {
        const three = await loadCard(its, {});
        assert.deepEqual(three.parts, ["train", "test", "unlabelled"]);
        assert.deepEqual(Array.from(three.labels), [0, 1, -1]);
        assert.equal(three.pixels.read([2])[5], Math.fround(0.2));
        // Unpacked once: the second time needs the archive no more.
        fs.rmSync(path.join(root, "mirror"), { recursive: true, force: true });
      }
      const files = fs.readdirSync(path.join(root, "cache", "datasets", "own"));
      assert.ok(!files.includes("s.tar.gz") && !files.some((file) => file.endsWith(".part")));
      assert.deepEqual((await loadCard(its, { part: "unlabelled" })).ids, ["unlabelled/0"]);
    });

    it("takes what the archive lacks for damage, not for an empty set", async () => {
      const its = publish("stl10", [
        { name: "s.tar.gz", bytes: gzipSync(tar({ "x/other.bin": new Uint8Array(3) })) },
      ]);
      await refuses(() => loadCard(its, {}), /without any images of STL-10/);
    });

    it("makes a simulated set once and gives the same bytes from the cache", async () => {
      const its = publish("simulated", [], { simulate: small });
      const made = await loadCard(its, {});
      const read = await loadCard(its, {});
      assert.notEqual(read.pixels, made.pixels);
      assert.equal(imagesHash(read), imagesHash(made));
      assert.equal(setSha256(read), setSha256(made));
      assert.deepEqual({ ...read, pixels: 0 }, { ...made, pixels: 0 });
      const tests = await loadCard(its, { part: "test" });
      assert.ok(tests.parts?.every((part) => part === "test"));
      assert.ok(tests.ids.length > 0 && tests.ids.length < made.ids.length);
    });

    it("makes the embedded set, the one that its card stands for", async () => {
      const set = await open({
        named: "stm-simulated-small",
        firstPerClass: { train: 2, test: 1 },
      });
      assert.equal(set.ids.length, 3 * set.classNames.length);
      const whole = await load("stm-simulated-small");
      const { sha256 } = card("stm-simulated-small");
      if (sha256 !== undefined) assert.equal(setSha256(whole), sha256);
      assert.equal(list().find(({ name }) => name === whole.name)?.cached, true);
    }).timeout(120_000);

    it("makes a simulated set anew where the cache is damaged, and refuses another set than the card's", async () => {
      const small = {
        seed: 3,
        trainScans: 1,
        testScans: 1,
        perClass: [1, 1],
        clean: [1, 1],
      } as const;
      const its = publish("simulated", [], { simulate: small });
      const sum = setSha256(await loadCard(its, {}));
      const folder = path.join(root, "cache", "datasets", "own");
      const file = path.join(folder, fs.readdirSync(folder)[0]);
      const bytes = fs.readFileSync(file);
      fs.writeFileSync(file, bytes.subarray(0, 1000));
      assert.equal(setSha256(await loadCard({ ...its, sha256: sum }, {})), sum);
      assert.deepEqual(fs.readFileSync(file), bytes);
      const other = "0".repeat(64);
      await refuses(
        () => loadCard({ ...its, sha256: other }, {}),
        new RegExp(`${sum}.*Expected SHA-256 ${other}`),
      );
    });

    it("checks a real file against the published checksum", async function () {
      const data = dataFolder();
      const zip = path.join(data ?? "", "omniglot", "images_background_small1.zip");
      if (data === undefined || !fs.existsSync(zip)) this.skip();
      const its = publish("imageZip", [
        { name: "small1.zip", bytes: fs.readFileSync(zip), part: "train" },
      ]);
      // TensorFlow Datasets, url_checksums/omniglot.txt
      const sha256 = "f38eb80f801274ac2b4dff5b24289016bfaba4a7d5bb50deebf27104ad6cb8a4";
      const set = await loadCard(
        { ...its, files: [{ ...its.files[0], sha256, bytes: 1319022 }] },
        {},
      );
      assert.equal(set.ids.length, 136 * 20);
    }).timeout(60_000);
  });

  describe("open", () => {
    const arrays = {
      patches: { shape: [4, 1, 1], data: Float32Array.of(1, 2, 3, 4) },
      labels: { shape: [4], data: Int32Array.of(0, 0, 1, 1) },
      group: { shape: [4], data: Int32Array.of(0, 1, 0, 1) },
    };
    const file = (name: string, content: Uint8Array | string): string => {
      const where = path.join(root, name);
      fs.mkdirSync(path.dirname(where), { recursive: true });
      fs.writeFileSync(where, content);
      return where;
    };

    it("opens numpy archives", async () => {
      const npz = file("a.npz", writeNpz(arrays));
      const keys = { images: "patches", labels: "labels", groups: "group", classNames: ["x", "y"] };
      const set = await open({ npz, ...keys });
      assert.deepEqual(set.groups, ["0", "1", "0", "1"]);
      assert.equal(set.name, "a");
      const whole = await open({ npz, ...keys });
      const [group] = whole.groups;
      const only = await open({ npz, ...keys, onlyGroups: [group] });
      assert.deepEqual(new Set(only.groups), new Set([group]));
      assert.equal(only.ids.length, whole.groups.filter((name) => name === group).length);
      await refuses(() => open({ npz, ...keys, onlyGroups: ["nowhere"] }), /"nowhere"/);
      const first = await open({ npz, ...keys, firstPerClass: 1, unit: "pm", nmPerPixel: 0.1 });
      assert.deepEqual(first.ids, ["0-0", "0-2"]);
      assert.equal(first.unit, "pm");
      const own = file("own.npz", writeNpzImages(set));
      assert.equal(imagesHash(await open({ npz: own })), imagesHash(set));
    });

    it("opens folders and zip archives, with a table of labels", async () => {
      const files = { "a/1.png": pngOf(1), "a/2.png": pngOf(2), "b/1.png": pngOf(3) };
      for (const [name, bytes] of Object.entries(files)) file(`images/${name}`, bytes);
      const zip = file("images.zip", zipSync(files));
      const labels = file("labels.csv", "id,label\na/1,c\nb/1,\n");
      for (const source of [{ zip }, { folder: path.join(root, "images") }]) {
        assert.deepEqual((await open(source)).classNames, ["a", "b"]);
        assert.deepEqual((await open({ ...source, firstPerClass: 1 })).ids, ["a/1", "b/1"]);
        assert.deepEqual((await open({ ...source, group: "folder" })).groups, ["a", "a", "b"]);
        assert.deepEqual((await open({ ...source, channels: 3 })).shape, [2, 2, 3]);
        const set = await open({ ...source, labels, classNames: ["c", "a"] });
        assert.deepEqual(Array.from(set.labels), [0, 1, -1]);
      }
    });

    it("refuses no source, two of them, keys of another source, and what is not there", async () => {
      const npz = file("a.npz", writeNpz(arrays));
      await refuses(() => open({}), /without a source.*npz, folder, zip, named/);
      await refuses(() => open({ npz: "x", zip: "y" }), /sources npz and zip/);
      await refuses(() => open({ folder: root, images: "x" }), /key "images" beside "folder"/);
      await refuses(() => open({ npz }), /images: one of patches, labels, group/);
      await refuses(
        () => open({ npz, images: "patches", labels: "label" }),
        /Did you mean "labels"/,
      );
      await refuses(() => open({ folder: path.join(root, "none") }), /no such file or folder/);
      await refuses(() => open({ named: "stm" }), /data set "stm"/);
    });
  });
});
