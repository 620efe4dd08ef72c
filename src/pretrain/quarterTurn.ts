/** Turns one square image counter-clockwise by some quarters, in place. [edge*edge*channels] */
export function quarterTurn(
  pixels: Float32Array,
  edge: number,
  channels: number,
  quarters: number,
): void {
  if (quarters % 4 === 0) return;
  const old = pixels.slice();
  const last = edge - 1;
  for (let row = 0, to = 0; row < edge; row++) {
    for (let column = 0; column < edge; column++) {
      const [y, x] =
        quarters === 1
          ? [column, last - row]
          : quarters === 2
            ? [last - row, last - column]
            : [last - column, row];
      const from = (y * edge + x) * channels;
      for (let k = 0; k < channels; k++, to++) pixels[to] = old[from + k];
    }
  }
}
