import { classRecall } from "./classRecall";

/**
 * Mean recall of the classes that occur among the true labels, in [0,1]: chance is 1/classes however unequal the
 * classes are. [classes][classes] -> number
 * @throws InputError if nothing was counted
 * @see Brodersen et al. 2010, "The balanced accuracy and its posterior distribution", doi:10.1109/ICPR.2010.764
 */
export function balancedAccuracy(confusion: readonly (readonly number[])[]): number {
  const recalls = classRecall(confusion).filter((recall) => !Number.isNaN(recall));
  return recalls.reduce((sum, recall) => sum + recall, 0) / recalls.length;
}
