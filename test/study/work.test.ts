import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { openJob, openStore, pretrainings, runPlan } from "../../src/study";
import { withNetwork } from "../../src/study/methods";
import { work } from "../../src/study/work/work";
import { createRng } from "../../src/core";
import { stripes } from "./fixtures";
import { lastingFiles, stripesPlan, writeStripes } from "./stripesStudy";

let folder = "";
const out = (name: string): string => path.join(folder, name);

describe("study/work", function () {
  this.timeout(120_000);
  before(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "fewscope-work-"));
    writeStripes(out("set.npz"));
  });
  after(() => fs.rmSync(folder, { recursive: true }));

  it("gives the same record to a training that was ended between its last step and its record", async () => {
    const plan = { ...stripesPlan(folder), methods: stripesPlan(folder).methods.slice(1, 2) };
    await runPlan(plan, { out: out("whole") });
    const whole = lastingFiles(out("whole"));
    const store = openStore(out("ended"));
    const { job } = await openJob(plan, store);
    // As if each trial had been ended right there: its checkpoint stays, and its record goes.
    await work({ ...job, store: { ...store, removeCheckpoint: () => undefined } });
    store.claims.close();
    const checkpoints = fs.readdirSync(out("ended/checkpoints")).length;
    assert.equal(checkpoints, 4);
    fs.rmSync(out("ended/records"), { recursive: true });
    await runPlan(plan, { out: out("ended") });
    assert.deepEqual(lastingFiles(out("ended")), whole);
    assert.deepEqual(fs.readdirSync(out("ended/checkpoints")), []);
  });

  it("clears away the checkpoint of what has its record", async () => {
    const plan = { ...stripesPlan(folder), methods: stripesPlan(folder).methods.slice(2, 3) };
    await runPlan(plan, { out: out("left") });
    const [record] = fs.readdirSync(out("left/records"));
    fs.mkdirSync(out("left/checkpoints"), { recursive: true });
    for (const name of [record.replace(".json", ""), "f".repeat(64)])
      fs.writeFileSync(out(`left/checkpoints/${name}.safetensors`), "");
    openStore(out("left")).claims.close();
    assert.deepEqual(fs.readdirSync(out("left/checkpoints")), [`${"f".repeat(64)}.safetensors`]);
  });

  it("knows which pretrainings have no weights", async () => {
    const images = stripes({ perClass: 4, size: 16 });
    const names = Object.keys(pretrainings) as (keyof typeof pretrainings)[];
    const without = names.filter((name) => !withNetwork.includes(name));
    assert.ok(without.includes("pixels"));
    for (const name of without) {
      const make = pretrainings[name] as typeof pretrainings.pixels;
      const encoder = await make({})(images, createRng(1));
      assert.equal(encoder.network, undefined, name);
      encoder.dispose();
    }
  });
});
