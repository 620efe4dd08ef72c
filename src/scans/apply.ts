import { InputError, nearestName, type Scan } from "../core";
import { alignRows } from "./alignRows";
import { despike } from "./despike";
import { removeMains } from "./removeMains";
import { fourierNotch } from "./fourierNotch";
import { destripe } from "./destripe";
import { correctDrift } from "./correctDrift";
import { correctHysteresis } from "./correctHysteresis";
import { level } from "./level";
import { markScars } from "./markScars";
import { removeScars } from "./removeScars";
import { resample } from "./resample";

/** Every step that a history may name. */
const steps: Readonly<Record<string, (scan: Scan, options: never) => Scan>> = {
  level,
  alignRows,
  markScars,
  removeScars,
  despike,
  removeMains,
  fourierNotch,
  destripe,
  correctDrift,
  correctHysteresis,
  resample,
};

/**
 * Repeats the steps of a history on another scan: `apply(second, first.history)`. Lines that a reader or another program
 * wrote are passed over.
 * @throws InputError if a line names a step of this program that it does not have, or options that the step refuses
 */
export function apply(scan: Scan, history: readonly string[]): Scan {
  return history.reduce((result, line) => {
    const written = /^(\w+) (\{.*\})$/s.exec(line);
    if (written === null) return result;
    const [, name, options] = written;
    if (!Object.hasOwn(steps, name)) {
      const near = nearestName(name, Object.keys(steps));
      throw new InputError({
        got: `the step "${name}"`,
        expected: `one of ${Object.keys(steps).join(", ")}`,
        todo: near === undefined ? "Leave it out." : `Did you mean "${near}"?`,
      });
    }
    return steps[name](result, readOptions(line, options) as never);
  }, scan);
}

function readOptions(line: string, options: string): unknown {
  try {
    return JSON.parse(options);
  } catch {
    throw new InputError({
      got: `the history line "${line}"`,
      expected: "the name of a step and its options as JSON",
      todo: "Take histories from scans as they are.",
    });
  }
}
