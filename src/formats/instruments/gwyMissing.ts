/**
 * Fills what was not measured with the mean of the rest, and notes in a line of text where that was, since a Gwyddion file
 * has no place for it. Undefined where everything was measured.
 */
export function noteMissing(
  data: Float64Array,
): { readonly filled: Float64Array; readonly gaps: Uint8Array; readonly note: string } | undefined {
  const gaps = Uint8Array.from(data, (value) => (Number.isFinite(value) ? 0 : 1));
  if (!gaps.includes(1)) return undefined;
  let [sum, count] = [0, 0];
  const runs: number[] = [];
  for (let i = 0; i < data.length; i++) {
    if (gaps[i] === 0) {
      sum += data[i];
      count++;
    } else if (i > 0 && gaps[i - 1] === 1) runs[runs.length - 1]++;
    else runs.push(i, 1);
  }
  const fill = sum / Math.max(1, count);
  const filled = data.map((value, i) => (gaps[i] === 1 ? fill : value));
  return { filled, gaps, note: JSON.stringify({ fill, runs }) };
}

/**
 * Where `noteMissing` filled data, 1 for each such pixel; undefined where the note does not fit the data any more, for
 * example because they were levelled or flipped since, and only the mask still tells.
 */
export function findMissing(data: Float64Array, note: string | undefined): Uint8Array | undefined {
  if (note === undefined) return undefined;
  let parsed: unknown;
  try {
    parsed = JSON.parse(note);
  } catch {
    return undefined;
  }
  const { fill, runs } = (parsed ?? {}) as { readonly fill?: unknown; readonly runs?: unknown };
  if (!Array.isArray(runs)) return undefined;
  const gaps = new Uint8Array(data.length);
  for (let i = 0; i + 1 < runs.length; i += 2) {
    const [from, length] = [Number(runs[i]), Number(runs[i + 1])];
    if (!(from >= 0 && length >= 1 && from + length <= data.length)) return undefined;
    for (let at = from; at < from + length; at++) {
      if (data[at] !== fill) return undefined;
      gaps[at] = 1;
    }
  }
  return gaps;
}
