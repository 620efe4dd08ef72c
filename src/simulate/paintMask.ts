import { toPixel, type Crystal } from "./crystal";
import type { PlacedDefect } from "./lattice";

/** Angstrom around each atom that a defect changes which belong to it; about half of what an atom looks wide. */
const around = 2.7;

/** Where a mask is painted. */
export interface MaskOptions {
  readonly pixels: number;
  readonly nmPerPixel: number;
  readonly seenAt: (x: number, y: number) => readonly [x: number, y: number];
}

/** Marks the pixels of each defect with 1 + the index of its class: discs around the atoms that it changes clearly. */
export function paintMask(
  { surface, terraces }: Crystal,
  defects: readonly PlacedDefect[],
  { pixels, nmPerPixel, seenAt }: MaskOptions,
): Uint8Array {
  const mask = new Uint8Array(pixels * pixels);
  const radius = around / (10 * nmPerPixel);
  for (const { name, terrace, cell, shape } of defects) {
    const label = 1 + surface.defects.findIndex((kind) => kind.name === name);
    const changed = shape.changes
      .filter(({ weight }) => weight < 0.7 || weight > 1.6)
      .map(({ cell: offset, atom, aside = 0 }) => ({
        along: offset[0] * surface.cell[0] + surface.atoms[atom].along,
        across: offset[1] * surface.cell[1] + surface.atoms[atom].across + aside,
      }));
    for (const { along, across } of [...changed, ...(shape.added ?? [])]) {
      const [x, y] = seenAt(
        ...toPixel(
          terraces[terrace].placement,
          cell[0] * surface.cell[0] + along,
          cell[1] * surface.cell[1] + across,
        ),
      );
      for (
        let row = Math.max(0, Math.ceil(y - radius));
        row <= Math.min(pixels - 1, y + radius);
        row++
      ) {
        const half = Math.sqrt(radius * radius - (row - y) ** 2);
        const [from, to] = [
          Math.max(0, Math.ceil(x - half)),
          Math.min(pixels - 1, Math.floor(x + half)),
        ];
        if (to >= from) mask.fill(label, row * pixels + from, row * pixels + to + 1);
      }
    }
  }
  return mask;
}
