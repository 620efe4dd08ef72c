/** What `detect` does when nothing is said. */
export const detectDefaults = {
  threshold: 5,
  edge: 2,
  share: 0.45,
  polarity: "both",
  backgroundNm: 2,
  smoothNm: 0.12,
  minAreaNm2: 0.2,
  maxAreaNm2: 40,
  separationNm: 0.5,
  lattice: true,
  skipSteps: true,
  channel: "",
} as const;
