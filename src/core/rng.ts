import { createHash } from "node:crypto";
import { InputError } from "./inputError";

/**
 * A seeded random generator that can be split by name: the same seed and names give the same numbers on every
 * platform, and drawing from one fork never moves another. The stream is sfc32, keyed by SHA-256 of the path.
 * @see Doty-Humphrey, PractRand (sfc32)
 */
export interface Rng {
  /** Where this generator stands in the tree of forks, for example "1/simclr/step 7". */
  readonly path: string;
  /** An independent generator for one named use; does not advance this one. */
  fork(name: string): Rng;
  /** Uniform in [0,1), 32 bits. */
  uniform(): number;
  /** Uniform in [low, high). */
  between(low: number, high: number): number;
  /** Standard normal deviate. */
  normal(): number;
  /** Fills an array with what as many calls of `normal` give, in less time. */
  normals(values: Float64Array): void;
  /** Uniform integer in [0, n). @throws InputError if n is not a positive integer */
  integer(n: number): number;
  /** 0..n-1 in random order. */
  permutation(n: number): Int32Array;
  /** A seed for TensorFlow: an integer in [1, 2^31), never 0, which TensorFlow takes for "unseeded". */
  tfSeed(): number;
}

/**
 * Makes the generator of a seed.
 * @throws InputError if the seed is not a safe integer
 */
export function createRng(seed: number): Rng {
  if (!Number.isSafeInteger(seed)) {
    throw new InputError({
      got: `seed ${seed}`,
      expected: "a whole number",
      todo: "Give a seed such as 1.",
    });
  }
  return fromPath(String(seed));
}

function fromPath(path: string): Rng {
  const state = lazyState(path);
  const next = (): number => step(state());
  const uniform = (): number => next() / 4294967296;
  const integer = (n: number): number => {
    if (!Number.isSafeInteger(n) || n < 1 || n > 4294967296) {
      throw new InputError({
        got: `${n} choices`,
        expected: "a whole number from 1 to 2^32",
        todo: "Check that the list that is drawn from is not empty.",
      });
    }
    // Rejection keeps every value equally likely.
    const limit = 4294967296 - (4294967296 % n);
    let value = next();
    while (value >= limit) value = next();
    return value % n;
  };
  return {
    path,
    fork: (name) => fromPath(`${path}/${name}`),
    uniform,
    between: (low, high) => low + (high - low) * uniform(),
    normal: () => {
      // Box-Muller without its second value: one draw costs two uniforms, whatever came before.
      const radius = Math.sqrt(-2 * Math.log(1 - uniform()));
      return radius * Math.cos(2 * Math.PI * uniform());
    },
    normals: (values) => fillNormals(state(), values),
    integer,
    permutation: (n) => {
      const order = Int32Array.from({ length: n }, (_, i) => i);
      for (let i = n - 1; i > 0; i--) {
        const j = integer(i + 1);
        const held = order[i];
        order[i] = order[j];
        order[j] = held;
      }
      return order;
    },
    tfSeed: () => 1 + (next() % 2147483646),
  };
}

/** The state of a path, made when it is first asked for: most generators are only forked. */
function lazyState(path: string): () => Int32Array {
  let state: Int32Array | undefined;
  return () => {
    if (state === undefined) {
      const key = createHash("sha256").update(path).digest();
      state = new Int32Array([0, 4, 8, 12].map((at) => key.readInt32LE(at)));
      state[3] = 1;
      for (let i = 0; i < 12; i++) step(state);
    }
    return state;
  };
}

function step(s: Int32Array): number {
  const a = s[0];
  const b = s[1];
  const c = s[2];
  const result = (a + b + s[3]) | 0;
  s[3]++;
  s[0] = b ^ (b >>> 9);
  s[1] = c + (c << 3);
  s[2] = ((c << 21) | (c >>> 11)) + result;
  return result >>> 0;
}

/** `normal` over and over, with the state where the processor has it at hand. */
function fillNormals(s: Int32Array, values: Float64Array): void {
  // One by one: numbers out of a list are no longer known to be whole, which takes a third more.
  let a = s[0];
  let b = s[1];
  let c = s[2];
  let count = s[3];
  for (let i = 0; i < values.length; i++) {
    // Twice what `step` does.
    const first = (a + b + count) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + first) | 0;
    const second = (a + b + count + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + second) | 0;
    count = (count + 2) | 0;
    const radius = Math.sqrt(-2 * Math.log(1 - (first >>> 0) / 4294967296));
    values[i] = radius * Math.cos(2 * Math.PI * ((second >>> 0) / 4294967296));
  }
  s.set([a, b, c, count]);
}
