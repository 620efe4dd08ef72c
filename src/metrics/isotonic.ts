/**
 * The non-decreasing values that lie nearest to some values, by weighted squares: neighbours that fall are pooled into their
 * mean until none falls. n, n -> n
 * @see Ayer et al. 1955, "An empirical distribution function for sampling with incomplete information", Annals of Mathematical Statistics 26
 */
export function isotonic(values: readonly number[], weights: readonly number[]): number[] {
  const blocks: { mean: number; weight: number; length: number }[] = [];
  values.forEach((value, i) => {
    let block = { mean: value, weight: weights[i], length: 1 };
    for (
      let last = blocks.at(-1);
      last !== undefined && last.mean >= block.mean;
      last = blocks.at(-1)
    ) {
      const weight = last.weight + block.weight;
      const mean = (last.mean * last.weight + block.mean * block.weight) / weight;
      block = { mean, weight, length: last.length + block.length };
      blocks.pop();
    }
    blocks.push(block);
  });
  return blocks.flatMap(({ mean, length }) => new Array<number>(length).fill(mean));
}
