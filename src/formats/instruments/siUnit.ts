/** A unit without its prefix, and what values must be multiplied by. */
export interface SiUnit {
  readonly unit: string;
  readonly factor: number;
}

const prefixes: Readonly<Record<string, number>> = {
  f: 1e-15,
  p: 1e-12,
  n: 1e-9,
  u: 1e-6,
  µ: 1e-6,
  μ: 1e-6,
  m: 1e-3,
  k: 1e3,
  M: 1e6,
  G: 1e9,
};

/** Units that instruments write, with the letters that stand for them; some are words. */
const bases: Readonly<Record<string, SiUnit>> = {
  m: { unit: "m", factor: 1 },
  cm: { unit: "m", factor: 1e-2 },
  inch: { unit: "m", factor: 25.4e-3 },
  micron: { unit: "m", factor: 1e-6 },
  microns: { unit: "m", factor: 1e-6 },
  meters: { unit: "m", factor: 1 },
  metres: { unit: "m", factor: 1 },
  meter: { unit: "m", factor: 1 },
  metre: { unit: "m", factor: 1 },
  Meter: { unit: "m", factor: 1 },
  A: { unit: "A", factor: 1 },
  Ampere: { unit: "A", factor: 1 },
  V: { unit: "V", factor: 1 },
  Volt: { unit: "V", factor: 1 },
  Volts: { unit: "V", factor: 1 },
  Hz: { unit: "Hz", factor: 1 },
  Hertz: { unit: "Hz", factor: 1 },
  s: { unit: "s", factor: 1 },
  Second: { unit: "s", factor: 1 },
  N: { unit: "N", factor: 1 },
  Newton: { unit: "N", factor: 1 },
  K: { unit: "K", factor: 1 },
  Kelvin: { unit: "K", factor: 1 },
  W: { unit: "W", factor: 1 },
  J: { unit: "J", factor: 1 },
  C: { unit: "C", factor: 1 },
  F: { unit: "F", factor: 1 },
  S: { unit: "S", factor: 1 },
  T: { unit: "T", factor: 1 },
  Pa: { unit: "Pa", factor: 1 },
  eV: { unit: "eV", factor: 1 },
  "\u00c5": { unit: "m", factor: 1e-10 },
  Ang: { unit: "m", factor: 1e-10 },
  Angstroem: { unit: "m", factor: 1e-10 },
  Angstroms: { unit: "m", factor: 1e-10 },
  Angstrom: { unit: "m", factor: 1e-10 },
};

/**
 * Takes the prefix off a unit: "nm" is 1e-9 "m", "pA" 1e-12 "A". What is not a plain unit, such as "deg", "%" or "A/V",
 * stays as it is, and so do its values. Powers are understood: "nm^2" is 1e-18 "m^2".
 */
export function siUnit(text: string): SiUnit {
  // The sign of the ångström, and letters with a ring of their own, become one letter; small digits become plain ones.
  const trimmed = text
    .normalize("NFC")
    .trim()
    .replace(/[²³]/g, (digit) => (digit === "²" ? "2" : "3"));
  // What Windows wrote and something else read: "Âµm".
  const mended = trimmed.replace(/^Â(?=[µ°])/, "");
  const [, letters = "", power = ""] = /^(\p{L}+)(?:\^?(\d))?$/u.exec(mended) ?? [];
  const exponent = power === "" ? 1 : Number(power);
  const found = findBase(letters);
  if (found === undefined) return { unit: mended, factor: 1 };
  const unit = power === "" ? found.unit : `${found.unit}^${power}`;
  return { unit, factor: found.factor ** exponent };
}

function findBase(letters: string): SiUnit | undefined {
  if (Object.hasOwn(bases, letters)) return bases[letters];
  const prefix = letters.slice(0, 1);
  const rest = letters.slice(1);
  if (!Object.hasOwn(prefixes, prefix) || !Object.hasOwn(bases, rest)) return undefined;
  return { unit: bases[rest].unit, factor: prefixes[prefix] * bases[rest].factor };
}
