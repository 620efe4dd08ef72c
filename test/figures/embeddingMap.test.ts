import assert from "node:assert/strict";
import { createRng, InputError, type Figure } from "../../src/core";
import { embeddingMap, type EmbeddingMapOptions } from "../../src/figures";

interface Points {
  readonly name: string;
  readonly x: readonly number[];
  readonly y: readonly number[];
  readonly text: readonly string[];
}

const pointsOf = (figure: Figure): Points[] => figure.data as Points[];

/** Three groups far apart in six dimensions. */
function groups(n: number): Omit<EmbeddingMapOptions, "rng"> {
  const rng = createRng(5);
  const labels = Array.from({ length: n }, (_, i) => i % 3);
  return {
    embeddings: labels.flatMap((label) =>
      [0, 1, 2, 3, 4, 5].map((j) => 0.1 * rng.normal() + (j === label ? 5 : 0)),
    ),
    dim: 6,
    labels,
    ids: labels.map((_, i) => `image ${i}`),
    classNames: ["a", "b", "c"],
  };
}

describe("embeddingMap", () => {
  for (const method of ["umap", "pca"] as const) {
    it(`keeps groups together that lie together, the same for the same seed: ${method}`, async () => {
      const draw = (seed: number): Promise<Figure> =>
        embeddingMap({ ...groups(60), method, rng: createRng(seed) });
      const figure = await draw(1);
      assert.deepEqual(await draw(1), figure);
      const mean = (values: readonly number[]): number =>
        values.reduce((sum, value) => sum + value, 0) / values.length;
      const centres = pointsOf(figure).map(({ x, y }) => [mean(x), mean(y)]);
      for (const [k, { x, y }] of pointsOf(figure).entries()) {
        x.forEach((_, i) => {
          const distance = centres.map(([cx, cy]) => Math.hypot(x[i] - cx, y[i] - cy));
          assert.equal(distance.indexOf(Math.min(...distance)), k);
        });
      }
    });
  }

  it("finds the directions of largest spread and their share", async () => {
    // Spread 4, 1 and 0 along orthogonal directions: 16/17 of the variance lies on the first.
    const signs = [
      [4, 1],
      [4, -1],
      [-4, 1],
      [-4, -1],
    ];
    const embeddings = signs.flatMap(([a, b]) => [a * 0.6 - b * 0.8, a * 0.8 + b * 0.6, 7]);
    const options = { embeddings, dim: 3, labels: [0, 0, 0, 0], ids: ["p", "q", "r", "s"] };
    const map = { ...options, classNames: ["a"], method: "pca" as const, rng: createRng(1) };
    const figure = await embeddingMap(map);
    const [{ x, y }] = pointsOf(figure);
    assert.deepEqual(x, [4, 4, -4, -4]);
    assert.deepEqual(y.map(Math.abs), [1, 1, 1, 1]);
    assert.match(JSON.stringify(figure.layout), /component 1 \(94 % of the variance\)/);
  });

  it("draws unlabelled images first, and not more images than asked for", async () => {
    const some = { ...groups(40), labels: Array.from({ length: 40 }, (_, i) => (i % 4) - 1) };
    const rng = createRng(1);
    const figure = await embeddingMap({ ...some, method: "pca", rng, maxPoints: 12 });
    assert.equal(pointsOf(figure)[0].name, "unlabelled");
    const ids = pointsOf(figure).flatMap((points) => points.text);
    assert.equal(new Set(ids).size, 12);
    assert.match(JSON.stringify(figure.layout), /12 of 40 images/);
  });

  it("takes embeddings that have collapsed to one point", async () => {
    const flat = { ...groups(9), embeddings: new Float32Array(54).fill(2) };
    const figure = await embeddingMap({ ...flat, method: "pca", rng: createRng(1) });
    assert.ok(pointsOf(figure).every(({ x }) => x.every((value) => value === 0)));
    await assert.doesNotReject(embeddingMap({ ...flat, rng: createRng(1) }));
  });

  it("stops when told to and reports how far it is", async () => {
    const stop = new AbortController();
    const seen: number[] = [];
    const on = {
      signal: stop.signal,
      report: ({ done }: { done: number }): void => {
        seen.push(done);
        if (seen.length === 3) stop.abort(new Error("enough"));
      },
    };
    await assert.rejects(embeddingMap({ ...groups(30), rng: createRng(1) }, on), /enough/);
    assert.deepEqual(seen, [0, 10, 20]);
  });

  it("refuses parts that do not fit together and values that are no numbers", async () => {
    const good = { ...groups(9), rng: createRng(1) };
    await assert.rejects(embeddingMap({ ...good, dim: 5 }), /54 values.*dim 5/);
    await assert.rejects(embeddingMap({ ...good, classNames: ["a", "b"] }), /label 2/);
    const broken = Float32Array.from(good.embeddings).fill(NaN, 3, 4);
    await assert.rejects(embeddingMap({ ...good, embeddings: broken }), /diverged/);
    await assert.rejects(embeddingMap({ ...good, method: "tsne" as "pca" }), InputError);
  });
});
