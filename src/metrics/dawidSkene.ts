import { checkInteger, checkNumber, InputError } from "../core";

/** What several experts' answers say together. */
export interface Consensus {
  /** Probability of each class for each item. Row-major, [n*k] */
  readonly probabilities: Float64Array;
  /** How often each class is there. [k] */
  readonly shares: Float64Array;
  /** What each expert says of each class, by true class and said class. [experts][k][k] */
  readonly experts: readonly (readonly Float64Array[])[];
  readonly logLikelihood: number;
  readonly iterations: number;
}

/** How long and how carefully. */
export interface DawidSkeneOptions {
  /** Added to every count, at least 0; without any, a zero locks. @default 0.01 */
  readonly smoothing?: number;
  /** @default 200 */
  readonly maxIterations?: number;
}

/** A rise of the log-likelihood that counts as none. */
const settled = 1e-10;

/**
 * The true classes and how each expert errs, from their answers alone, by expectation and maximisation. Of two experts that disagree it cannot know who is right: let
 * somebody adjudicate. [n][experts], class numbers; undefined where there is no answer
 * @throws InputError if an answer is no class, or an item has none
 * @see Dawid & Skene 1979, Applied Statistics 28
 */
export function dawidSkene(
  answers: readonly (readonly (number | undefined)[])[],
  classes: number,
  { smoothing = 0.01, maxIterations = 200 }: DawidSkeneOptions = {},
): Consensus {
  checkInteger("classes", classes, { min: 2 });
  checkNumber("smoothing", smoothing, { min: 0 });
  checkInteger("maxIterations", maxIterations, { min: 1 });
  checkAnswers(answers, classes);
  const n = answers.length;
  const experts = Math.max(...answers.map((row) => row.length));
  const truth = new Float64Array(n * classes);
  answers.forEach((row, i) => {
    const said = row.filter((value) => value !== undefined);
    for (const value of said) truth[i * classes + value] += 1 / said.length;
  });
  let found = maximise(answers, truth, experts, classes, smoothing);
  let before = -Infinity;
  let iterations = 0;
  for (;;) {
    iterations++;
    const logLikelihood = expect(answers, found, truth, classes);
    const isSettled = Math.abs(logLikelihood - before) < settled;
    if (isSettled || iterations >= maxIterations)
      return { probabilities: truth, ...found, logLikelihood, iterations };
    before = logLikelihood;
    found = maximise(answers, truth, experts, classes, smoothing);
  }
}

type Answers = readonly (readonly (number | undefined)[])[];
type Rates = Pick<Consensus, "shares" | "experts">;

function maximise(
  answers: Answers,
  truth: Float64Array,
  experts: number,
  k: number,
  s: number,
): Rates {
  const shares = new Float64Array(k).fill(s);
  const said = Array.from({ length: experts }, () =>
    Array.from({ length: k }, () => new Float64Array(k).fill(s)),
  );
  answers.forEach((row, i) => {
    for (let c = 0; c < k; c++) {
      const p = truth[i * k + c];
      shares[c] += p;
      row.forEach((value, j) => {
        if (value !== undefined) said[j][c][value] += p;
      });
    }
  });
  const whole = (values: Float64Array): Float64Array => {
    const sum = values.reduce((a, b) => a + b, 0);
    return values.map((value) => (sum > 0 ? value / sum : 1 / k));
  };
  return { shares: whole(shares), experts: said.map((rows) => rows.map(whole)) };
}

/** Writes the classes' probabilities into `truth`. -> log-likelihood of the answers */
function expect(
  answers: Answers,
  { shares, experts }: Rates,
  truth: Float64Array,
  k: number,
): number {
  let total = 0;
  answers.forEach((row, i) => {
    const logs = Array.from(shares, (share, c) =>
      row.reduce<number>(
        (sum, value, j) => (value === undefined ? sum : sum + Math.log(experts[j][c][value])),
        Math.log(share),
      ),
    );
    const most = Math.max(...logs);
    const sum = logs.reduce((a, log) => a + Math.exp(log - most), 0);
    logs.forEach((log, c) => (truth[i * k + c] = Math.exp(log - most) / sum));
    total += most + Math.log(sum);
  });
  return total;
}

function checkAnswers(answers: Answers, classes: number): void {
  const wrong = answers.findIndex((row) => {
    const said = row.filter((value) => value !== undefined);
    return said.length === 0 || said.some((c) => !Number.isInteger(c) || c < 0 || c >= classes);
  });
  if (answers.length > 0 && wrong < 0) return;
  throw new InputError({
    got:
      answers.length === 0 ? "no item" : `item ${wrong} without a class from 0 to ${classes - 1}`,
    expected: "a class number of one expert at least for each item",
    todo: "Leave out items that nobody answered.",
  });
}
