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

/** Angstrom; a pixel that moved less in its last step has arrived, since the next would move it some thousand times less. */
const arrived = 0.02;

/**
 * Heights of constant current over decaying charges, rho = sum of w exp(-2 kappa |R - r|): the tip follows
 * rho = rho0, where rho0 is the median over the pixels at the mean distance. Sources -> width*height angstrom,
 * row-major, relative to the mean distance.
 * @see Tersoff & Hamann 1985, Phys. Rev. B 31, 805
 */
export function constantCurrent(sources: readonly Source[], options: TunnelOptions): Float64Array {
  const count = options.width * options.height;
  const { distance } = options;
  const frame = createFrame(options);
  const { z, charge, slope, moving } = frame;
  let logWanted = 0;
  for (let step = 0, left = count; step < mostSteps && left > 0; step++) {
    charge.fill(0);
    slope.fill(0);
    for (const source of sources) addSource(source, frame);
    if (step === 0) logWanted = Math.log(median(charge));
    left = 0;
    for (let i = 0; i < count; i++) {
      if (moving[i] === 0) continue;
      const move = ((Math.log(charge[i]) - logWanted) * charge[i]) / slope[i];
      z[i] += move;
      moving[i] = Math.abs(move) > arrived ? 1 : 0;
      left += moving[i];
    }
  }
  return z.map((value) => value - distance);
}

/**
 * Current at constant height above each terrace, against its median. Sources -> width*height, row-major, around 1.
 * @see Tersoff & Hamann 1985, Phys. Rev. B 31, 805
 */
export function constantHeight(sources: readonly Source[], options: TunnelOptions): Float64Array {
  const frame = createFrame(options);
  for (const source of sources) addSource(source, frame);
  const usual = median(frame.charge);
  return frame.charge.map((charge) => charge / usual);
}

function createFrame(options: TunnelOptions): Frame {
  const { width, height, kappa, distance, groundAt } = options;
  const count = width * height;
  return {
    ...options,
    fall: tabulateFall(kappa, distance),
    z:
      groundAt === undefined
        ? new Float64Array(count).fill(distance)
        : Float64Array.from(
            { length: count },
            (_, i) => distance + groundAt(i % width, Math.floor(i / width)),
          ),
    charge: new Float64Array(count),
    slope: new Float64Array(count),
    moving: new Uint8Array(count).fill(1),
  };
}

/** What one pass over the sources works on. */
interface Frame extends TunnelOptions {
  readonly fall: Float64Array;
  /** Where the tip is over each pixel, angstrom above the top layer. */
  readonly z: Float64Array;
  readonly charge: Float64Array;
  /** How much charge is lost by going up, per angstrom. */
  readonly slope: Float64Array;
  /** Pixels whose height is still sought. */
  readonly moving: Uint8Array;
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
  const { width, height, pixelSize, kappa, distance, fall, z, charge, slope, moving } = frame;
  if (weight <= 0) return;
  const farthest = distance + Math.log(weight / negligible) / (2 * kappa);
  const nearest = distance + ground - above;
  if (farthest <= nearest) return;
  const reach = Math.sqrt(farthest * farthest - nearest * nearest) / pixelSize;
  const last = fall.length - 1;
  const top = Math.max(0, Math.ceil(y - reach));
  const bottom = Math.min(height - 1, Math.floor(y + reach));
  for (let row = top; row <= bottom; row++) {
    const dy = (row - y) * pixelSize;
    const half = Math.sqrt(reach * reach - (row - y) * (row - y));
    const end = row * width + Math.min(width - 1, Math.floor(x + half));
    for (let i = row * width + Math.max(0, Math.ceil(x - half)); i <= end; i++) {
      if (moving[i] === 0) continue;
      const dx = (i - row * width - x) * pixelSize;
      const dz = z[i] - above;
      const at = (dx * dx + dy * dy + dz * dz) * perSquare;
      const before = Math.floor(at);
      if (before >= last) continue;
      const change = fall[before + 1] - fall[before];
      charge[i] += weight * (fall[before] + (at - before) * change);
      // The square of the way grows by 2 dz for each angstrom upwards.
      slope[i] -= weight * change * perSquare * 2 * dz;
    }
  }
}

/** Median of every seventh value, which is as good and sorts faster. */
function median(values: Float64Array): number {
  const sorted = values.filter((_, i) => i % 7 === 0).sort();
  return sorted[sorted.length >> 1];
}
