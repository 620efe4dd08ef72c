/** Plain numbers on a logarithmic axis: 1, 2 and 5 of each decade; over more than three decades only powers of ten. */
export function logTicks(values: readonly number[]): object {
  const positive = values.filter((value) => value > 0 && Number.isFinite(value));
  if (positive.length === 0) return {};
  const low = Math.floor(Math.log10(positive.reduce((a, b) => Math.min(a, b))));
  const high = Math.ceil(Math.log10(positive.reduce((a, b) => Math.max(a, b))));
  const decades = Array.from({ length: high - low + 1 }, (_, i) => low + i);
  const factors = high - low > 3 ? [1] : [1, 2, 5];
  const tickvals = decades.flatMap((power) => factors.map((f) => Number(`${f}e${power}`)));
  return { tickmode: "array", tickvals, ticktext: tickvals.map(String) };
}
