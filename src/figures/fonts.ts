import * as fs from "node:fs";

/**
 * Font of every figure: Arimo, which has Arial's widths, so that a page or paper without it lays out the same.
 * @see the package `@expo-google-fonts/arimo`, SIL Open Font License 1.1
 */
export const fontFamily = "Arimo, Arial, Helvetica, Liberation Sans, sans-serif";

/** Files of the four faces. A bare machine may have no font at all, so they come with the package. */
export function fontFiles(): string[] {
  const faces = ["400Regular", "400Regular_Italic", "700Bold", "700Bold_Italic"];
  return faces.map((face) => require.resolve(`@expo-google-fonts/arimo/${face}/Arimo_${face}.ttf`));
}

/** The upright face in base64, for a page that shows figures and needs nothing else. */
export function fontBase64(): string {
  return fs.readFileSync(fontFiles()[0]).toString("base64");
}

/** Whether a text holds letters that our font lacks (it has Latin, Greek, Cyrillic, Hebrew and the usual signs). */
export function needsSystemFonts(text: string): boolean {
  return /[^\u0000-\u05ff\u1e00-\u22ff\u2500-\u25ff\ufb00-\ufb4f\ufeff]/.test(text);
}
