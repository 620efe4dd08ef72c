import type { Channel, Scan } from "../../core";
import { checkImageSize } from "../checkImageSize";
import { unsuitable } from "../damaged";
import { parseDecimal } from "../parseDecimal";
import { assembleScan } from "./assembleScan";
import { checkMemory } from "./checkMemory";
import type { Curves } from "./curveTypes";
import { igorWave, type IgorWave } from "./igorWave";
import { lateralSize } from "./lateralSize";
import type { ValueOptions } from "./parseTiff";
import { siUnit } from "./siUnit";

/** Layers beyond which a wave is a volume and no list of channels. */
const mostLayers = 64;

/**
 * Reads the images of an Igor binary wave, as Asylum Research writes them: each layer a channel, with its direction in its
 * name. Columns of the wave are rows of the picture, from the bottom up.
 * @throws InputError if it is damaged, holds text or curves, or says no size and none is given
 * @see WaveMetrics, Technical Note PTN003, "Igor Binary Format"
 */
export function parseIgor(bytes: Uint8Array, file: string, options: ValueOptions): Scan {
  const wave = igorWave(bytes, file);
  const [width, height, layers] = wave.sizes;
  if (height === 0 || wave.sizes[3] > 0 || layers > mostLayers) {
    throw unsuitable(
      file,
      height === 0
        ? "which holds a curve"
        : `a wave of ${wave.sizes.filter((n) => n > 0).join(" x ")}`,
      "an image, or a stack of channels",
      height === 0 ? "Read it with readCurves." : "Export the image alone.",
    );
  }
  checkImageSize(width, height, file);
  const count = Math.max(1, layers);
  checkMemory(file, 8 * width * height * count, bytes.length);
  const note = noteEntries(wave.note);
  const number = (key: string): number => parseDecimal(note.get(key));
  const unit = siUnit(wave.dimensionUnits[0]);
  const size: [number, number] = [
    Math.abs(width * wave.steps[0]),
    Math.abs(height * wave.steps[1]),
  ];
  const rate = number("ScanRate");
  return assembleScan({
    file,
    format: "Igor binary wave",
    channels: Array.from({ length: count }, (_, layer) =>
      toChannel(wave, layer, note, options.unit ?? ""),
    ),
    width,
    height,
    sizeMetres: lateralSize(
      file,
      { width, height, ...(wave.dimensionUnits[0] === "" ? {} : { size, unit }) },
      options,
    ),
    scanDirection: note.has("ScanDown") ? (number("ScanDown") === 0 ? "up" : "down") : "unknown",
    lineSeconds: rate > 0 ? 0.5 / rate : NaN,
    offsetMetres: [number("XOffset"), number("YOffset")],
    angleDegrees: number("ScanAngle"),
    metadata: Object.fromEntries(note),
  });
}

/** Reads a wave of one dimension as a curve against its own scale. @throws InputError if it has more */
export function parseIgorCurve(bytes: Uint8Array, file: string, name: string): Curves {
  const wave = igorWave(bytes, file);
  const [points, more] = wave.sizes;
  if (more > 0 || points === 0) {
    throw unsuitable(file, "which holds an image", "a curve", "Read it with readScan.");
  }
  const across = siUnit(wave.dimensionUnits[0]);
  const values = siUnit(wave.dataUnit);
  const read = wave.plane(0);
  const x = Float64Array.from({ length: points }, (_, i) => {
    return (wave.offsets[0] + i * wave.steps[0]) * across.factor;
  });
  const plain = { direction: "forward", filtered: false } as const;
  return {
    name,
    columns: [
      { name: "x", unit: across.unit, ...plain, data: x },
      {
        name: wave.name === "" ? "data" : wave.name,
        unit: values.unit,
        ...plain,
        data: read.map((value) => value * values.factor),
      },
    ],
    positionMetres: [NaN, NaN, NaN],
    segments: [0],
    metadata: {
      ...Object.fromEntries(noteEntries(wave.note)),
      "fewscope.format": "Igor binary wave",
    },
  };
}

/** Asylum's note: a line "key: value" for each setting; the last of a key counts. */
function noteEntries(text: string): Map<string, string> {
  const entries = new Map<string, string>();
  for (const line of text.split(/\r\n|\r|\n/)) {
    const at = line.indexOf(":");
    if (at > 0) entries.set(line.slice(0, at).trim(), line.slice(at + 1).trim());
  }
  return entries;
}

function toChannel(
  wave: IgorWave,
  layer: number,
  note: ReadonlyMap<string, string>,
  given: string,
): Channel {
  const label = wave.layerNames[layer] ?? "";
  const [, bare = label, way = ""] = /^(.*?)(Trace|Retrace)$/.exec(label) ?? [];
  const { unit, factor } = siUnit(wave.dataUnit || layerUnit(bare, note) || given);
  const [width, height] = wave.sizes;
  const stored = wave.plane(layer);
  const data = new Float64Array(width * height);
  for (let row = 0; row < height; row++) {
    const from = (height - 1 - row) * width;
    for (let i = 0; i < width; i++) {
      const value = stored[from + i];
      data[row * width + i] = Number.isFinite(value) ? value * factor : NaN;
    }
  }
  return {
    name: bare === "" ? (wave.name === "" ? `layer ${layer}` : wave.name) : bare,
    unit,
    direction: way === "Retrace" ? "backward" : "forward",
    data,
  };
}

/** Units that Asylum leaves to the name of a channel; its inputs are volts, and a sensor without calibration is too. */
function layerUnit(name: string, note: ReadonlyMap<string, string>): string {
  const named = note.get(`${name}Unit`);
  if (named !== undefined && named !== "") return named;
  if (/^(height|deflection|amplitude\d?|.*lvdt)$/i.test(name)) return "m";
  if (/^zsensor$/i.test(name)) return parseDecimal(note.get("ZLVDTSens")) > 0 ? "m" : "V";
  if (/^phase/i.test(name)) return "deg";
  if (/^current/i.test(name)) return "A";
  if (/^freq/i.test(name)) return "Hz";
  return name === "" ? "" : "V";
}
