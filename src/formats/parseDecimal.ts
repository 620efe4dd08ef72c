/**
 * The number at the beginning of a text, as instruments and people write it: with a decimal point or a comma, with what
 * follows it ("20bit", "0.5 V") left out; NaN where there is none.
 */
export function parseDecimal(text: string | undefined): number {
  const found = /^\s*[-+−]?(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:[eE][-+]?\d+)?/.exec(text ?? "")?.[0];
  return found === undefined ? NaN : Number(found.trim().replace(",", ".").replace("−", "-"));
}
