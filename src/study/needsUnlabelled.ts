import type { Result, Settings } from "../core";
import { selfSupervised, semiSupervised } from "./methods";

/** A result that may know what its method is and which pretraining it used, as records do. */
export type KnownResult = Result & {
  readonly pretraining?: number;
  readonly pretrain?: Settings | string;
  readonly classify?: Settings | string;
};

/** Classifiers on embeddings that also look at images without labels. */
const transductive: readonly string[] = [
  "labelPropagation",
  "labelSpreading",
  "selfTraining",
  "laplacianShot",
];

/**
 * Whether a trial's method learns from images without labels. One that does not know its own settings counts as one that does. An encoder from a file, or
 * from another set's labels, needs none here.
 */
export function needsUnlabelled({ pretrain, classify }: KnownResult): boolean {
  if (typeof pretrain !== "object" || typeof classify !== "object") return true;
  const components = pretrain.name === "pixels" && (pretrain["components"] ?? null) !== null;
  const pretrains = components || (selfSupervised as readonly string[]).includes(pretrain.name);
  return pretrains || [...semiSupervised, ...transductive].includes(classify.name);
}
