import type { Rng } from "../../core";
import { count } from "../instrument/marks";
import type { Pattern } from "./pattern";

/** What defects do to a texture, pixel by pixel. */
export interface BlobFields {
  /** Height that is added. */
  readonly added: Float32Array;
  /** Share of the pattern that is gone, 0 to 1. */
  readonly gone: Float32Array;
  /** Periods by which the pattern is moved, across and along. */
  readonly across: Float32Array;
  readonly along: Float32Array;
}

/** A kind of defect; lengths in pixels. */
interface Kind {
  readonly shape: Shape;
  readonly form: "added" | "flattened" | "moved" | "pair" | "ringed" | "missing";
  readonly height: number;
  readonly radius: number;
  readonly oblong: number;
  readonly turn: number;
  /** 2 for round flanks, more for flat tops. */
  readonly power: number;
  readonly shift: readonly [across: number, along: number];
  /** How much one of it differs from another. */
  readonly spread: number;
  readonly offset: readonly [x: number, y: number];
}

type Shape = "round" | "square" | "row" | "cluster";

const forms = [
  "added",
  "added",
  "added",
  "flattened",
  "moved",
  "pair",
  "ringed",
  "missing",
] as const;

/** Draws one to four kinds of defects and puts them on sites of the pattern. */
export function drawBlobs(size: number, pattern: Pattern, number: number, rng: Rng): BlobFields {
  const length = size * size;
  const fields: BlobFields = {
    added: new Float32Array(length),
    gone: new Float32Array(length),
    across: new Float32Array(length),
    along: new Float32Array(length),
  };
  const kinds = Array.from({ length: 1 + rng.integer(4) }, () => drawKind(pattern, rng));
  for (let n = 0; n < number; n++) {
    const kind = kinds[rng.integer(kinds.length)];
    const [x, y] = pattern.nearestSite(rng.between(0, size), rng.between(0, size));
    const jitter = 0.06 * pattern.across;
    add(fields, size, kind, x + kind.offset[0] + jitter * rng.normal(), y + kind.offset[1] + jitter * rng.normal(), pattern, rng); // prettier-ignore
  }
  return fields;
}

function drawKind(pattern: Pattern, rng: Rng): Kind {
  const form = forms[rng.integer(forms.length)];
  const large = rng.uniform() < 0.12;
  const shape = large ? "cluster" : drawShape(rng);
  const radius = rng.between(1.2, 3.6);
  const bright = form === "missing" ? false : rng.uniform() < 0.55;
  // Heights uniform in the logarithm, from what the noise nearly hides to particles.
  const size = Math.exp(rng.between(Math.log(0.6), Math.log(rng.uniform() < 0.1 ? 40 : 8)));
  const onSite = rng.uniform() < 0.6;
  return {
    shape,
    form,
    height: (bright ? 1 : -1) * size,
    radius,
    oblong: shape === "round" ? Math.exp(rng.between(-0.5, 0.5)) : 1,
    turn: pattern.angle + (rng.uniform() < 0.7 ? 0 : rng.between(0, Math.PI)),
    power: rng.uniform() < 0.7 ? 2 : rng.between(2, 6),
    shift: [rng.uniform() < 0.5 ? 0.5 : rng.between(-0.5, 0.5), rng.between(-0.5, 0.5)],
    spread: rng.between(0, 0.35),
    offset: onSite
      ? [0, 0]
      : [rng.between(-0.5, 0.5) * pattern.across, rng.between(-0.5, 0.5) * pattern.along],
  };
}

function drawShape(rng: Rng): Shape {
  const kind = rng.uniform();
  return kind < 0.6 ? "round" : kind < 0.75 ? "square" : kind < 0.9 ? "row" : "cluster";
}

/** Adds one defect of a kind: one spot, several in a row, or an irregular heap of them. */
function add(
  fields: BlobFields,
  size: number,
  kind: Kind,
  x: number,
  y: number,
  pattern: Pattern,
  rng: Rng,
): void {
  const factor = Math.exp(kind.spread * rng.normal());
  const one: Kind = {
    ...kind,
    height: kind.height * factor,
    radius: kind.radius * Math.exp(0.4 * kind.spread * rng.normal()),
  };
  const [cos, sin] = [Math.cos(pattern.angle), Math.sin(pattern.angle)];
  if (kind.shape === "row") {
    const sites = 1 + count(2, rng);
    for (let k = 0; k < sites; k++)
      paint(fields, size, one, x + k * pattern.along * cos, y + k * pattern.along * sin, false);
  } else if (kind.shape === "cluster") {
    const parts = 2 + count(5, rng);
    let [u, v] = [x, y];
    for (let k = 0; k < parts; k++) {
      paint(
        fields,
        size,
        { ...one, height: one.height * Math.exp(0.2 * rng.normal()) },
        u,
        v,
        false,
      );
      u += rng.between(-1.5, 1.5) * one.radius;
      v += rng.between(-1.5, 1.5) * one.radius;
    }
  } else paint(fields, size, one, x, y, kind.form === "pair");
}

/** One spot. Where spots of one defect overlap the farther one counts, so that heaps do not grow. */
function paint(
  fields: BlobFields,
  size: number,
  kind: Kind,
  x: number,
  y: number,
  pair: boolean,
): void {
  const reach = Math.ceil(
    3.2 * kind.radius * Math.max(kind.oblong, 1 / kind.oblong) * (pair ? 2 : 1),
  );
  const [cos, sin] = [Math.cos(kind.turn), Math.sin(kind.turn)];
  for (let row = Math.max(0, Math.ceil(y - reach)); row <= Math.min(size - 1, y + reach); row++) {
    for (
      let column = Math.max(0, Math.ceil(x - reach));
      column <= Math.min(size - 1, x + reach);
      column++
    ) {
      const [dx, dy] = [column - x, row - y];
      const u = (dx * cos + dy * sin) / (kind.radius * kind.oblong);
      const v = (dy * cos - dx * sin) / (kind.radius / kind.oblong);
      const square = kind.shape === "square";
      const r = square ? Math.max(Math.abs(u), Math.abs(v)) : Math.hypot(u, v);
      const i = row * size + column;
      const weight = Math.exp(-(r ** kind.power) / 2);
      if (kind.form === "flattened" || kind.form === "missing") {
        fields.gone[i] = Math.max(fields.gone[i], weight);
        put(fields.added, i, (kind.form === "missing" ? 1 : 0.25) * kind.height * weight);
      } else if (kind.form === "moved") {
        if (weight > 0.3) {
          fields.across[i] = kind.shift[0];
          fields.along[i] = kind.shift[1];
        }
        put(fields.added, i, 0.25 * kind.height * weight);
      } else if (kind.form === "ringed") {
        put(fields.added, i, kind.height * (weight - 0.35 * Math.exp(-((r - 2) ** 2) / 0.5)));
      } else if (pair) {
        put(fields.added, i, kind.height * Math.exp(-((u - 1) ** 2 + v * v) / 2));
        fields.added[i] -= 0.8 * kind.height * Math.exp(-((u + 1) ** 2 + v * v) / 2);
      } else put(fields.added, i, kind.height * weight);
    }
  }
}

function put(values: Float32Array, i: number, value: number): void {
  if (Math.abs(value) > Math.abs(values[i])) values[i] = value;
}
