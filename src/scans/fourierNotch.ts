import { checkNumber, InputError, type Scan } from "../core";
import { filterFrequencies } from "./filterFrequencies";
import { settle } from "./settle";
import { changeChannels, type ChannelOptions } from "./steps";

/** The waves that are taken off. */
export interface FourierNotchOptions extends ChannelOptions {
  /** Waves a nanometre along rows, one number for each wave. */
  readonly perNmX: readonly number[];
  /** Waves a nanometre across rows, one number for each wave. */
  readonly perNmY: readonly number[];
  /** Half width of each hole, in waves across the frame. @default 1.5 */
  readonly width?: number;
}

const defaults = { perNmX: [], perNmY: [], width: 1.5, channel: "" };

/**
 * Takes waves off by Gaussian holes in the Fourier transform, at each frequency and its opposite. Level the scan first:
 * a tilt has a part in every frequency.
 * @throws InputError if the two lists differ in length or are empty, or a frequency is not in the image
 */
export function fourierNotch(scan: Scan, options: FourierNotchOptions): Scan {
  const settings = settle<FourierNotchOptions, typeof defaults>("fourierNotch", options, defaults);
  checkNumber("width", settings.width, { min: 0, aboveMin: true });
  const { perNmX, perNmY } = settings;
  const size = scan.sizeMetres.map((metres) => metres * 1e9);
  const waves = perNmX.map((frequency, i) => [frequency * size[0], perNmY[i] * size[1]] as const);
  const beyond = waves.find(
    ([x, y]) => !(Math.abs(x) <= scan.width / 2 && Math.abs(y) <= scan.height / 2),
  );
  if (perNmX.length === 0 || perNmX.length !== perNmY.length || beyond !== undefined) {
    throw new InputError({
      got: `frequencies [${perNmX.join(", ")}] and [${perNmY.join(", ")}] a nm`,
      expected: `two lists of one length, at most ${(scan.width / 2 / size[0]).toPrecision(3)} and ${(scan.height / 2 / size[1]).toPrecision(3)} a nm`,
      todo: "Read them off the Fourier view of the scan.",
    });
  }
  const hole = (x: number, y: number): number => {
    let gain = 1;
    for (const [u, v] of waves) {
      for (const sign of [1, -1]) {
        const squared = (x - sign * u) ** 2 + (y - sign * v) ** 2;
        gain *= 1 - Math.exp(-squared / (2 * settings.width ** 2));
      }
    }
    return gain;
  };
  return changeChannels(scan, "fourierNotch", settings, (data) =>
    filterFrequencies(data, scan.width, hole),
  );
}
