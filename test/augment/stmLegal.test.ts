import assert from "node:assert/strict";
import * as augment from "../../src/augment";
import { createRng, type Augmentation } from "../../src/core";
import { judged, percent, pointsLost, trainJudge, type Judge } from "./judge";

/*
 * The quick form of `test/bench/views.ts --legal`: a small judge and some 500 images, so that a difference is known to
 * about 3 points only. The bench holds the bound of 2 points with four times as many images.
 */
describe("augment.stm, whether the class can still be told", function () {
  this.timeout(120_000);
  let judge: Judge;
  let plain: Uint8Array;

  before(async () => {
    judge = await trainJudge({
      trainScans: 30,
      testScans: 12,
      steps: 150,
      width: 8,
      batchSize: 64,
    });
    plain = await judged(judge, undefined, createRng(1));
  });
  after(() => judge.classifier.dispose());

  const lost = async (change: Augmentation): Promise<number> =>
    pointsLost(plain, await judged(judge, change, createRng(2))).lost;

  it("a small network learns to tell most simulated images", () => {
    assert.ok(percent(plain) > 70, `${percent(plain)} % right`);
  });

  for (const [name, step] of Object.entries(augment.stm.steps({ strength: 1 }))) {
    it(`${name} costs no more points of accuracy than chance explains`, async () => {
      const points = await lost(step);
      assert.ok(points <= 5, `${points} points lost`);
    });
  }

  for (const [name, make] of Object.entries(augment.stm.destroying)) {
    it(`${name}, which destroys the class, costs many points`, async () => {
      const points = await lost(make());
      assert.ok(points >= 10, `${points} points lost`);
    });
  }
});
