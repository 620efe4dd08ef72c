import { badge } from "./badge";
import { bald } from "./bald";
import { classAware } from "./classAware";
import { entropy } from "./entropy";
import { kCentre } from "./kCentre";
import { kMeans } from "./kMeans";
import { leastConfident } from "./leastConfident";
import { margin } from "./margin";
import { maxHerding } from "./maxHerding";
import { mixed } from "./mixed";
import { probCover } from "./probCover";
import { random } from "./random";
import { typiClust, typiClustOfficial } from "./typiClust";

/** Every strategy by the name that the command line and benchmarks give it. */
export const strategies = {
  random,
  leastConfident,
  margin,
  entropy,
  bald,
  kCentre,
  kMeans,
  typiClust,
  typiClustOfficial,
  probCover,
  maxHerding,
  badge,
  classAware,
  mixed,
} as const;

/** The name of a strategy. */
export type StrategyName = keyof typeof strategies;
