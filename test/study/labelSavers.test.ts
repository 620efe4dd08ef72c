import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { InputError, type Settings } from "../../src/core";
import { writeNpz } from "../../src/formats";
import { parsePlan, readPlan, runPlan, type Plan } from "../../src/study";
import { stripes } from "./fixtures";

const encoder = { resnet: { depth: 8, width: 2 } };
const none = { none: { encoder } };
const steps = { steps: 2, batchSize: 6, unlabelledRatio: 1 };
let folder = "";

const right: readonly object[] = [
  { piModel: { ...steps, weight: 5, ramp: 0.2 } },
  { pseudoLabel: { ...steps, threshold: 0.9 } },
  { meanTeacher: { ...steps, momentum: 0.9, weak: { flip: {} } } },
  { mixMatch: { ...steps, alpha: 0.5, temperature: 0.4 } },
  { uda: { ...steps, annealing: "linear", temperature: 0.5, threshold: 0.6 } },
  { fixMatch: { ...steps, threshold: 0.5, strong: [{ flip: {} }, { noise: {} }] } },
  { flexMatch: { ...steps, threshold: 0.8 } },
  { supCon: { epochs: 1, minSteps: 2, outputDim: 4, views: { flip: {} } } },
  { fineTune: { epochs: 1, minSteps: 2, layerDecay: 0.5, layerRates: { stem: 0, head: 2 } } },
  { labelPropagation: { gamma: 5 } },
  { labelSpreading: { alpha: 0.5, normalise: false } },
  { selfTraining: { threshold: 0.6, rounds: 3 } },
  { linearSvm: { c: 0.1 } },
  { baseline: { epochs: 2 } },
  { baselinePlusPlus: { epochs: 2, scale: 10 } },
  { laplacianShot: { lambda: 0.5, neighbours: 2, transform: "L2N" } },
];

function write(file: string, set = stripes({ perClass: 16, size: 8 })): string {
  const n = set.ids.length;
  const [height, width] = set.shape;
  const data = set.pixels.read(set.labels.map((_, i) => i));
  const arrays = {
    images: { shape: [n, height, width, 1], data },
    labels: { shape: [n], data: Int32Array.from(set.labels) },
    groups: { shape: [n], data: Int32Array.from(set.groups, (_, i) => Math.floor(i / 4)) },
  };
  const place = path.join(folder, file);
  fs.writeFileSync(place, writeNpz(arrays));
  return place;
}

const source = (npz: string): object => ({
  npz,
  images: "images",
  labels: "labels",
  groups: "groups",
  classNames: ["class 0", "class 1", "class 2"],
});

function plan(methods: readonly object[], npz = "set.npz"): Plan {
  return parsePlan({
    name: "stripes",
    data: source(path.join(folder, npz)),
    split: { test: 0.25 },
    labelsPerClass: [2],
    draws: 1,
    seed: 1,
    methods,
  });
}

const method = (pretrain: object, classify: object): object => ({
  name: `${JSON.stringify(pretrain)} ${JSON.stringify(classify)}`,
  pretrain,
  classify,
});

describe("study: techniques that save labels, in plans", () => {
  beforeEach(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "fewscope-savers-"));
    write("set.npz");
  });
  afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

  it("runs each, and records which share of the pool a method took", async () => {
    const methods = right.map((classify) => method(none, classify));
    methods.push(method({ hog: { cell: 4, orientations: 6 } }, { linearSvm: {} }));
    const out = path.join(folder, "out");
    const { results, failures } = await runPlan(plan(methods), { out });
    assert.deepEqual(failures, []);
    assert.equal(results.length, methods.length);
    const kept = fs.readdirSync(path.join(out, "losses"));
    assert.equal(kept.filter((name) => name.endsWith("-accepted.json")).length, 5);
  });

  it("tells of a training that diverged, and goes on with the other trials", async () => {
    const wild = { ...steps, steps: 12, learningRate: 1e30 };
    const methods = [method(none, { meanTeacher: wild }), method(none, { linearSvm: {} })];
    const { failures, results } = await runPlan(plan(methods), { out: path.join(folder, "out") });
    assert.equal(results.length, 1);
    assert.match(failures[0].error.message, /Mean Teacher, with learning rate/);
  });

  it("refuses wrong options with the nearest right one", () => {
    const refuses = (classify: object, message: RegExp): void => {
      assert.throws(() => plan([method(none, classify)]), message);
    };
    refuses({ fixMatch: { treshold: 0.9 } }, /Did you mean "threshold"/);
    refuses({ fixmatch: {} }, /Did you mean "fixMatch"/);
    refuses({ meanTeacher: { strong: "grey" } }, /meanTeacher\.strong, which is no option/);
    refuses({ uda: { annealing: "late" } }, /annealing/);
    refuses({ fineTune: { layerDecay: 0 } }, /layerDecay 0/);
    refuses({ linearSvm: { c: -1 } }, /linearSvm\.c -1/);
  });

  it("says which layers there are where a plan names another", async () => {
    const wrong = { fineTune: { minSteps: 1, epochs: 1, layerRates: { stage9: 0 } } };
    const { failures } = await runPlan(plan([method(none, wrong)]), {
      out: path.join(folder, "out"),
    });
    assert.match(failures[0].error.message, /stage9/);
    assert.match(failures[0].error.message, /stem, stage1/);
  });

  it("pretrains on the labels of another set", async () => {
    write("other.npz", stripes({ perClass: 8, size: 12 }));
    const file = path.join(folder, "plan.json");
    const supervised = { source: source("other.npz"), encoder, epochs: 1, batchSize: 12 };
    const episodic = { source: source("other.npz"), encoder, episodes: 2, ways: 2 };
    const methods = [
      method({ supervised }, { prototypes: {} }),
      method({ prototypical: episodic }, { simpleShot: {} }),
      method({ matching: { ...episodic, fullContext: true } }, { matching: { fullContext: true } }),
      method({ relation: { ...episodic, turnsAsClasses: true } }, { relation: {} }),
    ].map((one, i) => ({ ...one, name: `method ${i}` }));
    fs.writeFileSync(file, JSON.stringify(plan(methods)));
    const out = path.join(folder, "out");
    const first = await runPlan(readPlan(file), { out });
    assert.deepEqual(first.failures, []);
    assert.equal(first.results.length, 4);
    // Encoders that are read again bring along what they compare with.
    fs.rmSync(path.join(out, "records"), { recursive: true });
    const again = await runPlan(readPlan(file), { out });
    assert.deepEqual(again.results, first.results);
  });

  it("does not let a study's own labels in through the source", async () => {
    const own = { source: source(path.join(folder, "set.npz")), encoder, epochs: 1 };
    for (const name of ["supervised", "prototypical", "matching", "relation"]) {
      const { epochs, ...episodic } = own;
      const options = name === "supervised" ? own : { ...episodic, episodes: epochs };
      assert.throws(
        () => plan([method({ [name]: options }, { prototypes: {} })]),
        /study's own images/,
      );
    }
    write("copy.npz");
    const copied = { ...own, source: source(path.join(folder, "copy.npz")) };
    const done = runPlan(plan([method({ supervised: copied }, { prototypes: {} })]), {
      out: path.join(folder, "out"),
    });
    await assert.rejects(done, /study's own images/);
  });

  it("knows a source by its content, not by its place", async () => {
    const named = async (file: string): Promise<unknown> => {
      const supervised = { source: source(file), encoder, epochs: 1 };
      const out = fs.mkdtempSync(path.join(folder, "named-"));
      const { results } = await runPlan(plan([method({ supervised }, { prototypes: {} })]), {
        out,
      });
      return (results[0].pretrain as Settings)["source"];
    };
    const set = (perClass: number): ReturnType<typeof stripes> => stripes({ perClass, size: 12 });
    const first = await named(write("a.npz", set(8)));
    assert.deepEqual(await named(write("b.npz", set(8))), first);
    assert.notDeepEqual(await named(write("c.npz", set(9))), first);
    await assert.rejects(named(path.join(folder, "nowhere.npz")), InputError);
  });
});
