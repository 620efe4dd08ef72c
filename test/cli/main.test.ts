import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { pathToFileURL } from "node:url";
import { writeNpz } from "../../src/formats";

const main = path.join(__dirname, "..", "..", "src", "cli", "main.ts");
/** Found from any folder, unlike a package name. */
const typescript = pathToFileURL(
  path.join(path.dirname(require.resolve("tsx/package.json")), "dist", "loader.mjs"),
).href;
let folder = "";

/** Runs the command line in the test's folder. */
function fewscope(...words: string[]): { status: number | null; out: string; err: string } {
  const run = spawnSync(process.execPath, ["--import", typescript, main, ...words], {
    cwd: folder,
    encoding: "utf8",
    env: { ...process.env, NODE_OPTIONS: "" },
  });
  return { status: run.status, out: run.stdout, err: run.stderr };
}

/** A user's mistake gives one sentence that names it, exit code 1, and no stack. */
function refuses(words: readonly string[], sentence: RegExp): void {
  const { status, err } = fewscope(...words);
  assert.equal(status, 1, err);
  assert.match(err, sentence);
  assert.doesNotMatch(err, /\n\s+at /);
}

const plan = {
  name: "two classes",
  data: { npz: "set.npz", images: "images", labels: "labels" },
  split: { test: 0.5 },
  labelsPerClass: [1, 2],
  draws: 2,
  seed: 1,
  methods: [{ name: "pixels", pretrain: { pixels: {} }, classify: { prototypes: {} } }],
};

function writePlan(name: string, changes: object): string {
  fs.writeFileSync(path.join(folder, name), JSON.stringify({ ...plan, ...changes }));
  return name;
}

describe("cli", function () {
  this.timeout(600_000);
  before(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "fewscope-cli-"));
    const labels = Int32Array.from({ length: 24 }, (_, i) => i % 2);
    const images = Float32Array.from(
      { length: 24 * 16 },
      (_, at) => labels[Math.floor(at / 16)] + at / 1e4,
    );
    const arrays = {
      images: { shape: [24, 4, 4, 1], data: images },
      labels: { shape: [24], data: labels },
    };
    fs.writeFileSync(path.join(folder, "set.npz"), writeNpz(arrays));
    fs.writeFileSync(path.join(folder, "cut.npz"), writeNpz(arrays).subarray(0, 200));
  });
  after(() => fs.rmSync(folder, { recursive: true }));

  it("runs a plan, prints its table, and draws it again from its records", () => {
    const first = fewscope("study", writePlan("plan.json", {}), "--out", "out");
    assert.equal(first.status, 0, first.err);
    assert.match(first.out, /labels a class +1 +2\n/);
    assert.match(first.out, /pixels +100\.0/);
    assert.match(first.out, /4 trials, 0 of them found done/);
    const again = fewscope("study", "plan.json", "--out", "out");
    assert.match(again.out, /4 trials, 4 of them found done/);
    fs.rmSync(path.join(folder, "out", "label-efficiency.svg"));
    assert.equal(fewscope("figure", "out").status, 0);
    assert.ok(fs.existsSync(path.join(folder, "out", "label-efficiency.svg")));
  });

  it("plans labels from a study's folder, and says what is missing for that", () => {
    const longer = writePlan("longer.json", { labelsPerClass: [1, 2, 3, 4], draws: 3 });
    assert.equal(fewscope("study", longer, "--out", "longer").status, 0);
    const { status, out, err } = fewscope("study", "plan-labels", "longer", "--target", "0.9");
    assert.equal(status, 0, err);
    assert.match(
      out,
      /Labels a class for 90\.0 % balanced accuracy.*\n +pixels +1 .*reached already/,
    );
    for (const format of ["html", "svg", "png", "json"])
      assert.ok(fs.existsSync(path.join(folder, "longer", `label-plan.${format}`)));
    refuses(
      ["study", "plan-labels", "out", "--target", "0.9"],
      /2 budgets \(1, 2\) with 2 draws.*at least 4/,
    );
    refuses(["study", "plan-labels", "longer", "--target", "90"], /target 90.*Write 0\.9/);
    refuses(["study", "plan-labels", "longer", "--target", "1", "--metric", "f1"], /macroF1/);
    refuses(["study", "plan-labels", "longer"], /--target/);
  });

  it("makes the report of a study's folder, and prints what is ready to paste", () => {
    const { status, out, err } = fewscope("study", "report", "out", "--seconds-per-label", "4");
    assert.equal(status, 0, err);
    assert.match(out, /We compared .* on .*labels of each class/);
    assert.match(out, /Page: .*report\.html/);
    const page = fs.readFileSync(path.join(folder, "out", "report", "report.html"), "utf8");
    assert.match(page, /to need 4 s for a label/);
    refuses(["study", "report", "nowhere"], /nowhere/);
    refuses(["study", "report", "out", "--seconds-per-label", "-1"], /secondsPerLabel -1/);
  });

  it("names a wrong command, option or key with the nearest right one", () => {
    refuses(["stdy"], /^unknown command 'stdy'\. Did you mean "study"\?\n$/);
    refuses(
      ["study", "plan.json", "--uot", "o"],
      /^unknown option '--uot'\. Did you mean "--out"\?\n$/,
    );
    refuses(["study", "plan.json"], /--out/);
    refuses(["study", writePlan("key.json", { drawz: 2 }), "--out", "o"], /Did you mean "draws"/);
  });

  it("says what is wrong with its input", () => {
    refuses(["study", "none.json", "--out", "o"], /none\.json.*no such file/);
    refuses(["figure", "nowhere"], /nowhere/);
    const gone = writePlan("gone.json", { data: { ...plan.data, npz: "gone.npz" } });
    refuses(["study", gone, "--out", "o"], /gone\.npz/);
    const cut = writePlan("cut.json", { data: { ...plan.data, npz: "cut.npz" } });
    refuses(["study", cut, "--out", "o"], /cut\.npz/);
    const many = writePlan("many.json", { labelsPerClass: [20] });
    refuses(["study", many, "--out", "o"], /class "\w+" with \d+ images.*budget of 20/);
    fs.writeFileSync(path.join(folder, "file"), "");
    refuses(["study", writePlan("plan.json", {}), "--out", "file/out"], /cannot be written/);
    refuses(["datasets", "minst"], /Did you mean "mnist"/);
  });
});
