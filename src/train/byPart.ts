import type { Optimiser } from "./optimiser";

/** How one part of a network is moved. */
export interface OptimiserPart {
  readonly optimiser: Optimiser;
  /** This part's learning rate, from that of the schedule. @default the schedule's */
  readonly rate?: (rate: number) => number;
}

/**
 * Moves each variable by the optimiser of the longest part name that its own name begins with, so that layers can have learning rates of their
 * own. The part "" takes what no other does; parts without variables are left out.
 * @throws Error if a variable belongs to no part
 */
export function byPart(parts: Readonly<Record<string, OptimiserPart>>): Optimiser {
  const longestFirst = Object.keys(parts).sort((a, b) => b.length - a.length || (a < b ? -1 : 1));
  return (variables) => {
    const bound = longestFirst.flatMap((part) => {
      const own = new Map(
        Array.from(variables).filter(([name]) => partOf(name, longestFirst) === part),
      );
      const { optimiser, rate = (given: number): number => given } = parts[part];
      return own.size === 0 ? [] : [{ part, rate, own, rule: optimiser(own) }];
    });
    let counts: number[] = [];
    return {
      state: new Map(
        bound.flatMap(({ part, rule }) =>
          Array.from(rule.state, ([name, state]) => [`${part}/${name}`, state] as const),
        ),
      ),
      memory: bound.flatMap(({ rule }) => rule.memory),
      numbers: (learningRate) => {
        const numbers = bound.map(({ rate, rule }) => rule.numbers(rate(learningRate)));
        counts = numbers.map(({ length }) => length);
        return numbers.flat();
      },
      step: (gradients, numbers) => {
        let from = 0;
        bound.forEach(({ own, rule }, part) => {
          const given = new Map(Array.from(gradients).filter(([name]) => own.has(name)));
          rule.step(given, numbers.slice(from, from + counts[part]));
          from += counts[part];
        });
      },
      usual: () => bound.every(({ rule }) => rule.usual()),
      assigned: () => {
        for (const { rule } of bound) rule.assigned();
      },
      dispose: () => {
        for (const { rule } of bound) rule.dispose();
      },
    };
  };
}

function partOf(name: string, longestFirst: readonly string[]): string {
  const part = longestFirst.find((prefix) => name.startsWith(prefix));
  if (part === undefined) throw new Error(`"${name}" belongs to no part of the optimiser`);
  return part;
}
