import * as path from "node:path";
import { InputError, isHeight, mainChannel, type Scan } from "../../core";
import { lastingSource, readAllBytes, sourceName, withBytes } from "../byteSource";
import { unsuitable } from "../damaged";
import { findParameters } from "./findParameters";
import type { MatrixFile } from "./matrixParameters";
import { isJpk, parseJpk } from "./parseJpk";
import { parseIgor } from "./parseIgor";
import { parseNanoscope } from "./parseNanoscope";
import { parseNexus } from "./parseNexus";
import { parseCreatec } from "./parseCreatec";
import { parseGsf } from "./parseGsf";
import { parseGwy } from "./parseGwy";
import { parseMatrix } from "./parseMatrix";
import { parseScanNpy } from "./parseScanNpy";
import { parseScanPng } from "./parseScanPng";
import { parseSm4 } from "./parseSm4";
import { headLength, parseSxm } from "./parseSxm";
import { parseTiff, type ValueOptions } from "./parseTiff";
import { scanFormat } from "./scanFormat";
import { tiffDirectory } from "./tiffDirectory";

/** What the reader of an instrument's file may be told. */
export interface ReadScanOptions extends ValueOptions {
  /** Which scan of a file that holds several: its number from 0, or its title. @default the first with heights, else the first */
  readonly image?: number | string;
  /** Name of the file, where its bytes are given: it names the scan, and finds the place in a MATRIX session. */
  readonly name?: string;
  /** Parameter files of a MATRIX scan, where its bytes are given; with a path they are looked for beside it. */
  readonly companions?: readonly MatrixFile[];
  /** -1 where the laboratory writes down the bias of the tip. @default 1 */
  readonly biasSign?: 1 | -1;
}

/**
 * Reads one scan from an instrument's file, whose format its content tells: Nanonis SXM, Gwyddion GWY and GSF, Omicron
 * MATRIX, RHK SM4 (beta), Createc, Igor (Asylum), Nanoscope (Bruker, Veeco), JPK, NeXus, TIFF, grey PNG, NPY. The scan stands as on the surface: row 0 at the top, column 0 at
 * the left, SI units, NaN where nothing was measured, every header value in `metadata`.
 *
 * A file may hold several scans: each image of a GWY file (except those that `writeGwy` wrote as channels of one), each
 * page of a TIFF, the up and the down frame of MATRIX, the frames of an SM4. `image` chooses; `readScans` gives all.
 *
 * Of a Nanonis file named by its path the header is read now, and the values of a channel when they are first asked for.
 * @throws InputError if the file cannot be read, is damaged, or of another kind; when values are asked for, if it has changed since
 */
export async function readScan(
  input: string | Uint8Array,
  options: ReadScanOptions = {},
): Promise<Scan> {
  const scans = await readScans(input, options);
  const { image } = options;
  const file = path.basename(options.name ?? sourceName(input));
  const title = ({ name }: Scan): string =>
    name.startsWith(`${file}: `) ? name.slice(file.length + 2) : name;
  // Where there is nothing to choose, no values are asked for.
  if (image === undefined && scans.length === 1) return scans[0];
  const found =
    image === undefined
      ? (scans.find((scan) => isHeight(mainChannel(scan))) ?? scans[0])
      : typeof image === "number"
        ? scans[image]
        : scans.find((scan) => title(scan).normalize("NFC") === image.normalize("NFC"));
  if (found !== undefined) return found;
  throw new InputError({
    got: `image ${JSON.stringify(image)} of "${file}"`,
    expected: `a number from 0 to ${scans.length - 1}, or one of ${scans
      .map((scan) => `"${title(scan)}"`)
      .join(", ")}`,
    todo: "Choose one of these.",
  });
}

/** Reads all scans of an instrument's file, in the order of the file. @throws InputError as `readScan` */
export async function readScans(
  input: string | Uint8Array,
  options: Omit<ReadScanOptions, "image"> = {},
): Promise<Scan[]> {
  const scans = await parse(input, options);
  if (options.biasSign !== -1) return scans;
  return scans.map((scan) =>
    scan.biasVolts === undefined ? scan : { ...scan, biasVolts: -scan.biasVolts },
  );
}

/** Node's own kind of bytes shares its memory where others copy; readers must not change what the caller gave. */
function plainBytes({ buffer, byteOffset, byteLength }: Uint8Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

async function parse(input: string | Uint8Array, options: ReadScanOptions): Promise<Scan[]> {
  const isPath = typeof input === "string";
  if (isPath) {
    const source = lastingSource(input);
    const head = source.read(0, Math.min(headLength, source.size));
    if (scanFormat(head) === "sxm") return [parseSxm(source, input, true, head)];
  }
  const bytes = plainBytes(readAllBytes(input));
  const file = isPath ? input : (options.name ?? sourceName(input));
  switch (scanFormat(bytes)) {
    case "sxm":
      return withBytes(bytes, (source) => [parseSxm(source, file, false)]);
    case "gwy":
      return parseGwy(bytes, file, options);
    case "gsf":
      return [parseGsf(bytes, file, options)];
    case "matrix":
      return parseMatrix(bytes, file, options.companions ?? (isPath ? findParameters(file) : []));
    case "sm4":
      return parseSm4(bytes, file);
    case "createc":
      return [parseCreatec(bytes, file)];
    case "hdf5":
      return parseNexus(bytes, file, options);
    case "igor":
      return [parseIgor(bytes, file, options)];
    case "nanoscope":
      return parseNanoscope(bytes, file);
    case "tiff": {
      const [first] = tiffDirectory(bytes, file);
      return isJpk(first) ? [parseJpk(bytes, file, first)] : parseTiff(bytes, file, options);
    }
    case "png":
      return [await parseScanPng(bytes, file, options)];
    case "npy":
      return parseScanNpy(bytes, file, options);
    case "nanonis dat":
    case "createc vert":
      throw unsuitable(file, "which holds curves", "an image", "Read it with readCurves.");
    case "nanonis 3ds":
      throw unsuitable(
        file,
        "which holds curves on a grid",
        "an image",
        "Read it with readGrid; gridMap makes an image of it.",
      );
    default:
      throw unsuitable(
        file,
        bytes.length === 0 ? "an empty file" : "which is of no known kind",
        "Nanonis SXM, Gwyddion GWY or GSF, Omicron MATRIX, RHK SM4, Createc, Igor, Nanoscope, JPK, NeXus, TIFF, PNG or NPY",
        "Save it from the instrument's software, or from Gwyddion, in one of these.",
      );
  }
}
