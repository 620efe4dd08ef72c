import {
  defined,
  define,
  known,
  option,
  type Encoder,
  type ImageSet,
  type OptionTable,
  type Pretrain,
} from "../core";
import {
  checkSize,
  featureColumns,
  featureRow,
  measureImage,
  type LatticeOptions,
} from "../physics";
import { measuredEncoder } from "./measuredEncoder";

/** What is known of the crystal. */
export interface PhysicsOptions {
  /** Cell in nm, along and across the rows, for example [0.384, 0.768] of Si(001). @default rows 0.5 to 1 nm apart are looked for */
  readonly cellNm?: readonly number[];
}

const definition = define("physics", 2, {
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
        ...defined({ nmPerPixel: images.nmPerPixel }),
        ...(cellNm === undefined ? {} : { cellNm: [cellNm[0], cellNm[1]] as const }),
      });
    });
  return known(pretrain, settings);
}
physics.definition = definition;

function physicsEncoder(shape: ImageSet["shape"], lattice: LatticeOptions): Encoder {
  return measuredEncoder({
    kind: "physics",
    shape,
    options: lattice,
    dim: featureColumns.length,
    measure: (image) => featureRow(measureImage(image, shape, lattice)),
  });
}
