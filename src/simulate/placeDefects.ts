import { InputError, type Rng } from "../core";
import { toCrystal, toPixel, type Crystal } from "./crystal";
import type { PlacedDefect } from "./lattice";
import type { DefectKind } from "./surface";

/** A place that a defect, or the clean surface, is named after. */
export interface Place {
  readonly kind: string;
  readonly x: number;
  readonly y: number;
}

/** Where defects may lie; lengths in pixels. */
export interface PlaceOptions {
  readonly width: number;
  readonly height: number;
  /** Least distance between two places. */
  readonly separation: number;
  /** Least distance from the border. */
  readonly margin: number;
  /** Least distance from a step. */
  readonly fromSteps: number;
}

/** Tries for one place before the frame counts as full. */
const tries = 1000;

/**
 * Puts defects on lattice sites at random, far enough from each other; a kind that the surface does not know is a
 * place where nothing changes. Nothing here knows of the instrument, so that two scans of one place find the same there.
 * @param wanted kind of each place, in the order in which they are placed
 * @throws InputError if the frame is too full
 */
export function placeDefects(
  crystal: Crystal,
  wanted: readonly string[],
  options: PlaceOptions,
  rng: Rng,
): { readonly places: Place[]; readonly defects: PlacedDefect[] } {
  const places: Place[] = [];
  const defects: PlacedDefect[] = [];
  const [sites, shapes] = [rng.fork("sites"), rng.fork("shapes")];
  for (const kind of wanted) {
    const model = crystal.surface.defects.find(({ name }) => name === kind);
    const shape = model?.draw(shapes) ?? nothing;
    const free = freeCell(crystal, shape, places, options, sites);
    if (free === undefined) throw tooFull(wanted.length, places.length, options);
    const { x, y, terrace, cell } = free;
    places.push({ kind, x, y });
    if (model === undefined) continue;
    defects.push({ name: kind, terrace, cell, shape, loose: model.loose === true });
  }
  return { places, defects };
}

type Shape = ReturnType<DefectKind["draw"]>;

const nothing: Shape = { centre: [0, 0], changes: [] };

interface FreeCell {
  readonly terrace: number;
  readonly cell: readonly [number, number];
  readonly x: number;
  readonly y: number;
}

/** Draws lattice cells until one lies in the frame and apart from all places and steps. */
function freeCell(
  crystal: Crystal,
  shape: Shape,
  places: readonly Place[],
  options: PlaceOptions,
  rng: Rng,
): FreeCell | undefined {
  const { width, height, separation, margin } = options;
  const { cell: size } = crystal.surface;
  for (let attempt = 0; attempt < tries; attempt++) {
    const drawn = [rng.between(0, width), rng.between(0, height)] as const;
    const terrace = crystal.terraceAt(...drawn);
    const { placement } = crystal.terraces[terrace];
    const place = toCrystal(placement, ...drawn);
    const cell: [number, number] = [
      Math.round((place[0] - shape.centre[0]) / size[0]),
      Math.round((place[1] - shape.centre[1]) / size[1]),
    ];
    const centre = toPixel(
      placement,
      cell[0] * size[0] + shape.centre[0],
      cell[1] * size[1] + shape.centre[1],
    );
    const [x, y] = centre;
    const edge = Math.min(x, y, width - 1 - x, height - 1 - y);
    const apart = (other: Place): boolean => Math.hypot(x - other.x, y - other.y) >= separation;
    if (edge < margin || !places.every(apart)) continue;
    if (offSteps(crystal, terrace, centre, options.fromSteps)) return { terrace, cell, x, y };
  }
  return undefined;
}

/** Whether a place and all around it belong to one terrace. */
function offSteps(
  { terraces, terraceAt }: Crystal,
  terrace: number,
  [x, y]: readonly [number, number],
  distance: number,
): boolean {
  if (terraces.length === 1) return true;
  for (let k = 0; k < 12; k++) {
    const angle = (k * Math.PI) / 6;
    const [dx, dy] = [distance * Math.cos(angle), distance * Math.sin(angle)];
    if (terraceAt(x + dx, y + dy) !== terrace) return false;
    if (terraceAt(x + dx / 2, y + dy / 2) !== terrace) return false;
  }
  return true;
}

function tooFull(wanted: number, placed: number, options: PlaceOptions): InputError {
  const { width, height, separation, margin } = options;
  return new InputError({
    got: `${wanted} places in ${width} x ${height} pixels, of which ${placed} fit`,
    expected: `room for all of them, ${separation.toFixed(1)} pixels apart and ${margin.toFixed(1)} from the border`,
    todo: "Lower the number of defects or their separation, or make the scan larger.",
  });
}
