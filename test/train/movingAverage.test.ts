import assert from "node:assert/strict";
import { InputError, tf, type Tensor, type Variable } from "../../src/core";
import { movingAverage } from "../../src/train";
import { lossParity, wave } from "../fixtures/lossParity";
import { assertClose } from "../fixtures/networkParity";

function layer(weight: number[][], bias: number[]): Map<string, Variable> {
  const make = (values: () => Tensor): Variable => tf.tidy(() => tf.variable(values()));
  return new Map([
    ["weight", make(() => tf.tensor2d(weight))],
    ["bias", make(() => tf.tensor1d(bias))],
  ]);
}

const disposeAll = (variables: Map<string, Variable>): void => tf.dispose([...variables.values()]);

describe("train/movingAverage", () => {
  it("follows as lightly's update_momentum does", () => {
    const source = layer(wave(4, 3, [0, 0, 0]), wave(1, 4, [0, 0, 0])[0]);
    const average = layer(wave(4, 3, [0.1, 1, 2]), wave(1, 4, [0.4, 0, 2])[0]);
    const follow = movingAverage(average, source);
    for (let step = 0; step < 3; step++) {
      tf.tidy(() => {
        source.get("weight")?.assign(tf.tensor2d(wave(4, 3, [step, 1, 3])));
        source.get("bias")?.assign(tf.tensor1d(wave(1, 4, [step, 0, 3])[0]));
      });
      follow.update(0.9);
    }
    for (const name of ["weight", "bias"] as const)
      assertClose(average.get(name)?.dataSync() ?? [], lossParity.movingAverage[name], name);
    follow.dispose();
    disposeAll(source);
    disposeAll(average);
  });

  it("stands still at momentum 1 and copies at 0", () => {
    const source = layer([[1, 2]], [3]);
    const average = layer([[4, 5]], [6]);
    const follow = movingAverage(average, source);
    follow.update(1);
    assert.deepEqual([...(average.get("weight")?.dataSync() ?? [])], [4, 5]);
    follow.update(0);
    assert.deepEqual([...(average.get("weight")?.dataSync() ?? [])], [1, 2]);
    assert.throws(() => follow.update(1.5), InputError);
    follow.dispose();
    disposeAll(source);
    disposeAll(average);
  });

  it("says what it cannot follow", () => {
    const average = layer([[1]], [1]);
    assert.throws(() => movingAverage(average, new Map()), /no "weight"/);
    disposeAll(average);
  });
});
