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

/** What is kept of each pixel: that it has arrived, that its height is sought, that its tip went astray. */
const [there, sought, lost] = [0, 1, 2];

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
  const frame = createFrame(sources, options);
  const { heights, charges, slopes } = frame;
  let logWanted = 0;
  for (let step = 0, left = heights.length; step < mostSteps && left > 0; step++) {
    if (step > 0) for (const seen of [charges, slopes]) seen.fill(0);
    addSources(frame);
    if (step === 0) logWanted = Math.log(median(charges));
    left = moveTips(frame, logWanted);
  }
  for (let i = 0; i < heights.length; i++) heights[i] -= distance;
  return heights;
}

/**
 * Current at constant height above each terrace, against its median. Sources -> width*height, row-major, around 1.
 * @see Tersoff & Hamann 1985, Phys. Rev. B 31, 805
 */
export function constantHeight(sources: readonly Source[], options: TunnelOptions): Float64Array {
  const frame = createFrame(sources, options);
  const { charges } = frame;
  addSources(frame);
  const usual = median(charges);
  for (let i = 0; i < charges.length; i++) charges[i] /= usual;
  return charges;
}

function createFrame(sources: readonly Source[], options: TunnelOptions): Frame {
  const { width, height, kappa, distance, groundAt } = options;
  const pixels = width * height;
  const heights = new Float64Array(pixels).fill(distance);
  if (groundAt !== undefined) {
    for (let row = 0, i = 0; row < height; row++) {
      for (let column = 0; column < width; column++, i++) heights[i] += groundAt(column, row);
    }
  }
  return {
    ...options,
    packed: packSources(sources, options),
    fall: tabulateFall(kappa, distance),
    heights,
    charges: new Float64Array(pixels),
    slopes: new Float64Array(pixels),
    moving: new Uint8Array(pixels).fill(sought),
    first: new Int32Array(height),
    last: new Int32Array(height).fill(width - 1),
  };
}

/** What one pass over the sources works on. */
interface Frame extends TunnelOptions {
  /** The sources that are seen, `numbers` of each. */
  readonly packed: Float64Array;
  readonly fall: Float64Array;
  /** Where the tip is over each pixel, angstrom above the top layer. */
  readonly heights: Float64Array;
  /** Its charge there, and how much of it is lost by going up, per angstrom. */
  readonly charges: Float64Array;
  readonly slopes: Float64Array;
  /** Whether its height is still sought. */
  readonly moving: Uint8Array;
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

/** Numbers of a packed source: x, y, above, weight, reach in pixels. */
const numbers = 5;

/**
 * Sources one after the other in one array, without those that nothing is seen of: they are gone through several times, and
 * objects of several shapes take longer.
 */
function packSources(sources: readonly Source[], options: TunnelOptions): Float64Array {
  const { pixelSize, kappa, distance } = options;
  const packed = new Float64Array(numbers * sources.length);
  let to = 0;
  for (const { x, y, above, weight, ground = 0 } of sources) {
    if (weight <= 0) continue;
    const farthest = distance + Math.log(weight / negligible) / (2 * kappa);
    const nearest = distance + ground - above;
    if (farthest <= nearest) continue;
    packed[to] = x;
    packed[to + 1] = y;
    packed[to + 2] = above;
    packed[to + 3] = weight;
    packed[to + 4] = Math.sqrt(farthest * farthest - nearest * nearest) / pixelSize;
    to += numbers;
  }
  return packed.subarray(0, to);
}

/** Adds the charge of all sources, and what of it is lost by going up, to the pixels that they reach. */
function addSources(frame: Frame): void {
  for (let from = 0; from < frame.packed.length; from += numbers) addSource(from, frame);
}

/** Adds those of the source whose numbers begin there. */
function addSource(from: number, frame: Frame): void {
  const { width, height, pixelSize, first, last } = frame;
  const { packed, fall, heights, charges, slopes } = frame;
  const x = packed[from];
  const y = packed[from + 1];
  const above = packed[from + 2];
  const weight = packed[from + 3];
  const reach = packed[from + 4];
  const beyond = fall.length - 1;
  // Rows and columns as whole numbers of 32 bits, else the loops count in floats.
  const top = Math.max(0, Math.ceil(y - reach)) | 0;
  const bottom = Math.min(height - 1, Math.floor(y + reach)) | 0;
  for (let row = top; row <= bottom; row++) {
    if (first[row] > x + reach || last[row] < x - reach) continue;
    const down = row - y;
    const half = Math.sqrt(reach * reach - down * down);
    const dy = down * pixelSize;
    const yy = dy * dy;
    const begin = Math.max(first[row], Math.ceil(x - half)) | 0;
    const end = Math.min(last[row], Math.floor(x + half)) | 0;
    // Pixels that have arrived are passed over as well: to ask each takes longer.
    for (let column = begin, i = row * width + begin; column <= end; column++, i++) {
      const dx = (column - x) * pixelSize;
      const dz = heights[i] - above;
      const at = (dx * dx + yy + dz * dz) * perSquare;
      // Rounded down the fast way.
      const before = at | 0;
      if (before >= beyond) continue;
      const low = fall[before];
      const change = fall[before + 1] - low;
      charges[i] += weight * (low + (at - before) * change);
      // The square of the way grows by 2 dz for each angstrom upwards.
      slopes[i] -= weight * change * (2 * perSquare) * dz;
    }
  }
}

/** One Newton step of each tip that has not arrived -> how many still have not. */
function moveTips(frame: Frame, logWanted: number): number {
  const { width, height, heights, charges, slopes, moving, first, last } = frame;
  let left = 0;
  for (let row = 0; row < height; row++) {
    const [begin, end] = [row * width + first[row], row * width + last[row]];
    let [from, to] = [width, -1];
    for (let i = begin; i <= end; i++) {
      if (moving[i] === there) continue;
      const seen = charges[i];
      let move = ((Math.log(seen) - logWanted) * seen) / slopes[i];
      // Over a hole so wide that nothing is in reach the tip is let down; beside or below an atom it is drawn up. From then on it
      // feels its way.
      const astray = !(slopes[i] > 0 && Math.abs(move) < farthestMove);
      if (astray) moving[i] = lost;
      if (moving[i] === lost) move = astray ? (seen > 0 ? feel : -feel) : Math.min(feel, Math.max(-feel, move)); // prettier-ignore
      heights[i] += move;
      if (Math.abs(move) > arrived) {
        left++;
        to = i - row * width;
        from = Math.min(from, to);
      } else moving[i] = there;
    }
    [first[row], last[row]] = [from, to];
  }
  return left;
}

/** Median of the charge of every seventh pixel, which is as good and sorts faster. */
function median(charges: Float64Array): number {
  const sorted = new Float64Array(Math.ceil(charges.length / 7));
  for (let i = 0; i < sorted.length; i++) sorted[i] = charges[7 * i];
  sorted.sort();
  return sorted[sorted.length >> 1];
}
