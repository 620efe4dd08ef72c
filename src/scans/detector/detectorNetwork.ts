import { tf, type Tensor4D } from "../../core";
import { unetFrom, type StoredUnet, type Unet } from "../../nets";
import type { SearchRelief } from "../searchRelief";
import { drawnIn } from "./drawCrop";

/** The weights of a detector's network, at rest. */
export type DetectorNetwork = StoredUnet;

/** What a network says of each pixel of a relief. */
export interface NetworkAnswer {
  /** Logit of a defect: above 0 where it is more likely than not. */
  readonly logit: Float32Array;
  /** Height of the defect alone, without the surface's own pattern, in deviations. */
  readonly difference: Float32Array;
}

/** Edge of what is worked out at once, in pixels, and what is seen around it: as far as a network of three levels looks. */
const [inner, margin] = [256, 24];

/** Asks a network about a whole relief, piece by piece. */
export function askNetwork(stored: DetectorNetwork, relief: SearchRelief): NetworkAnswer {
  const network = unetFrom(stored);
  const logit = new Float32Array(relief.data.length);
  const difference = new Float32Array(relief.data.length);
  try {
    forEachPiece(network, relief, (input, piece) => {
      const out = tf.tidy(() => network.apply(input, false));
      const values = out.dataSync<"float32">();
      out.dispose();
      piece((i, at) => {
        logit[i] = values[2 * at];
        difference[i] = 2 * Math.sinh(values[2 * at + 1]);
      });
    });
  } finally {
    network.dispose();
  }
  return { logit, difference };
}

/** Calls back for each pixel of a piece: its place on the relief, and in what the network gave. */
export type EachPixel = (visit: (pixel: number, place: number) => void) => void;

/** Cuts a relief into pieces that a network takes, each with what lies around it. The input is disposed after the call. */
export function forEachPiece(
  network: Unet,
  relief: SearchRelief,
  act: (input: Tensor4D, piece: EachPixel) => void,
): void {
  const { width, height } = relief;
  for (let top = 0; top < height; top += inner)
    for (let left = 0; left < width; left += inner) {
      const { seen, from, columns, rows } = cutPiece(network, relief, left, top);
      const input = tf.tensor4d(seen, [1, rows, columns, 2]);
      try {
        act(input, (visit) => {
          for (let y = top; y < Math.min(height, top + inner); y++)
            for (let x = left; x < Math.min(width, left + inner); x++)
              visit(y * width + x, (y - from[1]) * columns + x - from[0]);
        });
      } finally {
        input.dispose();
      }
    }
}

interface Piece {
  readonly seen: Float32Array;
  readonly from: readonly [x: number, y: number];
  readonly columns: number;
  readonly rows: number;
}

function cutPiece(
  network: Unet,
  { data, jumps, width, height }: SearchRelief,
  left: number,
  top: number,
): Piece {
  const from = [Math.max(0, left - margin), Math.max(0, top - margin)] as const;
  const to = [
    Math.min(width, left + inner + margin),
    Math.min(height, top + inner + margin),
  ] as const;
  const whole = (length: number): number => Math.ceil(length / network.multiple) * network.multiple;
  const [columns, rows] = [whole(to[0] - from[0]), whole(to[1] - from[1])];
  const seen = new Float32Array(columns * rows * 2);
  for (let v = 0, at = 0; v < rows; v++) {
    const row = mirrored(from[1] + v, height) * width;
    for (let u = 0; u < columns; u++, at += 2) {
      const i = row + mirrored(from[0] + u, width);
      seen[at] = drawnIn(data[i]);
      seen[at + 1] = drawnIn(jumps[i]);
    }
  }
  return { seen, from, columns, rows };
}

/** A place within a length, mirrored at its end. */
function mirrored(at: number, length: number): number {
  return at < length ? at : Math.max(0, 2 * (length - 1) - at);
}
