import assert from "node:assert/strict";
import { createRng, tf, trainableVariables, type Tensor2D, type Tensor4D } from "../../src/core";
import { byol } from "../../src/losses";
import { buildNetwork, projector, type Head } from "../../src/nets";
// The helper itself, since what it guarantees shows nowhere else.
import { makeTeacher } from "../../src/pretrain/teacher";
import { noise } from "../fixtures/networkParity";

const makeHead = (): Head =>
  projector({ inputDim: 8, hiddenDim: 8, outputDim: 4, finalNorm: false }, createRng(2));

describe("pretrain/teacher", () => {
  it("gets a gradient of exactly zero where the student's is not, even within the gradient", () => {
    const network = buildNetwork({ resnet: { depth: 8, width: 2 } }, [6, 6, 1], createRng(1));
    const head = makeHead();
    const teacher = makeTeacher({ network, head }, makeHead(), { momentum: 0.9 });
    const images: Tensor4D = tf.tensor4d(noise(1, 6 * 36), [6, 6, 6, 1]);
    tf.tidy(() => {
      const student = [...trainableVariables(network).values()];
      const taught = [...trainableVariables(teacher).values()];
      const { grads } = tf.variableGrads(() => {
        const p: Tensor2D = head.apply(network.apply(images, true), true);
        return byol(p, teacher.apply(tf.reverse(images, 2)));
      }, [...student, ...taught]);
      const largest = (name: string): number => grads[name].abs().max().dataSync()[0];
      for (const variable of taught) assert.equal(largest(variable.name), 0);
      assert.ok(student.every((variable) => largest(variable.name) > 0));
    });
    teacher.dispose();
    network.dispose();
    head.dispose();
    images.dispose();
    tf.dispose([...teacher.variables.values()]);
  });

  it("starts as the student and follows by its momentum, which may rise to 1", () => {
    const network = buildNetwork({ resnet: { depth: 8, width: 2 } }, [6, 6, 1], createRng(1));
    const head = makeHead();
    const teacher = makeTeacher({ network, head }, makeHead(), { momentum: 0.75, rises: 2 });
    const images: Tensor4D = tf.tensor4d(noise(1, 6 * 36), [6, 6, 6, 1]);
    const weight = "teacher.head.0.linear.weight";
    const read = (): number => teacher.variables.get(weight)?.dataSync()[0] ?? NaN;
    tf.tidy(() => {
      const own = head.apply(network.apply(images, true), true).dataSync();
      assert.deepEqual(teacher.apply(images).dataSync(), own);
      const before = read();
      const variable = head.variables.get("0.linear.weight");
      variable?.assign(variable.add(1));
      teacher.follow(0);
      assert.ok(Math.abs(read() - (before + 0.25)) < 1e-6);
      teacher.follow(2);
      assert.ok(Math.abs(read() - (before + 0.25)) < 1e-6);
    });
    teacher.dispose();
    network.dispose();
    head.dispose();
    images.dispose();
    tf.dispose([...teacher.variables.values()]);
  });
});
