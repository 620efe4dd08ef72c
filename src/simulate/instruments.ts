import type { InstrumentOptions } from "./instrument";

/** Names of instruments that are ready to use. */
export type InstrumentName = "ideal" | "cold" | "usual" | "poor";

const ideal: InstrumentOptions = {
  tiltDegrees: [0, 0],
  noisePm: [0, 0],
  wanderPm: [0, 0],
  lineOffsetPm: [0, 0],
};

/**
 * Instruments: "ideal" adds nothing; "cold" is a quiet one at 4 to 77 K, with the noise measured in public files of
 * such instruments; "usual" one at room temperature; "poor" one on a bad day. Strengths are usual ones, and assumed
 * where an option says so.
 * @see Tiedje & Brown 1990, J. Appl. Phys. 68, 649, for the bandwidth of the loop
 */
export const instruments: Readonly<Record<InstrumentName, InstrumentOptions>> = {
  ideal,
  cold: {
    tiltDegrees: [-0.5, 0.5],
    noisePm: [0.1, 0.9],
    wanderPm: [0.1, 0.6],
    pinkPm: [0.05, 0.4],
    mainsPm: [0, 0.5],
    vibrationPm: [0, 0.6],
    lineOffsetPm: [0.25, 2.4],
    lineWalkPm: [0, 0.3],
    driftNmPerMinute: [0, 0.02],
    settleNm: [0, 0.3],
    creepPercent: [0, 1],
    moveNm: [-20, 20],
    hysteresisPercent: [0, 0.5],
    zDriftPmPerMinute: [0, 2],
    feedbackHz: [300, 1500],
    lineSeconds: [0.2, 0.65],
    scars: [0, 0.3],
    glitches: [0, 0.5],
    tipChanges: 0.1,
  },
  usual: {
    tiltDegrees: [-1, 1],
    noisePm: [1, 5],
    wanderPm: [1, 4],
    pinkPm: [0.5, 2.5],
    mainsPm: [0, 4],
    vibrationPm: [0, 3],
    lineOffsetPm: [3, 12],
    lineWalkPm: [0, 1.5],
    driftNmPerMinute: [0.05, 0.6],
    settleNm: [0, 1.5],
    creepPercent: [0.5, 1.5],
    moveNm: [-50, 50],
    hysteresisPercent: [0, 1],
    zDriftPmPerMinute: [1, 20],
    feedbackHz: [250, 1500],
    lineSeconds: [0.1, 0.4],
    scars: [0.05, 1.5],
    glitches: [0, 3],
    tipChanges: 0.4,
  },
  poor: {
    tiltDegrees: [-2.5, 2.5],
    noisePm: [4, 12],
    wanderPm: [3, 10],
    pinkPm: [2, 6],
    mainsPm: [2, 12],
    vibrationPm: [2, 8],
    lineOffsetPm: [8, 30],
    lineWalkPm: [0.5, 4],
    driftNmPerMinute: [0.4, 1.5],
    settleNm: [0.5, 4],
    creepPercent: [1, 2],
    hysteresisPercent: [0.5, 3],
    zDriftPmPerMinute: [10, 50],
    feedbackHz: [150, 600],
    lineSeconds: [0.06, 0.25],
    scars: [0.5, 4],
    glitches: [1, 12],
    tipChanges: 1,
  },
};
