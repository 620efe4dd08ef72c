import type { FillPiece } from "../byteSource";

/**
 * Brings big-endian float32 into this machine's order, twice sixteen bytes at a time, rows mirrored on the way where asked
 * for; the result is 1 where all of them are finite. WebAssembly, since JavaScript has no such instructions: ten times as
 * fast as a loop over a DataView. In words:
 *
 *   turn(from, to, width, rows, step, mirror)
 *   for each row: for each eight values, by fours: load, reverse the bytes of each value (of all sixteen where mirrored), store
 *   at `to`, or from the end of the row backwards; gather the bits of value - value, which are none for finite ones alone;
 *   the last width % 8 values one at a time; then from += 4 * width and to += step.
 */
const program =
  "AGFzbQEAAAABCwFgBn9/f39/fwF/AwIBAAUDAQAIBxECBm1lbW9yeQIABHR1cm4AAArDAwHAAwUDfwN7AX8BfQF/IAAhBkF8QQQgBRshDgJAA0AgA0UN" +
  "ASAGIAJBAnRqIQcgASEIIAUEQCAIIAJBAnRqIQgCQANAIAZBIGogB0sNASAIQSBrIQggBv0ABAAhCSAG/QAEECEKIAkgCf0NDw4NDAsKCQgHBgUEAwIB" +
  "ACEJIAogCv0NDw4NDAsKCQgHBgUEAwIBACEKIAggCf0LBBAgCCAK/QsEACALIAkgCf3lASAKIAr95QH9UP1QIQsgBkEgaiEGDAALCyAIQQRrIQgFAkAD" +
  "QCAGQSBqIAdLDQEgBv0ABAAhCSAG/QAEECEKIAkgCf0NAwIBAAcGBQQLCgkIDw4NDCEJIAogCv0NAwIBAAcGBQQLCgkIDw4NDCEKIAggCf0LBAAgCCAK" +
  "/QsEECALIAkgCf3lASAKIAr95QH9UP1QIQsgBkEgaiEGIAhBIGohCAwACwsLAkADQCAGIAdPDQEgBigCACEMIAxBCHdB/4H8B3EgDEEIeEGA/oN4cXIh" +
  "DCAIIAw2AgAgDL4hDSALIA0gDZP9E/1QIQsgBkEEaiEGIAggDmohCAwACwsgASAEaiEBIANBAWshAwwACwsgC/1TRQs=";

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

/** See below. The system's allocator keeps twice that. */
const comeAndGone = 31 * 2 ** 20;

function start(): Turner {
  // An allocator gives what is freed back to the system, which clears it page by page when it is asked for again: longer
  // than it takes to write the values. It keeps more from when it has seen a large piece come and go; this one is never
  // written to, so that it takes no memory.
  new ArrayBuffer(comeAndGone);
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
  fill: FillPiece,
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
