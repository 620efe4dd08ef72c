/**
 * Brings big-endian float32 into this machine's order, sixteen bytes at a time, rows mirrored on the way where asked for; the
 * result is 1 where all of them are finite. WebAssembly, since JavaScript has no such instructions: ten times as fast as a
 * loop over a DataView. In words:
 *
 *   turn(from, to, width, rows, step, mirror)
 *   for each row: for each four values: load, reverse the bytes of each value (of all sixteen where mirrored), store at `to`,
 *   or from the end of the row backwards; note whether value - value equals itself, which it does for finite ones alone;
 *   the last width % 4 values one at a time; then from += 4 * width and to += step.
 */
const program =
  "AGFzbQEAAAABCwFgBn9/f39/fwF/AwIBAAUDAQAJBxECBm1lbW9yeQIABHR1cm4AAArRAgHOAgMDfwJ7An9Bf/0RIQpBASEMAkADQCADRQ0B" +
  "IAAhBiAAIAJBAnRqIQcgBQR/IAEgAkECdGoFIAELIQgCQANAIAZBEGogB0sNASAG/QAAACEJIAUEQCAIQRBrIQggCSAJ/Q0PDg0MCwoJCAcG" +
  "BQQDAgEAIQkgCCAJ/QsAAAUgCSAJ/Q0DAgEABwYFBAsKCQgPDg0MIQkgCCAJ/QsAACAIQRBqIQgLIAkgCf3lASEJIAogCSAJ/UH9TiEKIAZB" +
  "EGohBgwACwsCQANAIAYgB08NASAGKAAAIQsgC0EId0H/gfwHcSALQQh4QYD+g3hxciELIAUEQCAIQQRrIQgLIAggCzYAACAFRQRAIAhBBGoh" +
  "CAsgDCALQYCAgPwHcUGAgID8B0dxIQwgBkEEaiEGDAALCyAHIQAgASAEaiEBIANBAWshAwwACwsgDCAK/aMBcQs=";

/** What is used of it; neither the language nor Node describes it here. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (program: object) => { readonly exports: unknown };
};

/** Bytes that are turned at a time: what the processor keeps at hand. The program's memory holds twice that. */
const piece = 262_144;

type Turn = (
  from: number,
  to: number,
  width: number,
  rows: number,
  step: number,
  mirror: number,
) => number;

interface Turner {
  readonly turn: Turn;
  readonly memory: ArrayBuffer;
}

let turner: Turner | undefined;

function start(): Turner {
  const { exports } = new WebAssembly.Instance(
    new WebAssembly.Module(Buffer.from(program, "base64")),
  );
  const { memory, turn } = exports as { memory: { buffer: ArrayBuffer }; turn: Turn };
  return { memory: memory.buffer, turn };
}

/** Whether a row fits; longer ones are no image. */
export function canTurn(width: number): boolean {
  return width >= 1 && 4 * width <= piece;
}

/**
 * Goes over the rows of a big-endian float32 image in pieces that fit the processor: `fill` writes the bytes of each, `take`
 * gets its values, in this machine's order, and the number of its first row; they are overwritten by the next. Says whether
 * all are finite.
 */
export function turnFloats(
  fill: (target: Uint8Array, from: number) => void,
  { from, width, height, mirror }: { from: number; width: number; height: number; mirror: boolean },
  take?: (values: Float32Array, firstRow: number) => void,
): boolean {
  turner ??= start();
  const { turn, memory } = turner;
  const rowBytes = 4 * width;
  const atOnce = Math.floor(piece / rowBytes);
  let finite = true;
  for (let row = 0; row < height; row += atOnce) {
    const rows = Math.min(atOnce, height - row);
    fill(new Uint8Array(memory, 0, rows * rowBytes), from + row * rowBytes);
    if (turn(0, piece, width, rows, rowBytes, mirror ? 1 : 0) !== 1) finite = false;
    take?.(new Float32Array(memory, piece, rows * width), row);
  }
  return finite;
}
