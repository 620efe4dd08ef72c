import { createRng, tf, type Scalar, type Tensor4D } from "../../src/core";
import { convolutionLayer } from "../../src/nets/convolutionLayer";
import { assertClose, noise } from "../fixtures/networkParity";

/** Gradients with respect to the image and the weights. */
function gradients(shape: [number, number, number, number], training: boolean): Float32Array[] {
  const outputs = 3;
  const layer = convolutionLayer({ inputs: shape[3], outputs, kernel: 3, stride: 2 }, createRng(1));
  const size = shape.reduce((product, n) => product * n, 1);
  const found: Float32Array[] = [];
  tf.tidy(() => {
    const x = tf.tensor4d(noise(1, size), shape);
    const loss = (image: Tensor4D): Scalar => {
      const y = layer.apply(image, training);
      return y.mul(tf.tensor(noise(2, y.size), y.shape)).sum<Scalar>();
    };
    found.push(
      tf
        .grad((image) => loss(image as Tensor4D))(x)
        .dataSync<"float32">(),
    );
    const { grads } = tf.variableGrads(() => loss(x), [...layer.variables.values()]);
    found.push(...Object.values(grads).map((gradient) => gradient.dataSync<"float32">()));
  });
  for (const variable of layer.variables.values()) variable.dispose();
  return found;
}

describe("nets/nativeKernels", () => {
  // Even and odd sizes, batches and numbers of channels take different ways through TensorFlow.
  for (const shape of [
    [2, 8, 8, 5],
    [3, 9, 7, 5],
    [2, 8, 8, 64],
    [2, 7, 10, 64],
    [3, 8, 8, 64],
  ] as [number, number, number, number][]) {
    it(`give a strided convolution the gradients of tfjs's own: ${shape.join("x")}`, () => {
      const [image, weight] = gradients(shape, true);
      const [plainImage, plainWeight] = gradients(shape, false);
      assertClose(image, plainImage, "image");
      assertClose(weight, plainWeight, "weight", { absolute: 1e-4 });
    });
  }
});
