/** What the literature makes one expect of a technique: so many points more than another, at a number of labels a class. */
export interface Expectation {
  /** The technique that it is compared with. */
  readonly than: string;
  /** Labels a class. */
  readonly labels: number;
  /** Points of balanced accuracy, at least; below 0: it may be behind by as many. */
  readonly points: number;
}

/** The method that all others are compared with. */
export const baselineName = "from scratch, tuned";

const scratch = baselineName;
const simclr = "SimCLR + logistic";
const floor = "random weights + logistic";

/** As `Expectation`, in one line. */
function ahead(than: string, labels: number, points: number): Expectation {
  return { than, labels, points };
}

/**
 * What is expected of each technique. The papers report gains of tens of points on photographs after long trainings; here stands which way, and by how much
 * at least.
 */
export const expectations: Readonly<Record<string, readonly Expectation[]>> = {
  // Sohn et al. 2020, table 2, CIFAR-10 at 4 labels a class: 86 % against some 36 % of the labels alone; UDA and MixMatch beside it.
  FixMatch: [ahead(scratch, 4, 8)],
  FlexMatch: [ahead(scratch, 4, 8)],
  UDA: [ahead(scratch, 4, 8)],
  MixMatch: [ahead(scratch, 4, 5)],
  // Zhang et al. 2021 (TorchSSL), CIFAR-10 at 4 labels a class: these three are within some points of the labels alone.
  "Pi-model": [ahead(scratch, 4, -3)],
  "Mean Teacher": [ahead(scratch, 4, -3)],
  "pseudo-label": [ahead(scratch, 4, -3)],
  // Khosla et al. 2020, table 2: a point or two better than cross-entropy where labels are many.
  SupCon: [ahead(scratch, 40, -4)],
  "from scratch, by default": [ahead(scratch, 4, -3), ahead(scratch, 40, -3)],
  // Chen et al. 2020, table 7: at 1 % of the labels far ahead of the labels alone.
  [simclr]: [ahead(scratch, 1, 3), ahead(floor, 4, 10)],
  // da Costa et al. 2022 (solo-learn), CIFAR-10: all within some points of SimCLR.
  "MoCo + logistic": [ahead(simclr, 4, -4)],
  "BYOL + logistic": [ahead(simclr, 4, -4)],
  "SimSiam + logistic": [ahead(simclr, 4, -6)],
  "Barlow Twins + logistic": [ahead(simclr, 4, -6)],
  "VICReg + logistic": [ahead(simclr, 4, -6)],
  "DINO + logistic": [ahead(simclr, 4, -6)],
  // Gidaris et al. 2018: better than random weights, behind contrast.
  "rotation + logistic": [ahead(floor, 4, 0)],
  "denoising autoencoder + logistic": [ahead(floor, 4, 0)],
  // Chen et al. 2019; Wang et al. 2019: simple heads on good features do about as well.
  "SimCLR + prototypes": [ahead(simclr, 1, -3), ahead(simclr, 40, -12)],
  "SimCLR + nearest neighbours": [ahead(simclr, 10, -6)],
  "SimCLR + SimpleShot": [ahead(simclr, 1, -3)],
  "SimCLR + linear SVM": [ahead(simclr, 10, -4)],
  // Zhu & Ghahramani 2002: neighbours help where labels are few.
  "SimCLR + label propagation": [ahead(simclr, 1, -3)],
  "SimCLR + label spreading": [ahead(simclr, 1, -3)],
  "SimCLR + self-training": [ahead(simclr, 4, -4)],
  // Chen et al. 2020, table 7: fine-tuned at least as good as from scratch.
  "SimCLR + fine-tuned": [ahead(scratch, 4, 0)],
  "SimCLR + FixMatch": [ahead(scratch, 4, 5)],
};
