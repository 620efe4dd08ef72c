import assert from "node:assert/strict";
import { repeatedWork, tf, type Tensor, type Tensor2D, type Variable } from "../../src/core";

/** Runs something several times on its own numbers, and gives what came out. */
function times(n: number, run: (given: readonly Tensor[]) => Tensor[], shape = [2, 3]): number[][] {
  return Array.from({ length: n }, (_, i) =>
    tf.tidy(() => [...run([tf.fill(shape, i + 0.1), tf.scalar(i)])[0].dataSync()]),
  );
}

describe("core/repeatedWork", () => {
  let sum: Variable;
  beforeEach(() => (sum = tf.tidy(() => tf.variable(tf.zeros([2, 3]), false))));
  afterEach(() => sum.dispose());

  it("gives results and variables as if the work had been done each time", () => {
    const work = repeatedWork({
      state: [sum],
      work: ([x, weight]) => {
        sum.assign(sum.mul<Tensor2D>(0.5).add(x.mul(weight)));
        return [sum.mul(3).add(1)];
      },
    });
    const found = times(8, work.run);
    let expected = 0;
    found.forEach((values, i) => {
      expected = expected * 0.5 + (i + 0.1) * i;
      for (const value of values) assert.ok(Math.abs(value - (3 * expected + 1)) < 1e-3);
    });
    assert.ok(Math.abs(sum.dataSync()[5] - expected) < 1e-4);
    assert.equal(work.repeats, 6);
    work.dispose();
  });

  it("records tensors of other shapes anew, and goes on with those it knows", () => {
    const work = repeatedWork({ state: [], work: ([x]) => [x.square()] });
    times(3, work.run);
    assert.equal(work.repeats, 1);
    assert.equal(times(3, work.run, [4])[2].length, 4);
    assert.equal(work.repeats, 2);
    times(2, work.run);
    assert.equal(work.repeats, 4);
    work.dispose();
  });

  it("does work each time whose numbers change, and work that reads values back", () => {
    let count = 0;
    const changing = repeatedWork({ state: [], work: ([x]) => [x.mul(count++)] });
    assert.deepEqual(
      times(6, changing.run, [1]).map(([value]) => Math.round(value * 10)),
      [0, 11, 42, 93, 164, 255],
    );
    assert.equal(changing.repeats, 0);
    const reading = repeatedWork({
      state: [],
      work: ([x]) => [x.mul(x.dataSync()[0] > 2 ? 10 : 1)],
    });
    const found = times(4, reading.run, [1]);
    assert.ok(Math.abs(found[1][0] - 1.1) < 1e-5 && Math.abs(found[3][0] - 31) < 1e-4);
    assert.equal(reading.repeats, 0);
    changing.dispose();
    reading.dispose();
  });

  it("does work plainly that would not go its usual way, and says when variables were assigned", () => {
    let [usual, assigned] = [true, 0];
    const work = repeatedWork({
      state: [sum],
      usual: () => usual,
      assigned: () => assigned++,
      work: ([x]) => {
        sum.assign(usual ? x : tf.zeros([2, 3]));
        return [sum.add(0)];
      },
    });
    times(4, work.run);
    assert.deepEqual([work.repeats, assigned], [2, 2]);
    usual = false;
    assert.deepEqual(times(1, work.run)[0], [0, 0, 0, 0, 0, 0]);
    assert.deepEqual([work.repeats, assigned], [2, 2]);
    work.dispose();
  });

  it("says what is wrong with work that throws, and can be used again", () => {
    let broken = true;
    const work = repeatedWork({
      state: [],
      work: ([x]) => {
        const twice = x.mul(2);
        if (broken) throw new Error("out of order");
        return [twice];
      },
    });
    assert.throws(() => times(1, work.run), /out of order/);
    broken = false;
    assert.ok(Math.abs(times(5, work.run)[4][0] - 8.2) < 1e-5);
    assert.equal(work.repeats, 3);
    work.dispose();
  });

  it("does something else meanwhile, once each time, and frees the results where that fails", () => {
    const work = repeatedWork({ state: [], work: ([x]) => [x.square(), x.add(1)] });
    let done = 0;
    const results = times(6, (given) => work.run(given, () => done++));
    assert.deepEqual([done, work.repeats], [6, 4]);
    assert.ok(Math.abs(results[5][0] - 5.1 * 5.1) < 1e-4);
    const { binding } = tf.backend() as unknown as { binding: { getNumOfTensors?: () => number } };
    const before = binding.getNumOfTensors?.();
    const failing = (): never => {
      throw new Error("no more images");
    };
    assert.throws(() => times(1, (given) => work.run(given, failing)), /no more images/);
    assert.equal(binding.getNumOfTensors?.(), before);
    assert.ok(Math.abs(times(1, (given) => work.run(given))[0][0] - 0.01) < 1e-6);
    assert.equal(work.repeats, 6);
    work.dispose();
  });
});
