/** Where charge is seen from: there are tens of thousands under a scan, which take more room and time as objects. */
export interface Sources {
  /**
   * One source after the other: pixels x and y (not whole), angstrom above the top layer, weight, and angstrom at which
   * its terrace lies, from which its reach is counted. What follows the last source is room for more.
   */
  numbers: Float64Array;
  count: number;
}

/** Numbers of a source. */
const perSource = 5;

/** None yet. */
export function createSources(): Sources {
  return { numbers: new Float64Array(4096 * perSource), count: 0 };
}

/** Adds one. */
export function addSource(
  to: Sources,
  x: number,
  y: number,
  above: number,
  weight: number,
  ground: number,
): void {
  const at = to.count++ * perSource;
  if (at === to.numbers.length) {
    const more = new Float64Array(2 * at);
    more.set(to.numbers);
    to.numbers = more;
  }
  const { numbers } = to;
  numbers[at] = x;
  numbers[at + 1] = y;
  numbers[at + 2] = above;
  numbers[at + 3] = weight;
  numbers[at + 4] = ground;
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
export function constantCurrent(sources: Sources, options: TunnelOptions): Float64Array {
  const { distance } = options;
  const frame = createFrame(sources, options);
  const { heights, charges, slopes } = frame;
  let logWanted = 0;
  for (let step = 0, left = heights.length; step < mostSteps && left > 0; step++) {
    if (step > 0) for (const seen of [charges, slopes]) seen.fill(0);
    addCharges(frame);
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
export function constantHeight(sources: Sources, options: TunnelOptions): Float64Array {
  const frame = createFrame(sources, options);
  const { charges } = frame;
  addCharges(frame);
  const usual = median(charges);
  for (let i = 0; i < charges.length; i++) charges[i] /= usual;
  return charges;
}

function createFrame(sources: Sources, options: TunnelOptions): Frame {
  const { width, height, pixelSize, kappa, distance, groundAt } = options;
  const pixels = width * height;
  const heights = new Float64Array(pixels).fill(distance);
  if (groundAt !== undefined) {
    for (let row = 0, i = 0; row < height; row++) {
      for (let column = 0; column < width; column++, i++) heights[i] += groundAt(column, row);
    }
  }
  // All in one order, and nothing that may be missing: V8 throws its code away where objects of another shape come.
  return {
    width,
    height,
    pixelSize,
    seen: seenSources(sources, options),
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
interface Frame extends Pick<TunnelOptions, "width" | "height" | "pixelSize"> {
  /** The sources that are seen, `perSeen` numbers of each. */
  readonly seen: Float64Array;
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

/** Numbers of a source that is seen: x, y, above, weight, reach in pixels. */
const perSeen = 5;

/** The sources without those that nothing is seen of, one after the other. */
function seenSources(
  { numbers, count }: Sources,
  { pixelSize, kappa, distance }: TunnelOptions,
): Float64Array {
  const seen = new Float64Array(perSeen * count);
  let to = 0;
  for (let from = 0; from < perSource * count; from += perSource) {
    const above = numbers[from + 2];
    const weight = numbers[from + 3];
    const ground = numbers[from + 4];
    if (weight <= 0) continue;
    const farthest = distance + Math.log(weight / negligible) / (2 * kappa);
    const nearest = distance + ground - above;
    if (farthest <= nearest) continue;
    seen[to] = numbers[from];
    seen[to + 1] = numbers[from + 1];
    seen[to + 2] = above;
    seen[to + 3] = weight;
    seen[to + 4] = Math.sqrt(farthest * farthest - nearest * nearest) / pixelSize;
    to += perSeen;
  }
  return seen.subarray(0, to);
}

/** Adds the charge of all sources, and what of it is lost by going up, to the pixels that they reach. */
function addCharges(frame: Frame): void {
  for (let from = 0; from < frame.seen.length; from += perSeen) addCharge(from, frame);
}

/** Adds those of the source whose numbers begin there. */
function addCharge(from: number, frame: Frame): void {
  const { width, height, pixelSize, first, last } = frame;
  const { seen, fall, heights, charges, slopes } = frame;
  const x = seen[from];
  const y = seen[from + 1];
  const above = seen[from + 2];
  const weight = seen[from + 3];
  const reach = seen[from + 4];
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
