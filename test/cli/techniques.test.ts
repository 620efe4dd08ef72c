import assert from "node:assert/strict";
import { InputError } from "../../src/core";
import { study } from "../../src";
import { drawnDigits } from "../../src/cli/bench/drawnDigits";
import { benchTechniques } from "../../src/cli/bench/techniques";
import { mainTechniques, techniqueMethods } from "../../src/cli/bench/techniqueMethods";
import { techniquesText } from "../../src/cli/bench/techniqueTable";

const digits = { sets: ["digits"], labelsPerClass: [4], draws: 1 } as const;

describe("cli/bench/techniques", function () {
  this.timeout(1_200_000);

  it("measures the main ten and training from scratch, each against what is expected of it", async () => {
    const [table] = await benchTechniques({ ...digits, steps: 3, only: mainTechniques });
    assert.deepEqual(
      table.rows.map(({ technique }) => technique).sort(),
      [...mainTechniques, "from scratch, tuned"].sort(),
    );
    const text = techniquesText(table, false);
    assert.match(text, /FixMatch .*(as expected|BELOW): [+-][\d.]+ to from scratch, tuned at 4, expected \+8/); // prettier-ignore
    assert.equal(text.split("\n").length, table.rows.length + 2);
    const red = [...techniquesText(table, true).matchAll(/\u001b\[31m.*BELOW/g)].length;
    assert.equal(red, table.rows.filter(({ expected }) => expected.some((one) => !one.reached)).length); // prettier-ignore
    // After so few steps nothing is ahead by eight points.
    assert.ok(red > 0);
  });

  it("refuses a technique that it does not know", async () => {
    await assert.rejects(benchTechniques({ ...digits, steps: 1, only: ["FxMatch"] }), InputError);
  });
});

describe("cli/bench/techniqueMethods", function () {
  this.timeout(1_200_000);
  const images = drawnDigits({ train: 60, test: 20 });
  // The step size that the benchmark picks for training from scratch on digits.
  const methods = techniqueMethods(images, 150, 0.01, 24);

  /** Balanced accuracy of a technique with 4 labels a class, in %. */
  const scoreOf = async (technique: string): Promise<number> => {
    const chosen = methods.filter(({ name }) => name === technique);
    const [record] = await study.run({ images, labelsPerClass: [4], draws: 1, methods: chosen });
    return 100 * record.balancedAccuracy;
  };
  let alone = NaN;
  before(async () => (alone = await scoreOf("from scratch, tuned")));

  for (const technique of ["FixMatch", "MixMatch"]) {
    it(`has ${technique} ahead of training from scratch of equal length, by default`, async () => {
      const own = await scoreOf(technique);
      assert.ok(own > alone + 3, `${own}, from scratch ${alone}`);
    });
  }
});

describe("cli/bench/drawnDigits", () => {
  it("draws the same digits again, as many of each, with ink on an empty ground", () => {
    const [set, again] = [drawnDigits({ train: 4, test: 2 }), drawnDigits({ train: 4, test: 2 })];
    const all = Int32Array.from(set.ids.keys());
    const values = set.pixels.read(all);
    assert.deepEqual(again.pixels.read(all), values);
    assert.deepEqual([set.ids.length, set.keepsClass], [60, []]);
    assert.ok(values.every((value) => value >= 0 && value <= 1));
    for (let i = 0; i < 60; i++) {
      const image = values.subarray(144 * i, 144 * (i + 1));
      const ink = image.filter((value) => value > 0.5).length;
      assert.ok(ink >= 5 && ink < 72, `${set.labels[i]}: ${ink}`);
    }
  });
});
