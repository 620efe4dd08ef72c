import type { Session } from "./openSession";
import { className } from "./resolved";

const percent = (value: number): string => `${Math.round(100 * value)} %`;

/** What may be promised, in words. */
export function promiseSentence(session: Session): string {
  const { model } = session;
  if (model === undefined) return "Two classes need a label before anything is learnt.";
  const { missing, n } = model.conformal;
  if (missing > 0)
    return `No promise yet: ${missing} more random ${missing === 1 ? "label is" : "labels are"} missing. What is shown are guesses.`;
  const classes = model.classes.map((id) => className(session, id)).join(", ");
  const { told } = model;
  const right =
    told.n === 0
      ? ""
      : ` Of what is told ${percent(told.share)} is right: between ${percent(told.low)} and ${percent(told.high)} (by ${told.n} of them).`;
  return `Of features like these, 90 % have their class in what is told or left open (from ${n} random labels; classes: ${classes}).${right}`;
}

/** How good the model is by the labels that measure, in words; undefined before there is one. */
export function accuracySentence({ model }: Session): string | undefined {
  if (model === undefined || model.accuracy.n === 0) return undefined;
  const { share, low, high, n } = model.accuracy;
  return `${percent(share)} right on ${n} random, blind ${n === 1 ? "label" : "labels"}: between ${percent(low)} and ${percent(high)} of all features (95 % confidence).`;
}
