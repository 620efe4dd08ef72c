import type { Result } from "../../src/core";

/** Prints a line for each method: its mean balanced accuracy in % at each number of labels a class. */
export function printMeans(
  set: string,
  results: readonly Result[],
  methods: readonly string[],
  budgets: readonly number[],
): void {
  const wide = Math.max(...methods.map((name) => name.length));
  for (const name of methods) {
    const means = budgets.map((labels) => {
      const own = results.filter((one) => one.method === name && one.labelsPerClass === labels);
      return (100 * own.reduce((sum, one) => sum + one.balancedAccuracy, 0)) / own.length;
    });
    console.log(set.padEnd(10), name.padEnd(wide), ...means.map((mean) => mean.toFixed(1).padStart(6))); // prettier-ignore
  }
}
