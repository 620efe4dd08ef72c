/** Values in the first and the last shade. */
export interface Levels {
  readonly low: number;
  readonly high: number;
}

/** Draws values as shades of grey, one pixel each; nothing is smoothed. What was not measured is blue. */
export function drawGrey(
  canvas: HTMLCanvasElement | OffscreenCanvas,
  values: Float32Array,
  width: number,
  height: number,
  { low, high }: Levels,
): void {
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext("2d") as CanvasRenderingContext2D | null;
  if (context === null) return;
  const picture = context.createImageData(width, height);
  const shades = new Uint32Array(picture.data.buffer);
  const scale = 255 / (high - low || 1);
  for (let i = 0; i < shades.length; i++) {
    const value = values[i];
    if (Number.isNaN(value)) {
      shades[i] = 0xff8a5a30;
      continue;
    }
    const grey = Math.max(0, Math.min(255, Math.round((value - low) * scale)));
    shades[i] = 0xff000000 | (grey << 16) | (grey << 8) | grey;
  }
  context.putImageData(picture, 0, 0);
}

/** Levels that leave out the lowest and highest 0.5 % of some values. */
export function levelsOf(values: Float32Array): Levels {
  const step = Math.max(1, Math.floor(values.length / 20000));
  const some: number[] = [];
  for (let i = 0; i < values.length; i += step) if (!Number.isNaN(values[i])) some.push(values[i]);
  some.sort((a, b) => a - b);
  if (some.length === 0) return { low: 0, high: 1 };
  const at = (share: number): number => some[Math.round(share * (some.length - 1))];
  return { low: at(0.005), high: at(0.995) };
}

/** Colours of classes that people who see few colours tell apart. @see Okabe & Ito 2008 */
const colours = [
  "#0072b2",
  "#d55e00",
  "#009e73",
  "#b0559a",
  "#8a6d00",
  "#1f8bc4",
  "#7a4fbf",
  "#a3341f",
  "#4d6b2c",
];

/** The colour of a class; greys for those that are there from the start. */
export function colourOf(id: string | undefined, classes: readonly { id: string }[]): string {
  if (id === undefined) return "#9aa3ad";
  if (id === "nothing") return "#6b7280";
  if (id === "artefact") return "#4b5563";
  if (id === "unknown") return "#111827";
  const own = classes.filter((known) => !builtIn.includes(known.id));
  const at = own.findIndex((known) => known.id === id);
  return colours[((at % colours.length) + colours.length) % colours.length];
}

/** Classes that are there from the start. */
export const builtIn: readonly string[] = ["unknown", "artefact", "nothing"];

/** Sets a colour from data, since the policy of the page allows no style in its markup. */
export function paint(element: HTMLElement | null): void {
  if (element !== null)
    element.style.setProperty("--class", element.dataset["colour"] ?? "#9aa3ad");
}
