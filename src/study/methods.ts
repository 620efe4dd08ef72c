import * as classify from "../classify";
import type { Classify, Definition, Factory, Pretrain } from "../core";
import * as pretrain from "../pretrain";

/*
 * The techniques that a plan may name. A new one gets its line here; what its options are and what they may be, its factory says itself.
 */

/** Pretraining by name. */
export const pretrainings = {
  none: pretrain.none,
  pixels: pretrain.pixels,
  hog: pretrain.hog,
  physics: pretrain.physics,
  joined: pretrain.joined,
  simclr: pretrain.simclr,
  moco: pretrain.moco,
  byol: pretrain.byol,
  simSiam: pretrain.simSiam,
  barlowTwins: pretrain.barlowTwins,
  vicreg: pretrain.vicreg,
  dino: pretrain.dino,
  rotation: pretrain.rotation,
  denoisingAutoencoder: pretrain.denoisingAutoencoder,
  supervised: pretrain.supervised,
  prototypical: pretrain.prototypical,
  matching: pretrain.matching,
  relation: pretrain.relation,
  from: pretrain.from,
  onnx: pretrain.onnx,
} as const satisfies Record<string, Factory<Pretrain>>;

/** Classifiers by name. */
export const classifiers = {
  majority: classify.majority,
  logisticRegression: classify.logisticRegression,
  linearSvm: classify.linearSvm,
  nearestNeighbours: classify.nearestNeighbours,
  prototypes: classify.prototypes,
  simpleShot: classify.simpleShot,
  laplacianShot: classify.laplacianShot,
  matching: classify.matching,
  relation: classify.relation,
  baseline: classify.baseline,
  baselinePlusPlus: classify.baselinePlusPlus,
  labelPropagation: classify.labelPropagation,
  labelSpreading: classify.labelSpreading,
  selfTraining: classify.selfTraining,
  fineTune: classify.fineTune,
  supCon: classify.supCon,
  piModel: classify.piModel,
  meanTeacher: classify.meanTeacher,
  pseudoLabel: classify.pseudoLabel,
  mixMatch: classify.mixMatch,
  uda: classify.uda,
  fixMatch: classify.fixMatch,
  flexMatch: classify.flexMatch,
} as const satisfies Record<string, Factory<Classify>>;

/** Names of the pretrainings that learn from the images alone: they go through them in epochs, and need no other set. */
export const selfSupervised: readonly (keyof typeof pretrainings)[] = namesOf(
  pretrainings,
  ({ options }) =>
    "epochs" in options && Object.values(options).every(({ outside }) => outside === undefined),
);

/** Names of the pretrainings that make a network or read one; the others only compute, and have no weights that took time to learn. */
export const withNetwork: readonly (keyof typeof pretrainings)[] = namesOf(
  pretrainings,
  ({ options }) => "encoder" in options || "file" in options,
);

/** Names of the classifiers that train on labelled and unlabelled images together. */
export const semiSupervised: readonly (keyof typeof classifiers)[] = namesOf(
  classifiers,
  ({ options }) => "unlabelledRatio" in options,
);

function namesOf<Factories extends Readonly<Record<string, Factory<unknown>>>>(
  factories: Factories,
  keep: (definition: Definition) => boolean,
): (keyof Factories)[] {
  return Object.keys(factories).filter((name) => keep(factories[name].definition));
}
