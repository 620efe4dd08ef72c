/** A value in a Gwyddion container; those of other types are passed over. */
export type GwyValue = boolean | number | string | Float64Array | GwyObject | readonly GwyObject[];

/** An object of a Gwyddion file: a name and its parts by key. */
export interface GwyObject {
  readonly type: string;
  readonly parts: ReadonlyMap<string, GwyValue>;
}

/** Whether a value is an object, of this type if one is named. */
export function isGwyObject(value: GwyValue | undefined, type?: string): value is GwyObject {
  return (
    typeof value === "object" && "parts" in value && (type === undefined || value.type === type)
  );
}
