import {
  define,
  InputError,
  known,
  option,
  tf,
  valuesOf,
  writeFileAtomically,
  type Encoder,
  type ImageSet,
  type OptionTable,
  type Pretrain,
  type Rng,
  type Tensor2D,
} from "../core";
import { writeSafetensors } from "../nets";

/** How pixels become a vector. */
export interface PixelsOptions {
  /** Keep only this many principal components of the unlabelled images; default all pixels as they are. */
  readonly components?: number;
}

const definition = define("pixels", 1, {
  components: option.count({}),
} satisfies OptionTable<PixelsOptions>);

/**
 * The image itself as a vector, flattened or projected on its principal components: what a learned encoder has to beat.
 * @throws InputError if there are fewer images or pixels than components
 */
export function pixels(given: PixelsOptions = {}): Pretrain {
  const { options, settings } = definition.resolve(given);
  const { components } = options;
  const pretrain: Pretrain = (images, rng) => {
    if (components === undefined) return Promise.resolve(flattened(images.shape));
    return Promise.resolve(principal(images, components, rng));
  };
  return known(pretrain, settings);
}
pixels.definition = definition;

function flattened(shape: ImageSet["shape"]): Encoder {
  const dim = shape[0] * shape[1] * shape[2];
  return {
    dim,
    asTheyAre: true,
    embed: (batch) => batch.reshape([batch.shape[0], dim]),
    clone: () => flattened(shape),
    save: (file) => save(file, "pixels", { shape }, new Map()),
    dispose: () => undefined,
  };
}

/** Images that the components are estimated from; more would not change them visibly. */
const sampleSize = 5000;

function principal(images: ImageSet, components: number, rng: Rng): Encoder {
  const dim = images.shape[0] * images.shape[1] * images.shape[2];
  const n = images.ids.length;
  if (components > Math.min(dim, n)) {
    throw new InputError({
      got: `${components} components of ${n} images with ${dim} values`,
      expected: `at most ${Math.min(dim, n)}`,
      todo: "Ask for fewer components.",
    });
  }
  const chosen = rng.fork("sample").permutation(n).subarray(0, sampleSize);
  const values = images.pixels.read(chosen);
  const x = tf.tensor2d(values, [chosen.length, dim]);
  const mean = valuesOf(() => x.mean(0));
  const basis = valuesOf(() =>
    subspace(x.sub<Tensor2D>(tf.tensor1d(mean)), components, rng.fork("start")),
  );
  x.dispose();
  return projection(mean, basis, dim, components);
}

/** Iterations of the block power method; each squares the gap between kept and dropped directions. */
const powerIterations = 30;

/**
 * Leading right singular vectors by block power iteration. [n,d] -> [d,k]
 * @see Halko, Martinsson & Tropp 2011, arXiv:0909.4061
 */
function subspace(x: Tensor2D, k: number, rng: Rng): Tensor2D {
  const d = x.shape[1];
  const start = Float32Array.from({ length: d * k }, () => rng.normal());
  let q = tf.tensor2d(start, [d, k]);
  for (let i = 0; i < powerIterations; i++) {
    q = tf.tidy(() => tf.linalg.qr(x.matMul(x.matMul(q), true))[0] as Tensor2D);
  }
  return q;
}

function projection(mean: Float32Array, basis: Float32Array, d: number, k: number): Encoder {
  return {
    dim: k,
    embed: (batch) =>
      tf.tidy(() => {
        const rows: Tensor2D = batch.reshape([batch.shape[0], d]);
        return tf.matMul(rows.sub<Tensor2D>(tf.tensor1d(mean)), tf.tensor2d(basis, [d, k]));
      }),
    clone: () => projection(mean, basis, d, k),
    save: (file) =>
      save(
        file,
        "principal components",
        {},
        new Map([
          ["mean", { shape: [d], data: mean }],
          ["basis", { shape: [d, k], data: basis }],
        ]),
      ),
    dispose: () => undefined,
  };
}

function save(
  file: string,
  kind: string,
  details: object,
  tensors: Parameters<typeof writeSafetensors>[0],
): Promise<void> {
  const metadata = { encoder: JSON.stringify({ kind, ...details }) };
  writeFileAtomically(file, writeSafetensors(tensors, metadata));
  return Promise.resolve();
}
