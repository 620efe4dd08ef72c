/** The names that cells have declared. */
export interface CellExports {
  /** What compiled cells write to and read from. */
  readonly exports: object;
  readonly values: Record<string, unknown>;
}

/** Makes the object that carries names from cell to cell; names can be declared again, imported ones too. */
export function createExports(): CellExports {
  const values: Record<string, unknown> = {};
  const exports = new Proxy(values, {
    // Compiled imports define getters; a plain value instead can be replaced by a later cell.
    defineProperty: (_target, name, attributes) => {
      const value: unknown = attributes.get === undefined ? attributes.value : attributes.get();
      if (name !== "__esModule") Reflect.set(values, name, value);
      return true;
    },
  });
  return { exports, values };
}
