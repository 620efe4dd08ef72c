/** A plane z = a + bx * column + by * row, in the unit of the data a pixel. */
export interface Plane {
  readonly a: number;
  readonly bx: number;
  readonly by: number;
}

/** Fits a plane to the pixels that count, by least squares. Flat in an axis along which there is nothing to fit. */
export function fitPlane(data: Float64Array, width: number, counts: ArrayLike<number>): Plane {
  let [n, sx, sy, sz] = [0, 0, 0, 0];
  for (let i = 0; i < data.length; i++) {
    if (counts[i] === 0) continue;
    n++;
    sx += i % width;
    sy += Math.floor(i / width);
    sz += data[i];
  }
  if (n === 0) return { a: 0, bx: 0, by: 0 };
  const [mx, my, mz] = [sx / n, sy / n, sz / n];
  let [xx, xy, yy, xz, yz] = [0, 0, 0, 0, 0];
  for (let i = 0; i < data.length; i++) {
    if (counts[i] === 0) continue;
    const [x, y, z] = [(i % width) - mx, Math.floor(i / width) - my, data[i] - mz];
    xx += x * x;
    xy += x * y;
    yy += y * y;
    xz += x * z;
    yz += y * z;
  }
  const determinant = xx * yy - xy * xy;
  let [bx, by] = [0, 0];
  if (determinant > 1e-12 * xx * yy) {
    bx = (xz * yy - yz * xy) / determinant;
    by = (yz * xx - xz * xy) / determinant;
  } else if (xx > 0 || yy > 0) {
    if (xx >= yy) bx = xz / xx;
    else by = yz / yy;
  }
  return { a: mz - bx * mx - by * my, bx, by };
}

/** Takes a plane away, but not its mean: it turns about the middle of the frame, as in Gwyddion. */
export function subtractPlane(
  data: Float64Array,
  width: number,
  { bx, by }: Omit<Plane, "a">,
): Float64Array {
  const middle = 0.5 * (bx * width + (by * data.length) / width);
  return data.map((value, i) => value - bx * (i % width) - by * Math.floor(i / width) + middle);
}
