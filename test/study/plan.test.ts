import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { InputError } from "../../src/core";
import { parsePlan, readPlan } from "../../src/study";

const plan = {
  name: "stm-real",
  data: {
    npz: "patches.npz",
    images: "patches",
    labels: "labels",
    groups: "group",
    classNames: ["background", "bright", "dark"],
  },
  split: { testGroups: ["2"] },
  labelsPerClass: [1, 2, 5, 10],
  draws: 5,
  seed: 1,
  threads: 2,
  methods: [
    {
      name: "from scratch",
      pretrain: { none: {} },
      classify: { fineTune: { epochs: 60 } },
    },
    {
      name: "SimCLR + logistic",
      pretrain: { simclr: { epochs: 100, encoder: { resnet: { depth: 10, width: 8 } } } },
      classify: { logisticRegression: {} },
    },
  ],
};

const refuses = (json: unknown, message: RegExp): void => {
  assert.throws(
    () => parsePlan(json),
    (error) => {
      assert.ok(error instanceof InputError);
      assert.match(error.message, message);
      return true;
    },
  );
};

describe("study/plan", () => {
  it("reads the plan of the README", () => {
    assert.deepEqual(parsePlan(plan), plan);
  });

  it("names the nearest right key for a wrong one, at every depth", () => {
    refuses({ ...plan, labelPerClass: [1] }, /"labelPerClass".*Did you mean "labelsPerClass"/);
    refuses({ ...plan, split: { testGroup: ["2"] } }, /Did you mean "testGroups"/);
    const [scratch, simclr] = plan.methods;
    const misspelt = { ...simclr, pretrain: { simcrl: {} } };
    refuses({ ...plan, methods: [scratch, misspelt] }, /methods\[1\]\.pretrain.*"simclr"/);
    const option = { ...simclr, pretrain: { simclr: { epoch: 3 } } };
    refuses(
      { ...plan, methods: [option] },
      /methods\[0\]\.pretrain\.simclr\.epoch, which.*Did you mean "epochs"/,
    );
  });

  it("knows each self-supervised method's own options", () => {
    const withPretrain = (pretrain: object): unknown => ({
      ...plan,
      methods: [{ name: "one", pretrain, classify: { prototypes: {} } }],
    });
    const right = [
      { moco: { queueSize: 100, momentum: 0.9, symmetric: false, groups: 2, views: "grey" } },
      { byol: { momentum: 0.99, hiddenDim: 64, outputDim: 32 } },
      { simSiam: { bottleneck: 16, outputDim: 64 } },
      { barlowTwins: { lambda: 0.005, outputDim: 64 } },
      { vicreg: { invariance: 10, variance: 10, covariance: 0.5 } },
      { dino: { prototypes: 64, teacherTemperature: 0.05, centreMomentum: 0.95 } },
      { rotation: { epochs: 2 } },
      { from: { file: "encoder.safetensors", statistics: "file" } },
      { denoisingAutoencoder: { noise: 0.1, mask: 0.25, patch: 2 } },
    ];
    for (const pretrain of right) parsePlan(withPretrain(pretrain));
    refuses(withPretrain({ barlowTwin: {} }), /"barlowTwin".*Did you mean "barlowTwins"/);
    refuses(withPretrain({ byol: { momentm: 0.9 } }), /momentm, which.*Did you mean "momentum"/);
    refuses(withPretrain({ byol: { momentum: 2 } }), /pretrain\.byol\.momentum 2/);
    refuses(withPretrain({ moco: { queueSize: 0 } }), /pretrain\.moco\.queueSize 0/);
  });

  it("says what is wrong with a value", () => {
    refuses({ ...plan, draws: 0 }, /draws 0/);
    refuses({ ...plan, labelsPerClass: [] }, /labelsPerClass/);
    refuses({ ...plan, labelsPerClass: [1.5] }, /labelsPerClass\[0\] 1.5/);
    refuses({ ...plan, seed: "one" }, /seed "one"/);
    refuses({ ...plan, methods: undefined }, /no methods/);
    refuses(
      { ...plan, data: { npz: "a.npz", zip: "b.zip" } },
      /exactly one of npz, folder, zip, named/,
    );
    refuses({ ...plan, split: { test: 0.3, testGroups: ["2"] } }, /exactly one of/);
    refuses(3, /plan 3/);
    refuses({ ...plan, methods: [plan.methods[0], plan.methods[0]] }, /two methods named/);
  });

  it("tells the place of a wrong value, however deep, before the study begins", () => {
    const [scratch, simclr] = plan.methods;
    const wrong = (pretrain: object): unknown => ({
      ...plan,
      methods: [scratch, { ...simclr, pretrain }],
    });
    const depth = { simclr: { encoder: { resnet: { depth: 7 } } } };
    refuses(
      wrong(depth),
      /^Got methods\[1\]\.pretrain\.simclr\.encoder\.resnet\.depth 7\. Expected one of 8,/,
    );
    const views = { simclr: { views: [{ noise: {} }, { flip: { horizontal: 2 } }] } };
    refuses(wrong(views), /^Got methods\[1\]\.pretrain\.simclr\.views\[1\]\.flip\.horizontal 2\./);
    refuses(wrong({ simclr: { epochs: "3" } }), /simclr\.epochs "3"/);
    refuses(wrong({ supervised: {} }), /^Got no methods\[1\]\.pretrain\.supervised\.source/);
    const source = { npz: "a.npz", imagez: "x" };
    refuses(
      wrong({ supervised: { source } }),
      /methods\[1\]\.pretrain\.supervised\.source.*"images"/,
    );
    refuses(
      wrong({ supervised: { source: { named: "mnist" }, epochs: 0 } }),
      /supervised\.epochs 0/,
    );
    refuses(wrong({ simclr: {}, byol: {} }), /simclr and byol together in methods\[1\]\.pretrain/);
    parsePlan(wrong({ none: { encoder: { conv4: { width: 8, pool: "average" } } } }));
  });

  it("gives defaults to every method that takes them and says nothing else", () => {
    const method = (name: string, pretrain: object, classify: object): object => ({
      name,
      pretrain,
      classify,
    });
    const encoder = { resnet: { depth: 8, width: 4 } };
    const given = {
      ...plan,
      defaults: { encoder, views: "grey", pretrain: { epochs: 3 }, classify: { epochs: 9 } },
      methods: [
        method("a", { simclr: {} }, { fineTune: { views: "mild" } }),
        method("b", { simclr: { epochs: 5 } }, { logisticRegression: {} }),
        method("c", { pixels: {} }, { supCon: {} }),
      ],
    };
    const written = {
      ...plan,
      methods: [
        method("a", { simclr: { encoder, views: "grey", epochs: 3 } }, { fineTune: { views: "mild", epochs: 9 } }), // prettier-ignore
        method("b", { simclr: { encoder, views: "grey", epochs: 5 } }, { logisticRegression: {} }),
        method("c", { pixels: {} }, { supCon: { views: "grey", epochs: 9 } }),
      ],
    };
    assert.deepEqual(parsePlan(given), parsePlan(written));
    refuses(
      { ...given, defaults: { encodr: encoder } },
      /"encodr" in defaults.*Did you mean "encoder"/,
    );
    refuses(
      { ...given, defaults: { pretrain: { minSteps: 3 } } },
      /"minSteps" in defaults\.pretrain, which no method/,
    );
    refuses(
      { ...given, defaults: { encoder: { resnet: { depth: 7 } } } },
      /methods\[0\]\.pretrain\.simclr\.encoder\.resnet\.depth 7/,
    );
    refuses({ ...given, defaults: { pretrain: 3 } }, /defaults\.pretrain 3/);
  });

  it("makes paths absolute, from the plan's folder or from FEWSCOPE_DATA", () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "fewscope-plan-"));
    const before = process.env["FEWSCOPE_DATA"];
    try {
      const file = path.join(folder, "plan.json");
      fs.writeFileSync(file, JSON.stringify(plan));
      assert.equal(readPlan(file).data.npz, path.join(folder, "patches.npz"));
      assert.equal(readPlan(file).data.labels, "labels");
      const data = { ...plan.data, npz: "$FEWSCOPE_DATA/stm/patches.npz" };
      fs.writeFileSync(file, JSON.stringify({ ...plan, data }));
      process.env["FEWSCOPE_DATA"] = "/data";
      assert.equal(readPlan(file).data.npz, path.join("/data", "stm", "patches.npz"));
      delete process.env["FEWSCOPE_DATA"];
      assert.throws(() => readPlan(file), /FEWSCOPE_DATA/);
      fs.writeFileSync(file, "{");
      assert.throws(() => readPlan(file), /no JSON/);
      assert.throws(() => readPlan(path.join(folder, "none.json")), /no such file/);
    } finally {
      if (before !== undefined) process.env["FEWSCOPE_DATA"] = before;
      fs.rmSync(folder, { recursive: true });
    }
  });
});
