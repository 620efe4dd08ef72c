/** Where charge is seen from: pixels (not whole), angstrom above the top layer, weight. */
export interface Source {
  readonly x: number;
  readonly y: number;
  readonly above: number;
  readonly weight: number;
  /** Angstrom at which its terrace lies, from which its reach is counted. @default 0 */
  readonly ground?: number;
}

/** The tip and the pixels it visits. */
export interface TunnelOptions {
  readonly width: number;
  readonly height: number;
  /** Angstrom. */
  readonly pixelSize: number;
  /** How fast a wave function decays outwards, per angstrom. */
  readonly kappa: number;
  /** Mean distance from the topmost layer to the middle of the tip's last orbital, angstrom. */
  readonly distance: number;
  /** Angstrom at which the terrace under a pixel lies. @default 0 everywhere */
  readonly groundAt?: (x: number, y: number) => number;
}

/** The share of what an atom right below the tip gives at which a source is left out; costs some 0.1 pm. */
const negligible = 3e-5;

/** Newton steps at most: the logarithm of the charge is nearly straight, so two serve the lattice, deep holes need more. */
const mostSteps = 6;

/** Angstrom; no step over a surface is as long, so that one that is comes from charge that is next to none or seen from below. */
const farthestMove = 5;

/** Angstrom that a tip which went astray goes at most. */
const feel = 1;

/** What is kept in place of 1 for a tip that went astray. */
const lost = 2;

/** Angstrom; a pixel that moved less in its last step has arrived, since the next would move it some thousand times less. */
const arrived = 0.02;

/**
 * Heights of constant current over decaying charges, rho = sum of w exp(-2 kappa |R - r|): the tip follows
 * rho = rho0, where rho0 is the median over the pixels at the mean distance. Sources -> width*height angstrom,
 * row-major, relative to the mean distance.
 * @see Tersoff & Hamann 1985, Phys. Rev. B 31, 805
 */
export function constantCurrent(sources: readonly Source[], options: TunnelOptions): Float64Array {
  const { distance } = options;
  const frame = createFrame(options);
  const { points } = frame;
  let logWanted = 0;
  for (let step = 0, left = points.length; step < mostSteps && left > 0; step++) {
    for (let at = 0; at < points.length; at += perPoint) points[at + charge] = points[at + slope] = 0; // prettier-ignore
    for (const source of sources) addSource(source, frame);
    if (step === 0) logWanted = Math.log(median(points));
    left = moveTips(frame, logWanted);
  }
  const heights = new Float64Array(points.length / perPoint);
  for (let i = 0; i < heights.length; i++) heights[i] = points[i * perPoint] - distance;
  return heights;
}

/**
 * Current at constant height above each terrace, against its median. Sources -> width*height, row-major, around 1.
 * @see Tersoff & Hamann 1985, Phys. Rev. B 31, 805
 */
export function constantHeight(sources: readonly Source[], options: TunnelOptions): Float64Array {
  const frame = createFrame(options);
  const { points } = frame;
  for (const source of sources) addSource(source, frame);
  const usual = median(points);
  const currents = new Float64Array(points.length / perPoint);
  for (let i = 0; i < currents.length; i++) currents[i] = points[i * perPoint + charge] / usual;
  return currents;
}

/**
 * What is kept for each pixel, side by side, since all of it is needed at once: where the tip is over it (angstrom above
 * the top layer), its charge, how much charge is lost by going up (per angstrom), and 1 where the height is still sought.
 */
const perPoint = 4;
const charge = 1;
const slope = 2;
const moving = 3;

function createFrame(options: TunnelOptions): Frame {
  const { width, height, kappa, distance, groundAt } = options;
  const points = new Float64Array(width * height * perPoint);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const at = (row * width + column) * perPoint;
      points[at] = groundAt === undefined ? distance : distance + groundAt(column, row);
      points[at + moving] = 1;
    }
  }
  return {
    ...options,
    fall: tabulateFall(kappa, distance),
    points,
    first: new Int32Array(height),
    last: new Int32Array(height).fill(width - 1),
  };
}

/** What one pass over the sources works on. */
interface Frame extends TunnelOptions {
  readonly fall: Float64Array;
  /** `perPoint` numbers for each pixel. */
  readonly points: Float64Array;
  /** The first and the last column of each row whose height is still sought. */
  readonly first: Int32Array;
  readonly last: Int32Array;
}

/** Entries of the table below per square angstrom; straight lines between them are good to 0.01 pm. */
const perSquare = 20;

/** exp(-2 kappa (way - distance)) by the square of the way, so that neither root nor exponential is taken per pixel. */
function tabulateFall(kappa: number, distance: number): Float64Array {
  // Room for bright sources, which are seen from further away; what lies beyond the table counts as nothing.
  const farthest = distance + Math.log(100 / negligible) / (2 * kappa);
  return Float64Array.from({ length: Math.ceil(farthest * farthest * perSquare) }, (_, i) =>
    Math.exp(-2 * kappa * (Math.sqrt(i / perSquare) - distance)),
  );
}

/** Adds the charge of one source, and what of it is lost by going up, to the pixels that it reaches. */
function addSource({ x, y, above, weight, ground = 0 }: Source, frame: Frame): void {
  const { width, height, pixelSize, kappa, distance, fall, points, first, last } = frame;
  if (weight <= 0) return;
  const farthest = distance + Math.log(weight / negligible) / (2 * kappa);
  const nearest = distance + ground - above;
  if (farthest <= nearest) return;
  const reach = Math.sqrt(farthest * farthest - nearest * nearest) / pixelSize;
  const beyond = fall.length - 1;
  const top = Math.max(0, Math.ceil(y - reach));
  const bottom = Math.min(height - 1, Math.floor(y + reach));
  for (let row = top; row <= bottom; row++) {
    if (first[row] > x + reach || last[row] < x - reach) continue;
    const dy = (row - y) * pixelSize;
    const half = Math.sqrt(reach * reach - (row - y) * (row - y));
    const end = Math.min(last[row], Math.floor(x + half));
    for (let column = Math.max(first[row], Math.ceil(x - half)); column <= end; column++) {
      const i = (row * width + column) * perPoint;
      if (points[i + moving] === 0) continue;
      const dx = (column - x) * pixelSize;
      const dz = points[i] - above;
      const at = (dx * dx + dy * dy + dz * dz) * perSquare;
      // As whole number of 32 bits, which takes less than rounding down.
      const before = at | 0;
      if (before >= beyond) continue;
      const low = fall[before];
      const change = fall[before + 1] - low;
      points[i + charge] += weight * (low + (at - before) * change);
      // The square of the way grows by 2 dz for each angstrom upwards.
      points[i + slope] -= weight * change * perSquare * 2 * dz;
    }
  }
}

/** One Newton step of each tip that has not arrived -> how many still have not. */
function moveTips({ width, height, points, first, last }: Frame, logWanted: number): number {
  let left = 0;
  for (let row = 0; row < height; row++) {
    const [begin, end] = [first[row], last[row]];
    [first[row], last[row]] = [width, -1];
    for (let column = begin; column <= end; column++) {
      const at = (row * width + column) * perPoint;
      if (points[at + moving] === 0) continue;
      const seen = points[at + charge];
      let move = ((Math.log(seen) - logWanted) * seen) / points[at + slope];
      // Over a hole so wide that nothing is in reach the tip is let down; beside or below an atom it is drawn up. From then on it
      // feels its way.
      const astray = !(points[at + slope] > 0 && Math.abs(move) < farthestMove);
      if (astray) points[at + moving] = lost;
      if (points[at + moving] === lost) move = astray ? (seen > 0 ? feel : -feel) : Math.min(feel, Math.max(-feel, move)); // prettier-ignore
      points[at] += move;
      if (Math.abs(move) > arrived) {
        left++;
        first[row] = Math.min(first[row], column);
        last[row] = column;
      } else {
        points[at + moving] = 0;
      }
    }
  }
  return left;
}

/** Median of the charge of every seventh pixel, which is as good and sorts faster. */
function median(points: Float64Array): number {
  const every = 7 * perPoint;
  const sorted = new Float64Array(Math.ceil(points.length / every));
  for (let i = 0; i < sorted.length; i++) sorted[i] = points[i * every + charge];
  sorted.sort();
  return sorted[sorted.length >> 1];
}
