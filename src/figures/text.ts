import type { Figure } from "../core";

/** Plotly's distance of two lines, as a part of the letters' size. */
export const lineHeightEm = 1.3;

/** Text from a user, so that plotly does not read it as markup. */
export function escapeText(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

/** About how wide a text of Arial is in pixels; needs no font, so that a figure's JSON is the same everywhere. */
export function textWidth(text: string, size: number): number {
  let em = 0;
  for (const letter of text) em += letterWidth(letter);
  return em * size;
}

function letterWidth(letter: string): number {
  if (/[iljtfrI.,:;'|!()[\] /\\-]/.test(letter)) return 0.3;
  if (/[mwMW@%]/.test(letter)) return 0.88;
  if (/[A-Z+=<>~±×−]/.test(letter)) return 0.69;
  return letter.charCodeAt(0) > 0x2e80 ? 1 : 0.556;
}

/** Lines of at most this many pixels, broken between words; a longer word stands alone. */
export function wrapText(text: string, size: number, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/\s+/).filter((part) => part !== "")) {
    const longer = line === "" ? word : `${line} ${word}`;
    if (line !== "" && textWidth(longer, size) > width) {
      lines.push(line);
      line = word;
    } else line = longer;
  }
  return line === "" ? lines : [...lines, line];
}

/** The text, or as much of its beginning as fits into this many pixels, with "…" behind it. */
export function shortenText(text: string, size: number, width: number): string {
  if (textWidth(text, size) <= width) return text;
  const letters = [...text];
  while (letters.length > 1 && textWidth(`${letters.join("")}…`, size) > width) letters.pop();
  return `${letters.join("").trimEnd()}…`;
}

/** A figure's title as plain text, or "figure". */
export function titleText({ layout }: Figure): string {
  const { title } = layout as { readonly title?: { readonly text?: string } };
  const plain = (title?.text ?? "").replaceAll("<br>", " ").replace(/<[^>]*>/g, "");
  const text = plain.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
  return text === "" ? "figure" : text;
}

/** A number that is the same on every platform and short in JSON: rounded to this many decimals. */
export function round(value: number, decimals = 4): number {
  return Number.isFinite(value) ? Number(value.toFixed(decimals)) : value;
}
