import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { InputError } from "../../src/core";
import * as study from "../../src/study";
import { stripesPlan, writeStripes } from "./stripesStudy";

const hostile = "<img src=x onerror=alert(1)>";

/** What a page would fetch. */
function loaded(html: string): string[] {
  const places =
    html.match(/(?:\s(?:xlink:)?href|\ssrc|srcset)="[^"]*|url\([^)]*|@import[^;]*/g) ?? [];
  return places.filter((text) => !/^[^"(]*["(](?:&quot;|['"])?(?:#|data:)/.test(text));
}

describe("study/report", function () {
  this.timeout(300_000);
  let folder = "";
  let out = "";
  const read = (name: string, at = path.join(out, "report")): string =>
    fs.readFileSync(path.join(at, name), "utf8");
  before(async () => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "fewscope-report-"));
    out = path.join(folder, "out");
    writeStripes(path.join(folder, "set.npz"));
    const plain = stripesPlan(folder);
    const [taught, , pixels] = plain.methods;
    const plan = stripesPlan(folder, {
      name: `stripes </title>${hostile}`,
      labelsPerClass: [1, 2, 3],
      draws: 3,
      baseline: "pixels",
      data: { ...plain.data, classNames: [hostile, "b & c", '"d"'] },
      methods: [taught, pixels, { ...pixels, name: `</script>${hostile}` }],
    });
    const { failures } = await study.runPlan(plan, { out });
    assert.deepEqual(failures, []);
  });
  after(() => fs.rmSync(folder, { recursive: true }));

  it("makes one page that loads nothing, with figures as SVG and tables as CSV beside it", async () => {
    const { page, files, methods, result } = await study.report(out);
    const html = read("report.html");
    assert.equal(page, path.join(out, "report", "report.html"));
    assert.deepEqual(loaded(html), []);
    assert.match(html, /default-src 'none'/);
    const names = files.map((file) => path.basename(file));
    for (const name of [
      "accuracy-against-labels.svg",
      "label-savings.svg",
      "differences.svg",
      "map.svg",
      "accuracy-against-minutes.svg",
      "accuracy-against-machine-time.svg",
      "reliability.svg",
      "risk-coverage.svg",
      "learning-curves.svg",
      "summary.csv",
      "recall.csv",
      "quality.csv",
      "methods.txt",
    ])
      assert.ok(names.includes(name), `${name} is missing`);
    const drawn = names.filter((name) => name.endsWith(".svg"));
    assert.equal(
      (html.match(/<svg class="main-svg"[^>]*viewBox/g) ?? []).length >= drawn.length,
      true,
    );
    assert.doesNotMatch(html, /Not drawn/);
    assert.match(html, /Nothing: every trial has its record/);
    assert.match(html, /test images are copies of learnt ones/);
    assert.match(methods, /3 methods on stripes .* \(8 × 8 pixels; 3 classes/);
    assert.match(methods, /1, 2 and 3 labels of each class.*drawn 3 times \(seed 1\)/);
    assert.match(
      methods,
      /SimCLR \(batch size 16, encoder ResNet \(depth 8, .*width 4\), epochs 3/,
    );
    assert.match(
      result,
      /With 1 label a class “pixels” reached \d.*With 3 labels a class “pixels” reached \d/,
    );
  });

  it("takes names for text, whatever they look like", () => {
    const html = read("report.html");
    assert.deepEqual(html.match(/<\/?(?:img|script)/gi), null);
    assert.match(html, /&lt;img src=x onerror=alert\(1\)&gt;/);
    const map = read("map.svg");
    assert.deepEqual([/<img/.test(map), /&#60;img src=x/.test(map)], [false, true]);
  });

  it("tells the numbers of the records", async () => {
    const { results } = await study.redraw(out);
    const of = results.filter((one) => one.method === "pixels" && one.labelsPerClass === 3);
    const mean = of.reduce((sum, one) => sum + one.balancedAccuracy / of.length, 0);
    const line = read("summary.csv").split("\n").find((text) => text.startsWith("pixels,3,3,")) ?? ""; // prettier-ignore
    assert.ok(Math.abs(Number(line.split(",")[3]) - mean) < 1e-12, line);
    const recalls = read("recall.csv").split("\n").filter((text) => text.startsWith("pixels,3,")).map((text) => Number(text.split(",").at(-1))); // prettier-ignore
    // Every class is in the test, so that the mean recall is the balanced accuracy.
    assert.ok(Math.abs(recalls.reduce((sum, one) => sum + one / 3, 0) - mean) < 1e-12);
  });

  it("keeps counts in the records that agree with their scores", () => {
    for (const record of study.openStore(out, { readOnly: true }).keys().slice(0, 5)) {
      const one = JSON.parse(
        read(`${record}.json`, path.join(out, "records")),
      ) as study.TrialRecord;
      const { reliability = [], risks = [], nTest, accuracy } = one;
      assert.equal(reliability.reduce((sum, bin) => sum + bin.count, 0), nTest); // prettier-ignore
      const right = reliability.reduce((sum, bin) => sum + bin.right, 0);
      assert.ok(Math.abs(right / nTest - accuracy) < 1e-12);
      assert.equal(risks.length, 20);
      assert.ok(Math.abs(risks[19] - (1 - accuracy)) < 1e-12);
    }
  });

  it("gives the same bytes again, and other minutes for other experts", async () => {
    const before = fs.readdirSync(path.join(out, "report")).map((name) => read(name));
    const again = path.join(folder, "again");
    await study.report(out, { out: again });
    assert.deepEqual(fs.readdirSync(again).map((name) => read(name, again)), before); // prettier-ignore
    await study.report(out, { out: again, secondsPerLabel: 3, labelsPerClass: 1 });
    assert.match(read("accuracy-against-minutes.svg", again), /to need 3 s for a label/);
    assert.match(read("report.html", again), /With 1 label a class, the test images/);
    await assert.rejects(study.report(out, { secondsPerLabel: 0 }), InputError);
    await assert.rejects(study.report(out, { labelsPerClass: 7 }), /one of 1, 2, 3/);
    await assert.rejects(study.report(out, { target: 90 }), /target 90/);
  });

  it("knows the minutes of trials whose search learnt on another pretraining", async () => {
    const plain = stripesPlan(folder);
    const simclr = { simclr: { epochs: 1, encoder: { resnet: { depth: 8, width: 2 } } } };
    const plan = stripesPlan(folder, {
      labelsPerClass: [1, 2],
      draws: 2,
      pretrainings: 2,
      tuning: { trials: 2, by: "pool", pool: 2, at: [1] },
      methods: [{ name: "SimCLR", pretrain: simclr, classify: plain.methods[2].classify }],
    });
    const tuned = path.join(folder, "tuned");
    assert.deepEqual((await study.runPlan(plan, { out: tuned })).failures, []);
    await study.report(tuned);
    assert.doesNotMatch(read("report.html", path.join(tuned, "report")), /trials are left out/);
  });

  it("reports an unfinished study, damaged records and failures as such", async () => {
    const copy = path.join(folder, "copy");
    fs.cpSync(out, copy, { recursive: true });
    const names = fs.readdirSync(path.join(copy, "records"));
    fs.rmSync(path.join(copy, "records", names[0]));
    fs.writeFileSync(path.join(copy, "records", names[1]), "{}");
    fs.mkdirSync(path.join(copy, "failures"), { recursive: true });
    const mark = { trial: `pixels ${hostile}`, message: "It was too dark.", died: 0 };
    fs.writeFileSync(path.join(copy, "failures", names[0]), JSON.stringify(mark));
    fs.rmSync(path.join(copy, "timings"), { recursive: true });
    fs.rmSync(path.join(copy, "audit.json"));
    const before = fs.readdirSync(path.join(copy, "records"));
    await study.report(copy);
    const html = read("report.html", path.join(copy, "report"));
    assert.match(html, /25 of 27 trials are done, 1 failed\. What follows is preliminary/);
    assert.match(html, /pixels &lt;img.*It was too dark/);
    assert.match(html, /2 trials have no whole record/);
    assert.match(html, /No audit is kept/);
    assert.match(html, /Not drawn: Got no result/);
    assert.deepEqual(fs.readdirSync(path.join(copy, "records")), before);
    await assert.rejects(study.report(folder), InputError);
  });
});
