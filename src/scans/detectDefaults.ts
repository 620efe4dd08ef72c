/** What `detect` does by the network when nothing is said. */
export const learnedDefaults = {
  method: "learned" as string,
  sensitivity: 0.5,
  extent: 0.6,
  polarity: "both" as "both" | "bright" | "dark",
  minAreaNm2: 0,
  maxAreaNm2: Infinity,
  separationNm: 0.5,
  traces: "one" as "one" | "both",
  channel: "" as string,
};

/** Settings of the network's way. */
export type LearnedSettings = Readonly<typeof learnedDefaults>;

/** What `detect` does by a threshold when nothing is said. */
export const thresholdDefaults = {
  method: "threshold" as string,
  threshold: 5,
  edge: 2,
  share: 0.45,
  polarity: "both" as "both" | "bright" | "dark",
  backgroundNm: 2,
  smoothNm: 0.12,
  minAreaNm2: 0.2,
  maxAreaNm2: 40,
  separationNm: 0.5,
  lattice: true,
  skipSteps: true,
  channel: "" as string,
};

/** Settings of the threshold's way. */
export type ThresholdSettings = Readonly<typeof thresholdDefaults>;
