import { strict as assert } from "node:assert";
import {
  columnScale,
  createRng,
  hasOwnKernels,
  scaleColumns,
  scaledTensor,
  tf,
  unitRows,
  unitTensor,
  valuesOf,
  worthOwnKernel,
} from "../../src/core";
import { withoutOwnKernels } from "../fixtures/withoutOwnKernels";

const dim = 7;
const rows = 50;
const rng = createRng(1);
const features = Float32Array.from({ length: rows * dim }, (_, i) => (i % dim === 3 ? 5 : 1e3 * (i % dim) + rng.normal())); // prettier-ignore
const column = (j: number): number[] => Array.from({ length: rows }, (_, i) => features[i * dim + j]); // prettier-ignore
const near = (got: number, wanted: number): void =>
  assert.ok(Math.abs(got - wanted) <= 1e-6 * Math.max(1, Math.abs(wanted)), `${got}, not ${wanted}`); // prettier-ignore

describe("core/rows", () => {
  it("tells where columns lie and how far they spread, and takes that from them", () => {
    const scale = columnScale(features, dim);
    const scaled = scaleColumns(features, scale);
    for (let j = 0; j < dim; j++) {
      const values = column(j);
      const mean = values.reduce((sum, value) => sum + value, 0) / rows;
      const spread = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / rows);
      near(scale.mean[j], mean);
      // What is the same everywhere tells nothing, and is not made large.
      near(scale.spread[j], j === 3 ? 1 : spread);
      for (let i = 0; i < rows; i++) near(scaled[i * dim + j], (values[i] - mean) / (j === 3 ? 1 : spread)); // prettier-ignore
    }
  });

  it("makes rows as long as 1, from a centre on, and leaves one without direction where it is", () => {
    const centre = Float64Array.from({ length: dim }, (_, j) => 1e3 * j);
    const given = features.slice();
    given.set(centre, 2 * dim);
    for (const from of [undefined, centre]) {
      const unit = unitRows(given, dim, from);
      for (let i = 0; i < rows; i++) {
        const way = Array.from({ length: dim }, (_, j) => given[i * dim + j] - (from?.[j] ?? 0));
        const length = Math.hypot(...way);
        way.forEach((value, j) => near(unit[i * dim + j], length === 0 ? 0 : value / length));
      }
    }
    assert.deepEqual([...unitRows(given, dim, centre).subarray(2 * dim, 3 * dim)], Array(dim).fill(0)); // prettier-ignore
  });

  it("takes numbers near both ends of what 32 bits hold", () => {
    for (const size of [1e-44, 3e38]) {
      const unit = unitRows(Float32Array.from([3, -3, 0, 0].map((n) => (n / 3) * size)), 4);
      [Math.SQRT1_2, -Math.SQRT1_2, 0, 0].forEach((value, j) => near(unit[j], value));
    }
  });

  for (const [n, d] of [
    [1000, 101],
    [1001, 512],
    [335, 1030],
    [2, 60_001],
  ])
    it(`gives the same bits by kernels of ours as by loops, ${n} x ${d}`, function () {
      // Loads TensorFlow, without which there are only loops.
      assert.equal(tf.getBackend(), "tensorflow");
      if (!hasOwnKernels()) this.skip();
      const drawn = createRng(d);
      const size = (i: number): number => [1, 1e-30, 1e20, 1e-44, 0][Math.floor(i / d) % 5];
      const given = Float32Array.from({ length: n * d }, (_, i) => (i % d === 3 ? 7 : size(i) * drawn.normal())); // prettier-ignore
      const centre = Float64Array.from({ length: d }, () => drawn.normal());
      const found = (): (Float32Array | Float64Array)[] => {
        const scale = columnScale(given, d);
        const { mean, spread } = scale;
        return [mean, spread, scaleColumns(given, scale), unitRows(given, d), unitRows(given, d, centre),
          valuesOf(() => scaledTensor(given, scale)), valuesOf(() => unitTensor(given, d))]; // prettier-ignore
      };
      assert.ok(worthOwnKernel(given.length));
      const own = found();
      const loops = withoutOwnKernels(found);
      own.forEach((bits, i) => assert.deepEqual(bytes(bits), bytes(loops[i]), String(i)));
    });

  it("leaves few values to loops", () => {
    assert.equal(worthOwnKernel(1000), false);
  });
});

const bytes = ({ buffer, byteOffset, byteLength }: ArrayBufferView): Buffer => Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength); // prettier-ignore
