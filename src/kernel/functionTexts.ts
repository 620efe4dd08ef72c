/** Texts of functions that were rewritten, as they were written. */
export interface FunctionTexts {
  /** Takes texts of functions: as they run, and as they were before. */
  add(texts: ReadonlyMap<string, string>): void;
}

/**
 * Lets functions of cells tell their text without the kernel's own words in it, so that a text sent to a worker or a page runs
 * there.
 */
export function restoreFunctionTexts(): FunctionTexts {
  const known = new Map<string, string>();
  // eslint-disable-next-line @typescript-eslint/unbound-method -- called with the function it is asked for
  const original = Function.prototype.toString;
  function toString(this: unknown): string {
    const text: string = original.call(this as () => unknown);
    return known.get(text) ?? text;
  }
  known.set(original.call(toString), original.call(original));
  Object.defineProperty(Function.prototype, "toString", {
    value: toString,
    writable: true,
    configurable: true,
  });
  return {
    add: (texts) => {
      for (const [now, written] of texts) known.set(now, written);
    },
  };
}
