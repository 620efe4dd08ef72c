/** One less the largest probability of each row. [n*classes] -> n, 0 to 1 */
export function leastConfidence(p: ArrayLike<number>, classes: number): Float64Array {
  return eachRow(p, classes, (at) => 1 - largestTwo(p, at, classes)[0]);
}

/** One less the distance of the two largest probabilities of each row; 1 for a draw. [n*classes] -> n, 0 to 1 */
export function marginUncertainty(p: ArrayLike<number>, classes: number): Float64Array {
  return eachRow(p, classes, (at) => {
    const [first, second] = largestTwo(p, at, classes);
    return 1 - (first - second);
  });
}

/** Shannon entropy of each row, in nats. [n*classes] -> n, 0 to ln classes */
export function entropyOf(p: ArrayLike<number>, classes: number): Float64Array {
  return eachRow(p, classes, (at) => {
    let sum = 0;
    for (let c = 0; c < classes; c++) if (p[at + c] > 0) sum -= p[at + c] * Math.log(p[at + c]);
    return sum;
  });
}

/**
 * How much the members of a committee disagree: the entropy of their mean less the mean of their entropies, in nats. Several of [n*classes] -> n
 * @see Houlsby et al. 2011, arXiv:1112.5745
 */
export function disagreement(members: readonly ArrayLike<number>[], classes: number): Float64Array {
  const length = members[0].length;
  const mean = new Float64Array(length);
  for (const p of members) for (let at = 0; at < length; at++) mean[at] += p[at] / members.length;
  const whole = entropyOf(mean, classes);
  for (const p of members) {
    const own = entropyOf(p, classes);
    for (let i = 0; i < own.length; i++) whole[i] -= own[i] / members.length;
  }
  // Rounding must not make less than nothing of it.
  return whole.map((value) => Math.max(0, value));
}

function eachRow(
  p: ArrayLike<number>,
  classes: number,
  score: (at: number) => number,
): Float64Array {
  return Float64Array.from({ length: p.length / classes }, (_, row) => score(row * classes));
}

function largestTwo(p: ArrayLike<number>, at: number, classes: number): [number, number] {
  let [first, second] = [0, 0];
  for (let c = 0; c < classes; c++) {
    const value = p[at + c];
    if (value > first) [first, second] = [value, first];
    else if (value > second) second = value;
  }
  return [first, second];
}
