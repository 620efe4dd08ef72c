import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import * as path from "node:path";
import { createRng, fusedName, hasOwnKernels, tf, type Scalar, type Tensor, type Tensor1D, type Tensor4D } from "../../src/core"; // prettier-ignore
import { buildNetwork } from "../../src/nets";
import { ownWayOf, takesNorm, type OwnWay } from "../../src/nets/fusedKernels";
import {
  batchNormTraining,
  convolution,
  convolutionBeside,
  everyNth,
  forked,
  globalAverage,
} from "../../src/nets/kernels";
import { assertClose, noise } from "../fixtures/networkParity";

type Shape = [number, number, number, number];

/** Does something with TensorFlow's own pieces. */
function apart<T>(work: () => T): T {
  process.env[fusedName] = "off";
  try {
    return work();
  } finally {
    delete process.env[fusedName];
  }
}

/** What a batch norm with its end is asked. */
interface Asked {
  readonly shape: Shape;
  readonly relu: boolean;
  readonly side: boolean;
  /** Added to all values. @default 0 */
  readonly level?: number;
}

/** Its result, its statistics and its gradients, each a list. */
function normed({ shape, relu, side, level = 0 }: Asked): Record<string, number[]> {
  const channels = shape[3];
  const values = (seed: number): Tensor4D => tf.tensor4d(noise(seed, shape.reduce((a, b) => a * b)), shape); // prettier-ignore
  const words = (seed: number): Tensor1D => tf.tensor1d(noise(seed, channels));
  return tf.tidy(() => {
    const statistics = { runningMean: words(5), runningVariance: words(6).square<Tensor1D>() };
    // So coarse that nothing is lost far from zero.
    const x = values(1).mul(4096).round().div(4096).add<Tensor4D>(level);
    const given = [x, words(2), words(3), values(4)] as const;
    const apply = (x: Tensor4D, scale: Tensor1D, offset: Tensor1D, other: Tensor4D) =>
      batchNormTraining(x, { scale, offset, ...statistics }, { relu, ...(side ? { side: other } : {}) }); // prettier-ignore
    const { y, runningMean, runningVariance } = apply(...given);
    const gradients = tf.grads((...all: Tensor[]) => {
      const made = apply(...(all as unknown as typeof given)).y;
      // So that tfjs finds a way to what is added where nothing is.
      const sum = made.mul(values(7)).sum<Scalar>();
      return side ? sum : sum.add<Scalar>(all[3].sum().mul(0));
    })(given as unknown as Tensor[]);
    const [dx, scale, offset, other] = gradients;
    const all = { y, runningMean, runningVariance, dx, scale, offset, other };
    return Object.fromEntries(Object.entries(all).map(([name, t]) => [name, [...t.dataSync()]]));
  });
}

const shapes: readonly Shape[] = [
  [16, 32, 32, 8],
  [3, 8, 8, 1],
  [10, 5, 5, 64],
  [3, 4, 4, 128],
  [1, 8, 8, 16],
];

/** A map, and a filter of so many by so many cells from its channels to some. */
const drawn = (
  [b, h, w, c]: Shape,
  made: number,
  kernel: number,
): { x: Tensor4D; filter: Tensor4D } => ({
  x: tf.tensor4d(noise(1, b * h * w * c), [b, h, w, c]),
  filter: tf.tensor4d(noise(2, kernel ** 2 * c * made), [kernel, kernel, c, made]),
});

/** How such a filter goes over a map: the map's size is kept, or divided by the stride. */
const over = (kernel: number, stride: number): { stride: number; padding: number } => ({
  stride,
  padding: (kernel - 1) / 2,
});

function expectedWay(kernel: number, stride: number, w: number, c: number, d: number): OwnWay {
  if (kernel === 1) return "pointwise";
  if (stride === 2) return "strided";
  return w >= 8 && (c < 8 || c * d === 64) ? "narrow" : "winograd";
}

describe("nets/fusedKernels", function () {
  this.timeout(120_000);
  before(function () {
    // Elsewhere TensorFlow's pieces are called, which other tests hold beside PyTorch.
    if (!hasOwnKernels()) this.skip();
  });

  for (const shape of shapes)
    for (const [end, relu, side] of [
      ["alone", false, false],
      ["with ReLU", true, false],
      ["with a shortcut and ReLU", true, true],
    ] as const)
      it(`gives batch norm's values, statistics and gradients, ${shape.join(" x ")} ${end}`, () => {
        const asked = { shape, relu, side };
        const expected = apart(() => normed(asked));
        const found = normed(asked);
        for (const [name, values] of Object.entries(expected))
          assertClose(found[name], values, name);
      });

  it("loses no digits where values are far from zero", () => {
    const asked = { shape: [4, 16, 16, 8] as Shape, relu: false, side: false };
    const near = normed(asked);
    const far = normed({ ...asked, level: 1024 });
    // Half a digit of the mean there is 0.00006.
    assertClose(far.y, near.y, "y", { absolute: 2e-4 });
    assertClose(far.dx, near.dx, "dx", { absolute: 2e-4 });
  });

  it("gives a channel of equal values its offset, and no gradient", () => {
    const shape: Shape = [2, 8, 8, 4];
    tf.tidy(() => {
      const fill = (value: number): Tensor1D => tf.fill([4], value);
      const norm = { scale: fill(2), offset: fill(0), runningMean: fill(0), runningVariance: fill(1) }; // prettier-ignore
      const apply = (x: Tensor4D): Tensor4D => batchNormTraining(x, norm, { relu: true }).y;
      const x: Tensor4D = tf.fill(shape, 0.1);
      assert.deepEqual(new Set(apply(x).dataSync()), new Set([0]));
      const gradient = tf.grad((all: Tensor) => apply(all as Tensor4D))(x);
      assert.deepEqual(new Set(gradient.abs().dataSync()), new Set([0]));
    });
  });

  it("keeps what is no number", () => {
    const values = noise(1, 4 * 8 * 8 * 8);
    values[8 * 5 + 3] = Number.NaN;
    const y = tf.tidy(() => {
      const fill = (value: number): Tensor1D => tf.fill([8], value);
      const norm = { scale: fill(1), offset: fill(0), runningMean: fill(0), runningVariance: fill(1) }; // prettier-ignore
      return batchNormTraining(tf.tensor4d(values, [4, 8, 8, 8]), norm, {
        relu: true,
      }).y.dataSync();
    });
    for (const [i, value] of y.entries()) assert.equal(Number.isNaN(value), i % 8 === 3);
  });

  it("leaves maps to TensorFlow whose channels it does not take", () => {
    const takes = (...shape: Shape): boolean => tf.tidy(() => takesNorm(tf.zeros(shape)));
    assert.deepEqual(
      [takes(8, 8, 8, 3), takes(1, 3, 3, 8), takes(2, 4, 4, 96), takes(2, 4, 4, 192)],
      [false, false, false, true],
    );
    const asked = { shape: [2, 4, 4, 3] as Shape, relu: true, side: true };
    assert.deepEqual(
      normed(asked),
      apart(() => normed(asked)),
    );
  });

  for (const [kernel, stride, b, h, w, c, d] of [
    [3, 1, 1, 4, 4, 8, 8],
    [3, 1, 1, 3, 8, 8, 8],
    [3, 1, 3, 19, 11, 8, 8],
    [3, 1, 2, 32, 32, 8, 8],
    [3, 1, 3, 19, 11, 1, 8],
    [3, 1, 2, 32, 32, 3, 8],
    [3, 1, 2, 9, 10, 3, 16],
    [3, 1, 5, 2, 8, 1, 16],
    [3, 1, 3, 7, 5, 8, 16],
    [3, 1, 2, 9, 6, 16, 8],
    [3, 1, 2, 8, 8, 48, 64],
    [3, 1, 3, 5, 4, 32, 96],
    [3, 1, 6, 16, 16, 64, 32],
    [3, 1, 2, 6, 6, 128, 128],
    // A filter's gradient is shared by frequencies: of few tiles, with a large filter, and of more tiles than are looked at together.
    [3, 1, 3, 5, 4, 64, 128],
    [3, 1, 2, 3, 3, 512, 256],
    [3, 1, 2, 12, 11, 16, 4096],
    [3, 2, 1, 2, 2, 8, 8],
    [3, 2, 3, 7, 5, 8, 16],
    [3, 2, 2, 9, 6, 16, 8],
    [3, 2, 2, 1, 3, 16, 32],
    [3, 2, 5, 8, 8, 48, 64],
    [3, 2, 3, 5, 4, 32, 96],
    [3, 2, 6, 32, 32, 64, 32],
    [3, 2, 2, 6, 6, 128, 128],
    // Sums of the filter's gradient are shared: of few rows, and of more than are looked at together.
    [3, 2, 2, 6, 6, 128, 256],
    [3, 2, 3, 12, 11, 256, 128],
    [1, 1, 2, 6, 7, 256, 512],
    [1, 1, 1, 1, 1, 8, 8],
    [1, 1, 3, 5, 7, 8, 16],
    [1, 1, 10, 16, 16, 8, 16],
    [1, 1, 2, 9, 6, 48, 8],
    [1, 1, 5, 4, 4, 64, 96],
    [1, 1, 3, 7, 3, 128, 64],
  ])
    it(`convolves as TensorFlow does, ${[b, h, w].join(" x ")} ${kernel} by ${kernel} cells with stride ${stride} from ${c} to ${d} channels`, () => {
      const made = tf.tidy(() => ownWayOf(tf.zeros([kernel, kernel, c, d]), [b, h, w], { kernel, ...over(kernel, stride) })); // prettier-ignore
      assert.equal(made, expectedWay(kernel, stride, w, c, d));
      const convolved = (): Record<string, number[]> =>
        tf.tidy(() => {
          const { x, filter } = drawn([b, h, w, c], d, kernel);
          const way = over(kernel, stride);
          const apply = (all: Tensor, weights: Tensor): Tensor =>
            convolution(all as Tensor4D, weights as Tensor4D, { ...way, training: true });
          const y = convolution(x, filter, { ...way, training: false });
          const above = tf.tensor4d(noise(3, y.size), y.shape);
          const [dx, dfilter] = tf.grads(apply)([x.clone(), filter.clone()], above);
          return { y: [...y.dataSync()], dx: [...dx.dataSync()], dfilter: [...dfilter.dataSync()] };
        });
      const found = convolved();
      for (const [name, values] of Object.entries(apart(convolved))) {
        const size = Math.sqrt(values.reduce((sum, value) => sum + value ** 2, 0) / values.length);
        assertClose(found[name], values, name, { absolute: 1e-5 * size });
        // It is another way, so that some last digit differs; plain products may come to the same bits.
        if (made === "winograd") assert.notDeepEqual(found[name], values, name);
      }
    });

  for (const [kernel, stride, b, h, w, c, d] of [
    [3, 1, 2, 32, 32, 8, 8],
    [3, 1, 3, 19, 11, 8, 8],
    [3, 1, 3, 5, 7, 8, 16],
    [3, 1, 2, 9, 8, 32, 64],
    [3, 1, 2, 2, 2, 16, 16],
    [3, 2, 3, 9, 7, 16, 32],
    [3, 1, 2, 8, 8, 5, 6],
  ])
    it(`adds the gradient of a map's other reader, to the same bits, ${[b, h, w].join(" x ")} ${kernel} by ${kernel} cells with stride ${stride} from ${c} to ${d} channels`, () => {
      const way = { ...over(kernel, stride), training: true };
      const gradients = (begin: typeof convolutionBeside): number[][] =>
        tf.tidy(() => {
          const { x, filter } = drawn([b, h, w, c], d, kernel);
          const beside = tf.tensor4d(noise(4, x.size), x.shape);
          const loss = (map: Tensor, weights: Tensor): Scalar => {
            const [y, same] = begin(map as Tensor4D, weights as Tensor4D, way);
            const above = tf.tensor4d(noise(3, y.size), y.shape);
            return y.mul(above).sum<Scalar>().add<Scalar>(same.mul(beside).sum());
          };
          // What is given is freed on the way back.
          const of = tf.grads(loss)([x.clone(), filter.clone()]);
          return of.map((gradient) => [...gradient.dataSync()]);
        });
      const found = gradients(convolutionBeside);
      assert.deepEqual(
        found,
        gradients((x, filter) => [convolution(x, filter, way), x]),
      );
    });

  it("leaves large convolutions of one cell to TensorFlow", () => {
    const way = (b: number, size: number, c: number, d: number): OwnWay | undefined =>
      tf.tidy(() => ownWayOf(tf.zeros([1, 1, c, d]), [b, size, size], { kernel: 1, stride: 1, padding: 0 })); // prettier-ignore
    assert.deepEqual(
      [way(64, 8, 128, 256), way(64, 9, 128, 256), way(2, 2, 512, 512), way(2, 8, 8, 12)],
      ["pointwise", undefined, undefined, undefined],
    );
  });

  for (const [b, h, w, c] of [
    [10, 4, 4, 64],
    [3, 5, 7, 12],
    [1, 1, 1, 3],
  ])
    it(`gives the mean of each channel over a map, and its gradient, ${[b, h, w, c].join(" x ")}`, () => {
      const both = (): number[][] =>
        tf.tidy(() => {
          const x: Tensor4D = tf.tensor4d(noise(1, b * h * w * c), [b, h, w, c]);
          const above = tf.tensor2d(noise(2, b * c), [b, c]);
          const dx = tf.grad((map: Tensor) => globalAverage(map as Tensor4D))(x, above);
          return [globalAverage(x), dx].map((tensor) => [...tensor.dataSync()]);
        });
      const [y, dx] = both();
      const [plain, plainGradient] = apart(both);
      assertClose(y, plain, "mean", { absolute: 1e-6 });
      assertClose(dx, plainGradient, "gradient", { absolute: 1e-7 });
    });

  it("takes every so many cells, and gives their gradients back to them alone", () => {
    for (const [size, stride] of [
      [8, 2],
      [7, 2],
      [9, 3],
    ]) {
      const both = (): number[][] =>
        tf.tidy(() => {
          const x: Tensor4D = tf.tensor4d(noise(1, 3 * size * size * 5), [3, size, size, 5]);
          const y = everyNth(x, stride);
          const weights = tf.tensor(noise(2, y.size), y.shape);
          const dx = tf.grad((all: Tensor) => everyNth(all as Tensor4D, stride).mul(weights).sum())(x); // prettier-ignore
          return [y.shape, [...y.dataSync()], [...dx.dataSync()]];
        });
      assert.deepEqual(both(), apart(both));
    }
  });

  for (const training of [true, false])
    it(`gives a network's loss the same gradients, ${training ? "in training" : "with running statistics"}`, () => {
      const network = buildNetwork({ resnet: { depth: 8, width: 8 } }, [16, 16, 3], createRng(1));
      const all = (): number[] =>
        tf.tidy(() => {
          const images: Tensor4D = tf.tensor4d(noise(1, 8 * 16 * 16 * 3), [8, 16, 16, 3]);
          const { value, grads } = tf.variableGrads(() => {
            const y = network.apply(images, training);
            return y.mul(tf.tensor(noise(2, y.size), y.shape)).sum<Scalar>();
          });
          return [...value.dataSync(), ...Object.values(grads).flatMap((g) => [...g.dataSync()])];
        });
      // So that they are no longer what they begin as.
      tf.tidy(() => void network.apply(tf.ones([8, 16, 16, 3]), true));
      assertClose(all(), apart(all), "gradients", { absolute: 1e-4, relative: 1e-3 });
      network.dispose();
    });

  it("reads a map once where it has 32-bit floats", () => {
    tf.tidy(() => {
      const x = tf.zeros([1, 2, 2, 1]);
      assert.deepEqual(forked(x), [x, x]);
    });
  });

  it("gives the same bits with any number of threads", () => {
    const script = path.join(__dirname, "normBits.ts");
    const bits = ["1", "2", "3"].map((threads) => {
      const env = { ...process.env, TF_NUM_INTRAOP_THREADS: threads };
      return execFileSync(process.execPath, ["--import", "tsx", script], { env, encoding: "utf8" });
    });
    assert.match(bits[0], /^[0-9a-f]{64}$/);
    assert.equal(new Set(bits).size, 1);
  });
});
