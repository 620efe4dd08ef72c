import { InputError } from "../core";

/**
 * Counts how often each true class was given each predicted class: rows are true, columns predicted.
 * n labels, n predictions -> [classes][classes]
 * @param classes number of classes, so that absent ones have their row and column too
 * @throws InputError if the lengths differ, or a value is not a class index (a hidden label, -1, cannot be scored)
 */
export function confusion(
  labels: ArrayLike<number>,
  predicted: ArrayLike<number>,
  classes: number,
): number[][] {
  if (labels.length !== predicted.length) {
    throw new InputError({
      got: `${predicted.length} predictions for ${labels.length} labels`,
      expected: "one prediction for each label",
      todo: "Check that both come from the same images.",
    });
  }
  const counts = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  for (let i = 0; i < labels.length; i++) {
    const row = checkClass("label", labels[i], classes);
    const column = checkClass("prediction", predicted[i], classes);
    counts[row][column]++;
  }
  return counts;
}

function checkClass(what: string, value: number, classes: number): number {
  if (Number.isInteger(value) && value >= 0 && value < classes) return value;
  throw new InputError({
    got: `the ${what} ${value}`,
    expected: `a class index from 0 to ${classes - 1}`,
    todo: "Score labelled images only, with the number of classes of their set.",
  });
}
