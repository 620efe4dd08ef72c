import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { InputError, StoppedError } from "../../src/core";
import { writeGsf, readScan, writeNpy } from "../../src/formats";
import { newFiles } from "../../src/cli/newFiles";
import { findScanFiles, forEachFile } from "../../src/cli/scanFiles";
import { temporaryFolder } from "../formats/helpers";
import { gsfFile, nanonisDatFile, sxmFile } from "../formats/instrumentFiles";

describe("the files that commands are given", () => {
  const folder = temporaryFolder();
  let count = 0;
  /** Makes a folder of files, and of links where a value is the path that a link leads to. */
  function make(files: Readonly<Record<string, Uint8Array | string>>): string {
    const root = `set-${++count}`;
    fs.mkdirSync(path.join(folder.path, root));
    for (const [name, content] of Object.entries(files)) {
      if (typeof content !== "string") folder.file(`${root}/${name}`, content);
      else {
        fs.mkdirSync(path.dirname(path.join(folder.path, root, name)), { recursive: true });
        fs.symlinkSync(content, path.join(folder.path, root, name));
      }
    }
    return path.join(folder.path, root);
  }
  const stems = (inputs: readonly string[]): string[] =>
    findScanFiles(inputs).map(({ stem }) => stem);

  it("have results of their own names, whatever folders they come from", () => {
    const root = make({
      "day1/scan.sxm": sxmFile(),
      "day2/scan.sxm": sxmFile(),
      "day2/other.sxm": sxmFile(),
      "a/day1/scan.sxm": sxmFile(),
    });
    const inFolders = ["day1", "day2", "a/day1"].map((name) => path.join(root, name));
    const found = stems(inFolders);
    assert.equal(new Set(found).size, 4);
    assert.ok(found[0].endsWith("/day1/scan") && found[0] !== found[3], found.join());
    assert.deepEqual(found.slice(1, 3), ["other", "day2/scan"]);
    assert.deepEqual(stems([path.join(root, "day1/scan.sxm"), path.join(root, "day2/scan.sxm")]), [
      "day1/scan",
      "day2/scan",
    ]);
    assert.deepEqual(stems([root]), ["a/day1/scan", "day1/scan", "day2/other", "day2/scan"]);
  });

  it("keep their ending where it alone tells them apart, and letters where they do", () => {
    const one = make({ "a.sxm": sxmFile(), "a.gsf": gsfFile(), "a.sxm.gsf": gsfFile() });
    const found = stems([one]);
    assert.equal(new Set(found.map((stem) => stem.toLowerCase())).size, 3, found.join());
    const two = make({ "A.sxm": sxmFile(), "a.sxm": sxmFile() });
    assert.equal(new Set(stems([two]).map((stem) => stem.toLowerCase())).size, 2);
    const three = make({ "\u00e9.sxm": sxmFile(), "e\u0301.sxm": sxmFile() });
    assert.equal(new Set(stems([three]).map((stem) => stem.normalize("NFC"))).size, 2);
  });

  it("come once, however often and through whichever links they are named", () => {
    const root = make({ "real/a.sxm": sxmFile(), "links/a.sxm": "../real/a.sxm", loop: "." });
    assert.deepEqual(stems([path.join(root, "links")]), ["a"]);
    assert.deepEqual(stems([path.join(root, "real"), path.join(root, "links")]), ["a"]);
    assert.deepEqual(stems([root, path.join(root, "real/a.sxm")]), ["links/a"]);
  });

  it("are passed over where they are hidden, and told where a link leads nowhere", () => {
    const root = make({
      "a.sxm": sxmFile(),
      "._a.sxm": sxmFile(),
      ".trash/b.sxm": sxmFile(),
      "__MACOSX/c.sxm": sxmFile(),
      "gone.sxm": "nowhere/gone.sxm",
      "notes.txt": "nowhere.txt",
      "self.sxm": "self.sxm",
    });
    assert.deepEqual(stems([root]), ["a", "gone", "self"]);
  });

  it("of curves are taken by commands that take curves", () => {
    const root = make({
      "a.sxm": sxmFile(),
      "c.dat": nanonisDatFile(),
      "s--1_1.I(V)_mtrx": sxmFile(),
    });
    assert.deepEqual(stems([root]), ["a"]);
    const all = findScanFiles([root], "scans and curves").map(({ stem }) => stem);
    assert.deepEqual(all, ["a", "c", "s--1_1"]);
    assert.throws(() => findScanFiles([make({})]), /without any scan/);
  });

  it("can be stopped inside of one of them, as well as between two", async () => {
    const root = make({ "a.sxm": sxmFile(), "b.sxm": sxmFile() });
    for (const inputs of [[path.join(root, "a.sxm")], [root]]) {
      let steps = 0;
      const work = async (_: unknown, { pause }: { pause: () => Promise<void> }): Promise<void> => {
        for (; steps < 5; steps++) {
          if (steps === 2) process.emit("SIGINT");
          await pause();
        }
      };
      await assert.rejects(() => forEachFile("test", findScanFiles(inputs), work), StoppedError);
      assert.equal(steps, 2);
    }
  });

  it("are never written over unasked", async () => {
    const root = make({
      "a.gsf": gsfFile(),
      "b.npy": writeNpy({ shape: [1], data: Float32Array.of(1) }),
    });
    const content = writeGsf(await readScan(path.join(root, "a.gsf")));
    const files = (overwrite: boolean): ReturnType<typeof newFiles> =>
      newFiles({ folder: root, overwrite, inputs: [path.join(root, "a.gsf")] });
    const refused = (write: () => unknown, message: RegExp): void =>
      assert.throws(write, (error: unknown) => {
        assert.ok(error instanceof InputError);
        assert.match(error.message, message);
        return true;
      });
    refused(() => files(true).write("a.gsf", content), /its copy would overwrite/);
    refused(() => files(false).write("b.npy", content), /is there already.*--overwrite/);
    fs.symlinkSync("a.gsf", path.join(root, "alias.gsf"));
    refused(() => files(true).write("alias.gsf", content), /its copy would overwrite/);
    const made = files(false);
    // The same content again is no harm, and a second file of one name gets another.
    made.write("b.npy", fs.readFileSync(path.join(root, "b.npy")));
    assert.match(made.write("c.gsf", content), /c\.gsf$/);
    assert.match(made.write("C.gsf", "other"), /C \(2\)\.gsf$/);
    assert.equal(made.count, 3);
    files(true).write("b.npy", content);
    assert.deepEqual(new Uint8Array(fs.readFileSync(path.join(root, "b.npy"))), content);
  });
});
