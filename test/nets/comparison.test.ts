import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { createRng, tf, trainableVariables, type Tensor2D, type Variable } from "../../src/core";
import { nets } from "../../src";
import { fewShotParity } from "../fixtures/fewShotParity";
import { wave } from "../fixtures/lossParity";
import { assertClose } from "../fixtures/networkParity";

const spec = { conv4: { width: 3 } } as const;
const shape = [16, 16, 1] as const;

describe("nets/fullContext", () => {
  it("gives PyTorch's embeddings and gradients", () => {
    const { steps, gradients: wanted, ...results } = fewShotParity.fullContext;
    const context = nets.fullContext({ dim: 5, steps }, createRng(1));
    // PyTorch's order: each cell's two weights, then its two biases.
    const names = ["forwards", "backwards", "query"].flatMap((cell) =>
      ["weight_ih", "weight_hh", "bias_ih", "bias_hh"].map((name) => `${cell}.${name}`),
    );
    const variables = names.map((name) => context.variables.get(name) as Variable);
    const values = (rows: number, columns: number, start: number): number[] =>
      wave(rows, columns, [start, 0.7, 1.9]).flat().map((x) => 0.5 * x); // prettier-ignore
    tf.tidy(() => {
      variables.forEach((variable, i) => {
        const [rows, columns] = variable.rank === 2 ? variable.shape : [1, variable.shape[0]];
        const start = values(rows, columns ?? 1, 0.1 + i);
        variable.assign(tf.tensor(start, variable.shape));
      });
      const near = (found: Float32Array, expected: readonly number[], what: string): void => {
        const absolute = 1e-4 * Math.max(...expected.map(Math.abs));
        assert.ok(absolute > 0, what);
        assertClose(found, expected, what, { relative: 0, absolute });
      };
      const [support, query] = [wave(12, 5, [0.9, 1.3, 2.1]), wave(8, 5, [0.5, 1.71, 2.9])].map(
        (rows) => tf.tensor2d(rows),
      );
      const seen = context.apply(support, query);
      near(seen.support.dataSync<"float32">(), results.support, "support");
      near(seen.query.dataSync<"float32">(), results.query, "query");
      const weighted = (s: Tensor2D, q: Tensor2D): ReturnType<typeof tf.scalar> => {
        const both = context.apply(s, q);
        const [w, v] = [wave(12, 5, [0.4, 2.1, 0.3]), wave(8, 5, [0.8, 1.1, 0.6])];
        return both.support.mul(w).sum().add(both.query.mul(v).sum());
      };
      const slopes = tf.grads((s, q) => weighted(s as Tensor2D, q as Tensor2D))([support, query]);
      near(slopes[0].dataSync<"float32">(), wanted["support"], "slope of support");
      near(slopes[1].dataSync<"float32">(), wanted["query"], "slope of query");
      const { grads } = tf.variableGrads(() => weighted(support, query), variables);
      variables.forEach((variable, i) =>
        near(grads[variable.name].dataSync<"float32">(), wanted[names[i]], names[i]),
      );
    });
    context.dispose();
  });
});

describe("nets/comparison", () => {
  it("is saved, read and copied with its network, and not trained further", async () => {
    for (const kind of [{ relation: { hiddenDim: 4 } }, { fullContext: { steps: 2 } }] as const) {
      const network = nets.buildNetwork(spec, shape, createRng(1));
      const made = nets.makeComparison(kind, network.dim, createRng(2));
      const encoder = nets.encoderFrom(nets.withComparison(network, made));
      const wanted = answers(made);
      const folder = fs.mkdtempSync(path.join(os.tmpdir(), "fewscope-"));
      try {
        const file = path.join(folder, "encoder.safetensors");
        await encoder.save(file);
        const read = await nets.loadEncoder(file);
        for (const other of [encoder, encoder.clone(), read]) {
          const found = nets.comparisonOf(other.network);
          assert.deepEqual(found?.spec, kind);
          assert.deepEqual(answers(found), wanted);
          const trainable = [...trainableVariables(other.network ?? network).keys()];
          assert.ok(trainable.length > 0);
          assert.ok(trainable.every((name) => !name.startsWith("comparison")));
          other.dispose();
        }
      } finally {
        fs.rmSync(folder, { recursive: true });
      }
    }
  });

  it("is none in other networks", () => {
    const network = nets.buildNetwork(spec, shape, createRng(1));
    assert.equal(nets.comparisonOf(network), undefined);
    assert.equal(nets.comparisonOf(undefined), undefined);
    network.dispose();
  });
});

function answers(comparison: nets.Comparison | undefined): number[] {
  if (comparison === undefined) return [];
  return tf.tidy(() => {
    const [a, b]: Tensor2D[] = [wave(4, 3, [1, 7, 3]), wave(2, 3, [2, 5, 2])].map((rows) =>
      tf.tensor2d(rows),
    );
    const told =
      "relation" in comparison
        ? comparison.relation.apply(a, b, false)
        : comparison.fullContext.apply(a, b).query;
    return Array.from(told.dataSync());
  });
}
