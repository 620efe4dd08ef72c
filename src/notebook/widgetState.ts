/** A value with its bytes taken out, as the widgets' protocol sends it. */
export interface Packed {
  readonly state: Readonly<Record<string, unknown>>;
  /** Where in the state each of the buffers belongs. */
  readonly buffer_paths: readonly (readonly (string | number)[])[];
  readonly buffers: readonly Uint8Array[];
}

/**
 * Takes typed arrays out of a state: they travel as bytes, in their own order and that of this machine.
 * @see https://ipywidgets.readthedocs.io/en/stable/reference/messages.html
 */
export function packState(state: Readonly<Record<string, unknown>>): Packed {
  const buffers: Uint8Array[] = [];
  const paths: (string | number)[][] = [];
  const pack = (value: unknown, path: (string | number)[]): unknown => {
    if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) {
      buffers.push(
        value instanceof ArrayBuffer
          ? new Uint8Array(value)
          : new Uint8Array(value.buffer, value.byteOffset, value.byteLength),
      );
      paths.push(path);
      return null;
    }
    if (Array.isArray(value)) return value.map((part, i) => pack(part, [...path, i]));
    return isRecord(value) ? packRecord(value, path) : value;
  };
  const packRecord = (
    value: Readonly<Record<string, unknown>>,
    path: (string | number)[],
  ): Record<string, unknown> =>
    Object.fromEntries(
      Object.entries(value).map(([key, part]) => [key, pack(part, [...path, key])]),
    );
  return { state: packRecord(state, []), buffer_paths: paths, buffers };
}

/** Puts bytes back where they belong. */
export function unpackState(
  state: Readonly<Record<string, unknown>>,
  paths: readonly (readonly (string | number)[])[] = [],
  buffers: readonly Uint8Array[] = [],
): Record<string, unknown> {
  const whole = structuredClone(state) as Record<string, unknown>;
  paths.forEach((path, i) => {
    const last = path[path.length - 1];
    let parent: Record<string | number, unknown> = whole;
    for (const key of path.slice(0, -1)) parent = parent[key] as Record<string | number, unknown>;
    parent[last] = buffers[i];
  });
  return whole;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
