/** What stands behind a property until it is asked for, and afterwards. */
interface Answer<V> {
  make: (() => V) | undefined;
  value?: V;
}

/**
 * Gives objects a property of this name, which is worked out when it is first asked for, and then kept.
 *
 * All objects share one getter. One with a getter of its own has V8 make a description of that object alone, which lives
 * until all of memory is gone through, and with it whatever its getter holds: the values of many scans that nobody has
 * any more.
 */
export function whenAsked<K extends string, V>(
  name: K,
): <T extends object>(object: T, make: () => V) => T & Readonly<Record<K, V>> {
  const answer = Symbol(name);
  function ask(this: Record<symbol, Answer<V>>): V {
    const kept = this[answer];
    if (kept.make !== undefined) {
      kept.value = kept.make();
      // Lets go of what it was made from.
      kept.make = undefined;
    }
    return kept.value as V;
  }
  return (object, make) =>
    Object.defineProperties(object, {
      [answer]: { value: { make } },
      [name]: { get: ask, enumerable: true, configurable: true },
    }) as typeof object & Readonly<Record<K, V>>;
}
