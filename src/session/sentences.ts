import { gainRange } from "./gainRange";
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

/** Changed share below which more labels like the last ones hardly change anything. */
const hardly = 0.01;

/** What ten more labels may bring, in words, and whether to go on; undefined before ten labels came between two fits of this session. */
export function gainSentence(session: Session): string | undefined {
  const range = gainRange(session);
  if (range === undefined) return undefined;
  const points = (value: number): string => (100 * value).toFixed(0).replace("-", "−");
  const last = `The last ten labels changed what is told or guessed of ${percent(range.changed)} of all features.`;
  const next = `Ten more may change the accuracy by ${points(range.low)} to +${points(range.high)} points; no promise.`;
  const hint =
    range.changed < hardly
      ? " They hardly change anything any more: look at what is doubtful instead, or at what is unlike anything labelled."
      : "";
  return `${last} ${next}${hint}`;
}
