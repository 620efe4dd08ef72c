/** What `defined` gives: parts that may be undefined become parts that may be left out. */
export type Defined<Parts> = {
  readonly [Name in keyof Parts as undefined extends Parts[Name] ? never : Name]: Parts[Name];
} & {
  readonly [Name in keyof Parts as undefined extends Parts[Name] ? Name : never]?: Exclude<
    Parts[Name],
    undefined
  >;
};

/** Leaves out of an object what is undefined, in the order that is left, so that "not given" has one form in options, records and files. */
export function defined<const Parts extends object>(parts: Parts): Defined<Parts> {
  return Object.fromEntries(
    Object.entries(parts).filter(([, value]) => value !== undefined),
  ) as Defined<Parts>;
}
