import { createRng, type Scan } from "../../src/core";
import { collect, type Collection } from "../../src/session";

/** What stands on the scans of `bumps`, by scan: round ones, long ones and holes, on a noisy plane. */
export type BumpKind = "round" | "long" | "hole";

/** A scan with bumps on a grid, and what each is. Heights in m. */
export function bumpScan(seed: number): {
  readonly scan: Scan;
  readonly kinds: readonly BumpKind[];
  readonly places: readonly (readonly [number, number])[];
} {
  const [size, nm] = [160, 32];
  const rng = createRng(seed);
  const data = Float64Array.from({ length: size * size }, () => rng.normal() * 4e-12);
  const kinds: BumpKind[] = [];
  const places: (readonly [number, number])[] = [];
  for (let row = 0; row < 6; row++)
    for (let column = 0; column < 6; column++) {
      const kind = (["round", "long", "hole"] as const)[rng.integer(3)];
      const x = (column + 0.5) * (size / 6) + rng.between(-3, 3);
      const y = (row + 0.5) * (size / 6) + rng.between(-3, 3);
      const [sx, sy] = kind === "long" ? [4.5, 1.8] : [2.5, 2.5];
      const height = kind === "hole" ? -9e-11 : 9e-11;
      for (let v = Math.max(0, Math.floor(y - 14)); v < Math.min(size, y + 14); v++)
        for (let u = Math.max(0, Math.floor(x - 14)); u < Math.min(size, x + 14); u++)
          data[v * size + u] +=
            height * Math.exp(-((u - x) ** 2) / (2 * sx * sx) - (v - y) ** 2 / (2 * sy * sy));
      kinds.push(kind);
      places.push([(x / size) * nm, (y / size) * nm]);
    }
  const scan: Scan = {
    name: `bumps ${seed}`,
    channels: [{ name: "Z", unit: "m", direction: "forward", data }],
    width: size,
    height: size,
    sizeMetres: [nm * 1e-9, nm * 1e-9],
    completedRows: size,
    scanDirection: "down",
    metadata: {},
    history: [],
  };
  return { scan, kinds, places };
}

/** A collection of such scans, and what each of its items is. */
export function bumps(...seeds: number[]): {
  readonly collection: Collection;
  readonly truth: (item: string) => BumpKind;
} {
  const made = seeds.map(bumpScan);
  const collection = collect(
    made.map(({ scan }) => ({ name: scan.name, file: `${scan.name}.gwy`, scan })),
    { sizeNm: 4, pixels: 24, detect: { method: "threshold", lattice: false } },
  );
  const kinds = new Map(
    collection.items.map(({ id, scan, place }) => {
      const { kinds: own, places } = made[scan];
      const far = places.map(([x, y]) => Math.hypot(x - (place?.xNm ?? 0), y - (place?.yNm ?? 0)));
      return [id, own[far.indexOf(Math.min(...far))]];
    }),
  );
  return { collection, truth: (item) => kinds.get(item) ?? "round" };
}
