import { InputError, UNLABELLED, checkNumber, groupsLike, type ImageSet, type Rng } from "../core";

/** Which images may be learnt from and which are kept for the test. Exactly one key; none takes the set's own parts. */
export interface SplitSpec {
  /** Share of the groups kept for the test, between 0 and 1; classes are kept in proportion as far as groups allow. */
  readonly test?: number | undefined;
  /** Labels and pretraining from the other groups, test on these; `*` in a name stands for any text. */
  readonly testGroups?: readonly string[] | undefined;
  /** Pretraining on the other groups only; labels and test images from these, in the parts of the set if it has any. */
  readonly adaptGroups?: readonly string[] | undefined;
}

/** Indices into the set. */
export interface Split {
  /** What pretraining sees, labels hidden. */
  readonly pretrain: Int32Array;
  /** Where labels may be bought. */
  readonly pool: Int32Array;
  /** What the test is taken from; never in `pretrain` unless the study is transductive. */
  readonly test: Int32Array;
  /** Whether labels and test images come from the same images, so that each draw tests on what it did not label. */
  readonly adapt: boolean;
  /** What a reader of the figure must know. */
  readonly notes: readonly string[];
}

/**
 * Splits a set so that images of one group never straddle pretraining and test.
 * @throws InputError if a group is not in the set, nothing is left on one side, or the set has no parts of its own
 */
export function splitImages(
  set: ImageSet,
  spec: SplitSpec | undefined,
  rng: Rng,
  transductive = false,
): Split {
  checkOneKey(spec ?? {});
  const split = basicSplit(set, spec ?? {}, rng, transductive);
  for (const side of ["pretrain", "pool", "test"] as const) {
    if (split[side].length > 0) continue;
    throw new InputError({
      got: `no image for ${side === "pool" ? "labelling" : side === "test" ? "the test" : "pretraining"} in "${set.name}"`,
      expected: "images on both sides of the split",
      todo: "Change the split.",
    });
  }
  if (!transductive) return split;
  const all = new Set([...split.pretrain, ...split.test]);
  return {
    ...split,
    pretrain: Int32Array.from(all).sort(),
    notes: [...split.notes, "Transductive: pretraining saw the test images, without labels."],
  };
}

function checkOneKey({ test, testGroups, adaptGroups }: SplitSpec): void {
  const given = Object.entries({ test, testGroups, adaptGroups }).filter(
    ([, value]) => value !== undefined,
  );
  if (given.length <= 1) return;
  throw new InputError({
    got: `${given.map(([key]) => key).join(" and ")} together`,
    expected: "exactly one of test, testGroups, adaptGroups",
    todo: "Leave out all but one; without any the set's own parts are taken.",
  });
}

function basicSplit(set: ImageSet, spec: SplitSpec, rng: Rng, transductive: boolean): Split {
  if (spec.test !== undefined) return randomGroups(set, spec.test, rng);
  if (spec.testGroups !== undefined) return byGroups(set, spec.testGroups, false, transductive);
  if (spec.adaptGroups !== undefined) return byGroups(set, spec.adaptGroups, true, transductive);
  return ownParts(set);
}

function ownParts(set: ImageSet): Split {
  const { parts } = set;
  if (parts === undefined) {
    throw new InputError({
      got: `no split for "${set.name}", which has no parts of its own`,
      expected: 'one such as "split": { "test": 0.3 }',
      todo: "Add a split to the plan.",
    });
  }
  const test = select(set, (i) => parts[i] === "test" && set.labels[i] !== UNLABELLED);
  return {
    pretrain: select(set, (i) => parts[i] !== "test"),
    pool: select(set, (i) => parts[i] === "train" && set.labels[i] !== UNLABELLED),
    test,
    adapt: false,
    notes: [`Test: the set's own ${test.length} test images.`],
  };
}

function byGroups(
  set: ImageSet,
  wanted: readonly string[],
  adapt: boolean,
  transductive: boolean,
): Split {
  const chosen = groupsLike(set, wanted);
  const others = select(set, (i) => !chosen.has(set.groups[i]));
  const labelled = select(set, (i) => chosen.has(set.groups[i]) && set.labels[i] !== UNLABELLED);
  const named = `${wanted.length === 1 ? "group" : "groups"} ${wanted.join(", ")}`;
  // What a transductive study sees besides is a note of its own.
  const [learning, source] = transductive ? ["", "Labels"] : [`Pretraining without ${named}; `, "Labels and pretraining"]; // prettier-ignore
  const from = transductive ? "Labels" : "labels";
  const { parts } = set;
  if (adapt && parts !== undefined && labelled.some((i) => parts[i] === "test")) {
    return {
      pretrain: others.filter((i) => parts[i] !== "test"),
      pool: labelled.filter((i) => parts[i] === "train"),
      test: labelled.filter((i) => parts[i] === "test"),
      adapt: false,
      notes: [`${learning}${from} from the training images of ${named}, test on the test images.`],
    };
  }
  return {
    pretrain: others,
    pool: adapt ? labelled : others.filter((i) => set.labels[i] !== UNLABELLED),
    test: labelled,
    adapt,
    notes: [
      adapt
        ? `${learning}${from} and test images from ${named}; images that overlap a labelled one are left out of the test.`
        : `${source} without ${named}; test on all of ${named}.`,
    ],
  };
}

function randomGroups(set: ImageSet, share: number, rng: Rng): Split {
  checkNumber("split.test", share, { min: 0, max: 1, aboveMin: true });
  const byGroup = new Map<string, number[]>();
  set.groups.forEach((group, i) => byGroup.set(group, [...(byGroup.get(group) ?? []), i]));
  const names = [...byGroup.keys()].sort();
  const target = classCounts(set, set.labels.keys()).map((count) => count * share);
  const have = target.map(() => 0);
  const test = new Set<string>();
  for (const g of rng.fork("test groups").permutation(names.length)) {
    const counts = classCounts(set, byGroup.get(names[g]) ?? []);
    // Without a label there is nothing to test, and something to learn from.
    if (counts.slice(0, -1).every((count) => count === 0)) continue;
    // A group joins the test while that brings the classes nearer to their share.
    const gain = counts.reduce((sum, count, c) => {
      return sum + Math.abs(target[c] - have[c]) - Math.abs(target[c] - have[c] - count);
    }, 0);
    if (gain <= 0) continue;
    test.add(names[g]);
    counts.forEach((count, c) => (have[c] += count));
  }
  const train = select(set, (i) => !test.has(set.groups[i]));
  const tested = select(set, (i) => test.has(set.groups[i]) && set.labels[i] !== UNLABELLED);
  const whole = names.length === set.ids.length ? "images" : `groups (${test.size})`;
  return {
    pretrain: train,
    pool: train.filter((i) => set.labels[i] !== UNLABELLED),
    test: tested,
    adapt: false,
    notes: [`Test: ${tested.length} images of other ${whole} than those learnt from.`],
  };
}

/** Images of each class, with those without label last. */
function classCounts(set: ImageSet, indices: Iterable<number>): number[] {
  const counts = new Array<number>(set.classNames.length + 1).fill(0);
  for (const i of indices) {
    const label = set.labels[i];
    counts[label === UNLABELLED ? set.classNames.length : label] += 1;
  }
  return counts;
}

function select(set: ImageSet, keep: (index: number) => boolean): Int32Array {
  return Int32Array.from(set.labels.keys()).filter(keep);
}
