import type { Rng } from "../../core";
import { drawFrom, type Range } from "../ranges";

/** The loop that keeps the current constant; each is drawn once for a scan. */
export interface FeedbackOptions {
  /** Unity-gain frequency of the integrating controller, in Hz; 200 to 2000. Without it the tip follows at once. */
  readonly feedbackHz?: Range;
  /** Proportional gain, 0 to 0.9; more follows faster. @default [0, 0.3], assumed */
  readonly proportional?: Range;
  /** Bandwidth of the current amplifier, in Hz; 1000 to 10000. Below some four times `feedbackHz` the loop rings. @default [3000, 8000], assumed */
  readonly amplifierHz?: Range;
}

/** What was drawn for one scan; units as in the options. */
export interface Feedback {
  readonly feedbackHz: number;
  readonly proportional: number;
  readonly amplifierHz: number;
}

/** Draws the loop of one scan; none where the tip follows at once. */
export function drawFeedback(
  options: Required<Omit<FeedbackOptions, "feedbackHz">> & Pick<FeedbackOptions, "feedbackHz">,
  rng: Rng,
): Feedback | undefined {
  if (options.feedbackHz === undefined) return undefined;
  return {
    feedbackHz: drawFrom(rng, options.feedbackHz),
    proportional: drawFrom(rng, options.proportional),
    amplifierHz: drawFrom(rng, options.amplifierHz),
  };
}

/** A loop as it runs; heights in pm. */
export interface Loop {
  /** How the next error that is seen, and the next height that is held, follow from the last. */
  readonly matrix: Matrix;
  readonly proportional: number;
  /** Amplified error: positive where the tip is too low, so that too much current flows. */
  seen: number;
  /** What the integrator holds. */
  held: number;
}

/**
 * The loop in steps of `seconds`, exact for heights that stay constant over a step. The current is logarithmic in the
 * gap, so that the loop is linear in pm: the amplifier has one pole, the controller is proportional and integrating.
 */
export function createLoop(feedback: Feedback, seconds: number, start: number): Loop {
  const amplifier = 2 * Math.PI * feedback.amplifierHz;
  const integral = 2 * Math.PI * feedback.feedbackHz;
  const { proportional } = feedback;
  // seen' = amplifier (wanted - tip - seen), held' = integral seen, tip = held + proportional seen.
  const matrix = exponential([-amplifier * (1 + proportional), -amplifier, integral, 0], seconds);
  return { matrix, proportional, seen: 0, held: start };
}

/** The heights wanted, one for each step -> in their place those of the tip, and what the amplifier sees at each. */
export function follow(loop: Loop, heights: Float64Array, seen: Float64Array): void {
  const { matrix, proportional } = loop;
  const [a, b, c, d] = matrix;
  let { seen: error, held } = loop;
  for (let n = 0; n < heights.length; n++) {
    // The loop rests where nothing is seen and the integrator holds what is wanted.
    const wanted = heights[n];
    const off = held - wanted;
    held = wanted + c * error + d * off;
    error = a * error + b * off;
    heights[n] = held + proportional * error;
    seen[n] = error;
  }
  loop.seen = error;
  loop.held = held;
}

type Matrix = readonly [a: number, b: number, c: number, d: number];

/** exp(matrix * time) of a 2 x 2 matrix, by halving the time until a short series serves, and squaring back. */
function exponential(matrix: Matrix, time: number): Matrix {
  const size = Math.max(...matrix.map((entry) => Math.abs(entry * time)));
  const halvings = Math.max(0, Math.ceil(Math.log2(size)) + 4);
  const small = matrix.map((entry) => (entry * time) / 2 ** halvings) as unknown as Matrix;
  let result: Matrix = [1, 0, 0, 1];
  let term: Matrix = [1, 0, 0, 1];
  for (let n = 1; n <= 12; n++) {
    term = times(term, small).map((entry) => entry / n) as unknown as Matrix;
    result = result.map((entry, i) => entry + term[i]) as unknown as Matrix;
  }
  for (let n = 0; n < halvings; n++) result = times(result, result);
  return result;
}

function times([a, b, c, d]: Matrix, [e, f, g, h]: Matrix): Matrix {
  return [a * e + b * g, a * f + b * h, c * e + d * g, c * f + d * h];
}
