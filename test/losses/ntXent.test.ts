import assert from "node:assert/strict";
import fc from "fast-check";
import { InputError, tf, type Scalar, type Tensor2D } from "../../src/core";
import { ntXent } from "../../src/losses";
import { assertClose, parity } from "../fixtures/networkParity";

const A = Array.from({ length: 4 }, (_, i) => [0, 1, 2].map((j) => Math.sin(1 + 7 * i + 3 * j)));
const B = Array.from({ length: 4 }, (_, i) => [0, 1, 2].map((j) => Math.cos(2 + 5 * i + 2 * j)));

function lossOf(a: number[][], b: number[][], temperature = 0.5): number {
  return tf.tidy(() => ntXent(tf.tensor2d(a), tf.tensor2d(b), { temperature }).dataSync()[0]);
}

describe("losses/ntXent", () => {
  // lightly.loss.NTXentLoss(temperature)(a, b), in networkParity.py
  for (const { temperature, loss, a, b } of parity.ntXent) {
    it(`gives lightly's loss and gradients at temperature ${temperature}`, () => {
      tf.tidy(() => {
        const gradients = tf.valueAndGrads((x, y) =>
          ntXent(x as Tensor2D, y as Tensor2D, { temperature }),
        );
        const { value, grads } = gradients([tf.tensor2d(A), tf.tensor2d(B)]);
        assertClose(value.dataSync(), [loss], "loss");
        assertClose(grads[0].dataSync(), a, "gradient of the first views");
        assertClose(grads[1].dataSync(), b, "gradient of the second views");
      });
    });
  }

  it("passes the slope of what follows on to its gradient", () => {
    tf.tidy(() => {
      const once = tf.grad((x) => ntXent(x as Tensor2D, tf.tensor2d(B)))(tf.tensor2d(A));
      const thrice = tf.grad((x) => ntXent(x as Tensor2D, tf.tensor2d(B)).mul<Scalar>(3))(
        tf.tensor2d(A),
      );
      assertClose(thrice.dataSync(), once.mul(3).dataSync(), "gradient");
    });
  });

  it("is ln(2n-1) when all embeddings are equal, so the view itself is left out", () => {
    const equal = Array.from({ length: 4 }, () => [0.3, -0.4]);
    assertClose([lossOf(equal, equal)], [Math.log(7)], "loss");
  });

  it("does not depend on the order of the images, the order of the views or the lengths", () => {
    const row = fc.array(fc.double({ min: 0.1, max: 1, noNaN: true }), {
      minLength: 3,
      maxLength: 3,
    });
    const views = fc.array(row, { minLength: 5, maxLength: 5 });
    fc.assert(
      fc.property(views, views, (a, b) => {
        const loss = lossOf(a, b);
        assertClose([lossOf(b, a)], [loss], "views exchanged");
        assertClose([lossOf(a.toReversed(), b.toReversed())], [loss], "images reversed");
        assertClose(
          [
            lossOf(
              a.map((r) => r.map((v) => 3 * v)),
              b,
            ),
          ],
          [loss],
          "longer rows",
        );
      }),
      { seed: 1, numRuns: 20 },
    );
  });

  it("stays finite at very low temperatures and for rows of zeros", () => {
    assert.ok(Number.isFinite(lossOf(A, B, 1e-3)));
    assert.ok(Number.isFinite(lossOf([[0, 0], ...[[1, 0]]], [[0, 1], ...[[1, 1]]])));
  });

  it("refuses a temperature of 0", () => {
    assert.throws(() => lossOf(A, B, 0), InputError);
  });
});
