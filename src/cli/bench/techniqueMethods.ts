import type { ImageSet, Method } from "../../core";
import * as classify from "../../classify";
import * as pretrain from "../../pretrain";
import { baselineName } from "./expectations";

/** The network of every technique. */
export const benchEncoder = { resnet: { depth: 8, width: 8 } } as const;

/** Labelled images in a step of what trains on unlabelled ones too, but for a quicker measurement. */
export const labelledInStep = 32;

/** The ten techniques of a quick run, beside training from scratch. */
export const mainTechniques = [
  "FixMatch",
  "FlexMatch",
  "UDA",
  "MixMatch",
  "Mean Teacher",
  "SimCLR + logistic",
  "MoCo + logistic",
  "BYOL + logistic",
  "SimCLR + prototypes",
  "from scratch, by default",
] as const;

/**
 * Every technique as it is by default, but for its size, and the baseline first.
 * @param learningRate of the baseline
 * @param batchSize labelled images in a step of what trains on unlabelled ones too
 */
export function techniqueMethods(
  images: ImageSet,
  steps: number,
  learningRate: number,
  batchSize: number = labelledInStep,
): Method[] {
  const none = pretrain.none({ encoder: benchEncoder });
  return [
    {
      name: baselineName,
      pretrain: none,
      classify: classify.fineTune({ steps, learningRate }),
    },
    ...trainedOnLabels(steps, batchSize).map(([name, head]) => ({
      name,
      pretrain: none,
      classify: head,
    })),
    ...pretrained(images, steps, batchSize),
  ];
}

/** Epochs over the images that are not for the test which take about so many steps of 128 images, at least one. */
export function epochsOf({ parts, ids }: ImageSet, steps: number): number {
  const pool = parts?.filter((part) => part !== "test").length ?? ids.length;
  return Math.max(1, Math.round(steps / Math.max(1, Math.floor(pool / 128))));
}

function trainedOnLabels(steps: number, batchSize: number): [string, Method["classify"]][] {
  const few = { steps, batchSize };
  return Object.entries({
    "Pi-model": classify.piModel(few),
    "Mean Teacher": classify.meanTeacher(few),
    "pseudo-label": classify.pseudoLabel(few),
    MixMatch: classify.mixMatch(few),
    UDA: classify.uda(few),
    FixMatch: classify.fixMatch(few),
    FlexMatch: classify.flexMatch(few),
    SupCon: classify.supCon({ steps }),
    "from scratch, by default": classify.fineTune({ steps }),
  });
}

function pretrained(images: ImageSet, steps: number, batchSize: number): Method[] {
  const sizes = { encoder: benchEncoder, epochs: epochsOf(images, steps) };
  const simclr = pretrain.simclr(sizes);
  const learners = {
    SimCLR: simclr,
    MoCo: pretrain.moco(sizes),
    BYOL: pretrain.byol(sizes),
    SimSiam: pretrain.simSiam(sizes),
    "Barlow Twins": pretrain.barlowTwins(sizes),
    VICReg: pretrain.vicreg(sizes),
    DINO: pretrain.dino(sizes),
    rotation: pretrain.rotation(sizes),
    "denoising autoencoder": pretrain.denoisingAutoencoder(sizes),
    "random weights": pretrain.none({ encoder: benchEncoder }),
    pixels: pretrain.pixels(),
  };
  const heads = {
    prototypes: classify.prototypes(),
    "nearest neighbours": classify.nearestNeighbours(),
    SimpleShot: classify.simpleShot(),
    "linear SVM": classify.linearSvm(),
    "label propagation": classify.labelPropagation(),
    "label spreading": classify.labelSpreading(),
    "self-training": classify.selfTraining(),
    "fine-tuned": classify.fineTune({ steps }),
    FixMatch: classify.fixMatch({ steps, batchSize }),
  };
  const logistic = classify.logisticRegression();
  return [
    ...Object.entries(learners).map(([name, learner]) => ({
      name: `${name} + logistic`,
      pretrain: learner,
      classify: logistic,
    })),
    ...Object.entries(heads).map(([name, head]) => ({
      name: `SimCLR + ${name}`,
      pretrain: simclr,
      classify: head,
    })),
  ];
}
