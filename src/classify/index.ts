export { fineTune, type FineTuneOptions } from "./fineTune";
export { logisticRegression, type LogisticRegressionOptions } from "./logisticRegression";
export { nearestNeighbours, type NearestNeighboursOptions } from "./nearestNeighbours";
export { prototypes, type PrototypesOptions } from "./prototypes";
