import {
  define,
  known,
  option,
  tf,
  writeFileAtomically,
  type Encoder,
  type ImageSet,
  type OptionTable,
  type Pretrain,
} from "../core";
import { writeSafetensors } from "../nets";
import { checkSize, featureColumns, featureRow, measure, type LatticeOptions } from "../physics";

/** What is known of the crystal. */
export interface PhysicsOptions {
  /** Cell in nm, along and across the rows, for example [0.384, 0.768] of Si(001). @default rows 0.5 to 1 nm apart are looked for */
  readonly cellNm?: readonly number[];
}

const definition = define("physics", 1, {
  cellNm: option.numbers({}),
} satisfies OptionTable<PhysicsOptions>);

/**
 * What an expert would measure: symmetry about the nearest site of the lattice, place on the lattice, height, widths, volume and strength of what differs from
 * the clean crystal. Needs no training. Of two channels the second is the same place measured again, such as the retrace.
 * @throws InputError if an image is smaller than 12 x 12 pixels, or `cellNm` is not two lengths above 0
 */
export function physics(given: PhysicsOptions = {}): Pretrain {
  const { options, settings } = definition.resolve(given);
  const { cellNm } = options;
  if (cellNm !== undefined && (cellNm.length !== 2 || !cellNm.every((length) => length > 0)))
    throw option.wrongOption("cellNm", cellNm, "two lengths above 0, along and across the rows");
  const pretrain: Pretrain = (images) =>
    Promise.resolve().then(() => {
      checkSize(images.shape);
      return physicsEncoder(images.shape, {
        ...(images.nmPerPixel === undefined ? {} : { nmPerPixel: images.nmPerPixel }),
        ...(cellNm === undefined ? {} : { cellNm: [cellNm[0], cellNm[1]] as const }),
      });
    });
  return known(pretrain, settings);
}
physics.definition = definition;

function physicsEncoder(shape: ImageSet["shape"], lattice: LatticeOptions): Encoder {
  const dim = featureColumns.length;
  const [height, width, channels] = shape;
  return {
    dim,
    embed: (images) => {
      const values = images.dataSync<"float32">();
      const count = images.shape[0];
      const out = new Float32Array(count * dim);
      const size = height * width;
      const channel = (i: number, c: number): Float32Array =>
        Float32Array.from({ length: size }, (_, p) => values[(i * size + p) * channels + c]);
      for (let i = 0; i < count; i++) {
        const second = channels === 2 ? { second: channel(i, 1) } : {};
        const found = measure(channel(i, 0), { height, width }, { ...lattice, ...second });
        out.set(featureRow(found), i * dim);
      }
      return tf.tensor2d(out, [count, dim]);
    },
    clone: () => physicsEncoder(shape, lattice),
    save: (file) => {
      const metadata = { encoder: JSON.stringify({ kind: "physics", shape, ...lattice }) };
      writeFileAtomically(file, writeSafetensors(new Map(), metadata));
      return Promise.resolve();
    },
    dispose: () => undefined,
  };
}
