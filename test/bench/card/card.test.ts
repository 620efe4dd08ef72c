import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { cacheFolder, dawnVersion } from "../../../src/core";
import { projectFolder } from "../../sourceImports";
import { parityLimits, type FirstPass, type Parity } from "../../train/gpuParity";
import { gpuInSoftware, runProgram, toldBy, type Ended } from "../../train/onGpu";
import { makeBundle, makeBundleFolder } from "./bundle";
import { findPeers, peersAt } from "./peers";
import { ran } from "./programs";
import { chosenByName } from "../chosenByName";
import { cardSizes, sizeWords } from "./sizes";
import { cardTable, failures, parityLines } from "./table";
import { isWhole, keep, keyOf, readKept } from "./told";

const program = path.join("bench", "card.ts");
const work = path.join("bench", "card", "work.ts");

/** Fast enough for a GPU in software. */
const small = { ...cardSizes(true)[0], size: 8, batch: 4, steps: 1 };

describe("bench/card", function () {
  this.timeout(300_000);
  let folder = "";
  beforeEach(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "fewscope-card-test-"));
  });
  afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));
  const refused = ({ code, stderr }: Ended, expected: RegExp): void => {
    assert.match(stderr, expected);
    assert.equal(code, 1);
  };

  describe("what it times", () => {
    it("is widths 8, 32 and 64 at batches of 128 to 1024, or those that were named", () => {
      const all = cardSizes(false);
      assert.equal(all.length, 12);
      assert.deepEqual([...new Set(all.map(({ width }) => width))], [8, 32, 64]);
      assert.deepEqual([...new Set(all.map(({ batch }) => batch))], [128, 256, 512, 1024]);
      assert.deepEqual(
        chosenByName(all, ["simclr-8", "simclr-64-512"], { what: "size" }).map(({ name }) => name),
        ["simclr-8-128", "simclr-8-256", "simclr-8-512", "simclr-8-1024", "simclr-64-512"],
      );
      assert.equal(sizeWords(all[0]).join(" "), "--depth 18 --width 8 --size 32 --batch 128 --warm-up 5 --steps 60 --seconds 8"); // prettier-ignore
    });
  });

  describe("the table", () => {
    const [one, other] = cardSizes(false);
    const lines = [
      {
        size: one,
        told: {
          "photo fewscope": { imagesPerSecond: 500 },
          "photo fp32": { imagesPerSecond: 1000 },
          "photo bf16": { imagesPerSecond: 12_500 },
          "fixed fewscope": { imagesPerSecond: 750 },
        },
      },
      {
        size: other,
        told: {
          "photo fewscope": { failure: '"out of memory" from the GPU' },
          "fixed fewscope": { imagesPerSecond: 8.125 },
          "photo fp32": { imagesPerSecond: 2000 },
        },
      },
    ] as const;

    it("says of each size how fast both are and what failed, with why; one that failed leaves the others standing", () => {
      const text = cardTable(lines, ["a note"]).split("\n");
      assert.equal(text[0], "a note");
      assert.match(text[3], /width 8, batch 128, new views +500\.0 +1000 +0\.50x +12500 +0\.040x$/);
      assert.match(text[4], /width 8, batch 128, fixed views +750\.0 +- +-$/);
      assert.match(text[5], /width 8, batch 256, new views +failed +2000 +-$/);
      assert.match(text[6], /width 8, batch 256, fixed views +8\.13 +- +-$/);
      assert.deepEqual(text.slice(7), ['failed: simclr-8-256, new views, fewscope: "out of memory" from the GPU']); // prettier-ignore
      assert.equal(failures(lines).length, 1);
      assert.ok(isWhole(lines[0].told) && !isWhole(lines[1].told));
    });

    it("says whether the GPU is near enough to the processor, which what is no number is not", () => {
      const first: FirstPass = { gpu: "some", loss: 0, gradients: { a: 1e-6, b: 2e-5 } };
      const same: Parity = { ...first, trainings: { simclr: { losses: 1e-6, out: 1e-5 } }, backend: "cpu", tensorsLeft: 0 }; // prettier-ignore
      const near = parityLines({ small: same, first });
      assert.ok(near.within);
      assert.match(near.lines.join("\n"), /the worst of 2 gradients 2\.0e-5\n.*twenty steps of simclr: losses 1\.0e-6, what comes out 1\.0e-5\n/); // prettier-ignore
      const lost = JSON.parse(JSON.stringify({ ...first, loss: NaN })) as FirstPass;
      const far = [
        { small: same, first: { ...first, gradients: { a: 2 * parityLimits.gradient } } },
        { small: same, first: lost },
        { small: { ...same, trainings: { simclr: { losses: 0, out: 0.1 } } }, first },
        { small: { failure: "device lost" }, first },
        { small: same, first: { failure: "device lost" } },
      ];
      for (const told of far) {
        const { lines: all, within } = parityLines(told);
        assert.ok(!within);
        assert.equal(all.filter((line) => line.endsWith("(TOO FAR)")).length, 1);
      }
    });
  });

  it("keeps what is done, for the very same work alone", () => {
    const key = keyOf({ gpu: "some" });
    const told = { "photo fewscope": { imagesPerSecond: 7 } };
    assert.equal(readKept(folder, "simclr-8-128-photo", key), undefined);
    keep(folder, "simclr-8-128-photo", key, told);
    assert.deepEqual(readKept(folder, "simclr-8-128-photo", key), told);
    assert.equal(readKept(folder, "simclr-8-128-photo", keyOf({ gpu: "other" })), undefined);
  });

  it("tells of every program that fails why, and of PyTorch whether it is there and finds a card", async () => {
    const of = (code: string): unknown => ran(process.execPath, ["-e", code]);
    assert.deepEqual(of('console.log("{}\\n[7]")'), { told: [7] });
    assert.deepEqual(of('console.error("a\\nCUDA out of memory\\n    at x.js:1\\n 7: node:main\\n=="); process.exit(1)'), { failure: "CUDA out of memory" }); // prettier-ignore
    assert.deepEqual(of('process.kill(process.pid, "SIGKILL")'), { failure: "ended by SIGKILL" }); // prettier-ignore
    const lost = { got: "a lost device", expected: "b", todo: "c" };
    assert.deepEqual(of(`console.log('${JSON.stringify({ refused: lost })}'); process.exit(1)`), { failure: "a lost device", refused: lost }); // prettier-ignore

    const python = path.join(folder, "python");
    const write = (script: string): void => fs.writeFileSync(python, `#!/bin/sh\n[ "$1" = --version ] || ${script}\n`, { mode: 0o755 }); // prettier-ignore
    write(`{ echo "No module named 'torch'" >&2; exit 1; }`);
    assert.match((await findPeers(python, false)).note, /^Without PyTorch: python has none \(No module named 'torch'\)/); // prettier-ignore
    const facts = { torch: "2.9.1", python: "3.11", cuda: null, cudnn: null, there: false, gpu: null }; // prettier-ignore
    write(`echo '${JSON.stringify(facts)}'`);
    const none = await findPeers(python, false);
    assert.match(none.note, /^Without PyTorch: it finds no card \(PyTorch 2\.9\.1/);
    assert.deepEqual(peersAt(none, small), {});
    assert.equal((await findPeers(python, true)).device, "cpu");
    write(`echo '${JSON.stringify({ ...facts, there: true, gpu: "some" })}'`);
    const there = await findPeers(python, false);
    assert.match(there.note, /PyTorch on some: .* TF32 off/);
    write(`{ echo "CUDA error" >&2; exit 1; }`);
    const failure = "CUDA error";
    assert.deepEqual(peersAt(there, small), { "photo fp32": { failure }, "photo bf16": { failure }, "fixed fp32": { failure }, "fixed bf16": { failure } }); // prettier-ignore
  });

  it("refuses what is no size, no option or no archive", () => {
    const run = (...words: string[]): Ended => runProgram(program, words, { FEWSCOPE_CACHE: folder }); // prettier-ignore
    refused(
      run("--only", "simclr-8-12"),
      /Got --only simclr-8-12\. Expected a size: .* Did you mean "simclr-/,
    );
    refused(run("--fast"), /Got Unknown option '--fast'.* Expected --quick, --only/);
    refused(run("--bundle", "x.tar.xz", "--quick"), /Got --bundle with --quick, --only or --python/); // prettier-ignore
    refused(run("--bundle", path.join(folder, "x.zip")), /Expected a name that ends in \.tar\.xz/);
    if (process.platform === "linux" && process.arch === "x64")
      refused(run("--bundle", path.join(folder, "x.tar.xz")), /Got --bundle in a fewscope without WebGPU/); // prettier-ignore
    refused(run("--quick", "--out", folder), /in a fewscope without WebGPU\. .* Run `npx fewscope doctor --fix --webgpu` once/); // prettier-ignore
  });

  describe("on a GPU in software", () => {
    const env = gpuInSoftware();

    it("refuses a machine where no GPU is found, or only this one, and a Python that is none", function () {
      if (env === undefined) return this.skip();
      const none = { ...env, VK_ICD_FILENAMES: "/none.json", VK_DRIVER_FILES: "/none.json" };
      refused(runProgram(program, ["--quick", "--out", folder], none), /WebGPU finds no GPU/);
      refused(runProgram(program, ["--out", folder], env), /SwiftShader.* in software\. .*--quick shows that all runs/); // prettier-ignore
      const words = ["--quick", "--out", folder, "--python", path.join(folder, "python")];
      refused(runProgram(program, words, env), /Expected a Python that runs/);
    });

    it("finds the first pass of the timed network near the processor's, and times SimCLR", function () {
      if (env === undefined) return this.skip();
      const first = toldBy<FirstPass>(runProgram(work, ["first", ...sizeWords(small)], env));
      assert.match(first.gpu, /SwiftShader/);
      assert.ok(first.loss < parityLimits.loss, `loss: ${first.loss}`);
      const gradients = Object.values(first.gradients);
      assert.ok(gradients.length > 20 && gradients.every((off) => off < parityLimits.gradient));
      assert.ok(
        gradients.some((off) => off > 0),
        "it was computed twice by the same device",
      );
      const words = ["simclr", ...sizeWords(small), "--views", "photo"];
      const told = toldBy<{ imagesPerSecond: number; steps: number }>(runProgram(work, words, env));
      assert.ok(told.imagesPerSecond > 0);
      assert.equal(told.steps, 1);
    });

    it("packs what runs without native TensorFlow and names nothing of this machine", async function () {
      if (env === undefined || process.platform !== "linux" || process.arch !== "x64") return this.skip(); // prettier-ignore
      await makeBundleFolder(folder, "abc");
      const node = path.join(folder, "bin", "node");
      const words = [path.join(folder, "work.js"), "first", ...sizeWords(small)];
      const cache = path.join(folder, "cache");
      const { status, stdout, stderr } = spawnSync(node, words, { cwd: folder, encoding: "utf8", env: { ...env, PATH: "/none", FEWSCOPE_CACHE: cache } }); // prettier-ignore
      const first = toldBy<FirstPass>({ code: status, stdout, stderr });
      assert.ok(first.loss < parityLimits.loss, `loss: ${first.loss}`);
      const shell = spawnSync("sh", [path.join(folder, "card.sh"), "--bundle", "x.tar.xz"], { encoding: "utf8", env: { PATH: "/usr/bin:/bin" } }); // prettier-ignore
      refused({ code: shell.status, ...shell }, /Got --bundle in a bundle/);
      const names = fs.readdirSync(folder, { recursive: true, encoding: "utf8" });
      assert.ok(
        names.includes("work.js") &&
          !names.some((name) => /tfjs_binding|libtensorflow|\.map$/.test(name)),
      );
      const texts = names.filter((name) => /\.(?:js|json|py|sh)$/.test(name));
      for (const name of texts)
        assert.ok(!fs.readFileSync(path.join(folder, name), "utf8").includes(projectFolder), name);
    });
  });

  it("makes no archive that is larger than it may be", async function () {
    const there = fs.existsSync(path.join(cacheFolder(), `webgpu-${dawnVersion}`));
    if (!there || process.platform !== "linux" || process.arch !== "x64") return this.skip();
    const file = path.join(folder, "x.tar.xz");
    await assert.rejects(makeBundle(file, "abc", { limit: 2 ** 20, effort: 0 }), /Got an archive of \d+\.\d MiB\. Expected at most 1 MiB/); // prettier-ignore
    assert.deepEqual(fs.readdirSync(folder), []);
  });
});
