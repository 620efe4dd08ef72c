import { checkInteger, checkOneOf, InputError, type Scan } from "../core";
import { fitPlane, subtractPlane } from "./fitPlane";
import { hasSteps } from "./hasSteps";
import { levelFacets } from "./levelFacets";
import { levelPolynomial } from "./levelPolynomial";
import { levelTerraces } from "./levelTerraces";
import { settle } from "./settle";
import {
  changeChannels,
  chosenChannels,
  counted,
  type ChannelOptions,
  type ExcludeOptions,
} from "./steps";

/** Ways to level. */
export const levelMethods = ["auto", "plane", "polynomial", "facets", "terraces"] as const;

/** How `level` finds what is tilt. */
export interface LevelOptions extends ChannelOptions, ExcludeOptions {
  /**
   * "auto": "terraces" for heights that show steps, else "plane"; the history tells which.
   * "plane": the plane that fits best, turned about the middle of the frame; the mean height stays.
   * "polynomial": all products of powers up to the degrees, with the constant.
   * "facets": the slope that most of the scan has.
   * "terraces": a plane with a height of its own for each terrace, for stepped surfaces; the steps stay.
   * @default "plane"
   */
  readonly method?: (typeof levelMethods)[number];
  /** Largest power along rows, 0 to 11; for "polynomial". @default 2 */
  readonly degreeX?: number;
  /** Largest power across rows, 0 to 11; for "polynomial". @default 2 */
  readonly degreeY?: number;
}

const defaults = { method: "plane", degreeX: 2, degreeY: 2, exclude: "", channel: "" };

/**
 * Takes the tilt off a scan.
 * @throws InputError for a method or channel that is not there, or facets or terraces of something else than heights
 * @see Gwyddion user guide, "Plane Level", "Polynomial Background", "Facet Level"
 */
export function level(scan: Scan, options: LevelOptions = {}): Scan {
  const given = settle("level", options, defaults);
  const wanted = checkOneOf("method", given.method, levelMethods);
  const method = wanted === "auto" ? shownBy(scan, given.channel) : wanted;
  const settings = { ...given, method };
  const degreeX = checkInteger("degreeX", settings.degreeX, { min: 0, max: 11 });
  const degreeY = checkInteger("degreeY", settings.degreeY, { min: 0, max: 11 });
  const { width, height, sizeMetres } = scan;
  const pixel = [sizeMetres[0] / width, sizeMetres[1] / height] as const;
  const counts = counted(scan, settings.exclude);
  return changeChannels(scan, "level", settings, (data, channel) => {
    const used = counts(data);
    if (method === "plane") return subtractPlane(data, width, fitPlane(data, width, used));
    if (method === "polynomial") return levelPolynomial(data, width, used, degreeX, degreeY);
    if (channel.unit === "m" && method === "terraces")
      return levelTerraces(data, width, used, pixel);
    if (channel.unit === "m") return levelFacets(data, width, used, pixel);
    throw new InputError({
      got: `channel "${channel.name}" in ${channel.unit === "" ? "no unit" : channel.unit}`,
      expected: "heights in m, whose slopes are angles",
      todo: 'Choose another channel, or the method "plane".',
    });
  });
}

/** Terraces need heights, whose slopes are angles. */
function shownBy(scan: Scan, choice: string): "plane" | "terraces" {
  const [channel] = chosenChannels(scan, choice);
  return channel.unit === "m" && hasSteps(scan, channel) ? "terraces" : "plane";
}
