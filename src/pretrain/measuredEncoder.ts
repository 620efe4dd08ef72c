import { tf, writeFileAtomically, type Encoder, type ImageSet } from "../core";
import { writeSafetensors } from "../nets";

/** What makes an encoder of a measurement. */
export interface Measurement {
  /** Its name in a file. */
  readonly kind: string;
  readonly shape: ImageSet["shape"];
  /** All that it goes by, beside the shape of images. */
  readonly options: object;
  /** Numbers of an image. */
  readonly dim: number;
  /** Measures one image. [h*w*c] -> [dim] */
  readonly measure: (image: Float32Array) => ArrayLike<number>;
}

/** An encoder that measures each image by itself, and has no weights. [b,h,w,c] -> [b,dim] */
export function measuredEncoder(measurement: Measurement): Encoder {
  const { kind, shape, options, dim, measure } = measurement;
  const size = shape[0] * shape[1] * shape[2];
  return {
    dim,
    embed: (images) => {
      const values = images.dataSync<"float32">();
      const count = images.shape[0];
      const out = new Float32Array(count * dim);
      for (let i = 0; i < count; i++)
        out.set(measure(values.subarray(i * size, (i + 1) * size)), i * dim);
      return tf.tensor2d(out, [count, dim]);
    },
    clone: () => measuredEncoder(measurement),
    save: (file) => {
      const metadata = { encoder: JSON.stringify({ kind, shape, ...options }) };
      writeFileAtomically(file, writeSafetensors(new Map(), metadata));
      return Promise.resolve();
    },
    dispose: () => undefined,
  };
}
