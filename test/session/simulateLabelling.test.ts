import assert from "node:assert/strict";
import { strategies } from "../../src/acquire";
import { createRng } from "../../src/core";
import { reduceRows, simulateLabelling, type LabellingTask } from "../../src/session";

/** Three clouds in five dimensions, of which the last is rare. */
function clouds(): LabellingTask {
  const rng = createRng(4).fork("clouds");
  const labels = Int32Array.from({ length: 240 }, (_, i) => (i % 20 === 0 ? 2 : i % 2));
  const features = Float32Array.from(
    { length: 240 * 5 },
    (_, at) => rng.normal() + (at % 5 === labels[Math.floor(at / 5)] ? 4 : 0),
  );
  return {
    rows: { features, dim: 5, labels, classNames: ["a", "b", "rare"] },
    ids: Array.from(labels, (_, i) => `row ${String(i).padStart(3, "0")}`),
    pool: Array.from({ length: 160 }, (_, i) => i),
    test: Array.from({ length: 80 }, (_, i) => 160 + i),
  };
}

describe("a simulated labelling", () => {
  const task = clouds();
  const budgets = [5, 10, 40];

  it("learns more from more labels, and is the same each time", async () => {
    const run = async (): Promise<unknown> =>
      await simulateLabelling(task, strategies.mixed(), createRng(1), { budgets, batch: 5 });
    const points = await simulateLabelling(task, strategies.mixed(), createRng(1), {
      budgets,
      batch: 5,
    });
    assert.deepEqual(await run(), points);
    assert.deepEqual(
      points.map(({ labels }) => labels),
      budgets,
    );
    assert.ok(points[2].balancedAccuracy > 0.9, String(points[2].balancedAccuracy));
    assert.equal(points[2].classesFound, 3);
  });

  it("begins with the same draw where a strategy has no model yet", async () => {
    const options = { budgets: [10], batch: 10 };
    const reduced = reduceRows(task.rows);
    const [chance, margin] = await Promise.all(
      [strategies.random(), strategies.margin()].map((strategy) =>
        simulateLabelling({ ...task, reduced }, strategy, createRng(2), options),
      ),
    );
    assert.deepEqual(margin, chance);
  });

  it("is helped on by chance where a strategy runs out", async () => {
    const strategy = strategies.typiClustOfficial();
    const few = { ...task, pool: task.pool.slice(0, 12) };
    const points = await simulateLabelling(few, strategy, createRng(3), { budgets: [12] });
    assert.equal(points[0].labels, 12);
  });

  it("refuses budgets that do not rise or are too large", async () => {
    for (const wrong of [[10, 10], [161], []])
      await assert.rejects(
        simulateLabelling(task, strategies.random(), createRng(1), { budgets: wrong }),
        /budget/,
      );
  });
});
