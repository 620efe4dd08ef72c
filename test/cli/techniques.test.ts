import assert from "node:assert/strict";
import { InputError } from "../../src/core";
import { drawnDigits } from "../../src/cli/bench/drawnDigits";
import { benchTechniques } from "../../src/cli/bench/techniques";
import { mainTechniques } from "../../src/cli/bench/techniqueMethods";
import { techniquesText, type TechniqueTable } from "../../src/cli/bench/techniqueTable";

const digits = { sets: ["digits"], labelsPerClass: [4], draws: 1 } as const;

describe("cli/bench/techniques", function () {
  this.timeout(1_200_000);
  let table: TechniqueTable;
  before(async () => ([table] = await benchTechniques({ ...digits, steps: 150, only: mainTechniques }))); // prettier-ignore

  const scoreOf = (technique: string): number => {
    const row = table.rows.find((one) => one.technique === technique);
    assert.ok(row !== undefined, technique);
    return 100 * row.means[0];
  };

  it("measures the main ten and training from scratch, each against what is expected of it", () => {
    assert.deepEqual(
      table.rows.map(({ technique }) => technique).sort(),
      [...mainTechniques, "from scratch, tuned"].sort(),
    );
    const text = techniquesText(table, false);
    assert.match(text, /FixMatch .*(as expected|BELOW): [+-][\d.]+ to from scratch, tuned at 4, expected \+8/); // prettier-ignore
    assert.equal(text.split("\n").length, table.rows.length + 2);
    const red = [...techniquesText(table, true).matchAll(/\u001b\[31m.*BELOW/g)].length;
    assert.equal(red, table.rows.filter(({ expected }) => expected.some((one) => !one.reached)).length); // prettier-ignore
  });

  for (const technique of ["FixMatch", "FlexMatch", "UDA", "MixMatch"]) {
    it(`finds ${technique} ahead of training from scratch of equal length, by default`, () => {
      const [own, alone] = [scoreOf(technique), scoreOf("from scratch, tuned")];
      assert.ok(own > alone, `${own}, from scratch ${alone}`);
    });
  }

  it("refuses a technique that it does not know", async () => {
    await assert.rejects(benchTechniques({ ...digits, steps: 1, only: ["FxMatch"] }), InputError);
  });
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
