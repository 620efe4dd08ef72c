/** The numbers of a result by which methods are compared. */
export const resultMetrics = ["accuracy", "balancedAccuracy", "macroF1"] as const;

/** A number of a result by which methods are compared. */
export type ResultMetric = (typeof resultMetrics)[number];
