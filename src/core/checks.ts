import { closest, distance } from "fastest-levenshtein";
import { InputError } from "./inputError";

/** Bounds of a number that a user gives. */
export interface Bounds {
  /** Smallest allowed value. */
  readonly min?: number;
  /** Largest allowed value. */
  readonly max?: number;
  /** Whether `min` itself is refused. */
  readonly aboveMin?: boolean;
}

/**
 * Passes a finite number within bounds.
 * @throws InputError if it is not a finite number, or outside the bounds
 */
export function checkNumber(name: string, value: number, bounds: Bounds = {}): number {
  const { min = -Infinity, max = Infinity, aboveMin = false } = bounds;
  const inside = aboveMin ? value > min : value >= min;
  if (!Number.isFinite(value) || !inside || value > max) {
    throw new InputError({
      option: name,
      got: `${name} ${show(value)}`,
      expected: `a number ${describeBounds(bounds)}`.trim(),
      todo: `Change ${name}.`,
    });
  }
  return value;
}

/**
 * Passes a whole number within bounds.
 * @throws InputError if it is not a whole number, or outside the bounds
 */
export function checkInteger(name: string, value: number, bounds: Bounds = {}): number {
  if (!Number.isSafeInteger(value)) {
    throw new InputError({
      option: name,
      got: `${name} ${show(value)}`,
      expected: `a whole number ${describeBounds(bounds)}`.trim(),
      todo: `Change ${name}.`,
    });
  }
  return checkNumber(name, value, bounds);
}

/** Passes a probability. @throws InputError outside [0,1] */
export function checkProbability(name: string, value: number): number {
  return checkNumber(name, value, { min: 0, max: 1 });
}

/** Texts in quotes, so that "3" is told from 3. */
function show(value: unknown): string {
  return typeof value === "number" ? String(value) : (JSON.stringify(value) ?? String(value));
}

function describeBounds({ min, max, aboveMin }: Bounds): string {
  const low = min === undefined ? "" : aboveMin ? `above ${min}` : `of at least ${min}`;
  const high = max === undefined ? "" : `at most ${max}`;
  return [low, high].filter((part) => part !== "").join(" and ");
}

/**
 * Passes one of the valid names.
 * @throws InputError that lists the valid names and offers the nearest
 */
export function checkOneOf<T extends string>(what: string, value: string, valid: readonly T[]): T {
  const found = valid.find((name) => name === value);
  if (found !== undefined) return found;
  const near = nearestName(value, valid);
  throw new InputError({
    option: what,
    got: `${what} "${value}"`,
    expected: `one of ${valid.join(", ")}`,
    todo: near === undefined ? "Choose one of these." : `Did you mean "${near}"?`,
  });
}

/** The valid name that a misspelt one most likely stands for, if any is near. */
export function nearestName(given: string, valid: readonly string[]): string | undefined {
  if (valid.length === 0) return undefined;
  const lower = given.toLowerCase();
  const near = closest(
    lower,
    valid.map((name) => name.toLowerCase()),
  );
  const found = valid.find((name) => name.toLowerCase() === near);
  return distance(lower, near) <= Math.max(2, Math.floor(near.length / 3)) ? found : undefined;
}
