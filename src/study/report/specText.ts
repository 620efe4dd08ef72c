import type { Json } from "../../core";

/** A technique with its options in words: "simclr (epochs 40, ...)". */
export function specText(spec: Json): string {
  if (spec === null || typeof spec !== "object" || Array.isArray(spec)) return String(spec);
  const parts = Object.entries(spec as Readonly<Record<string, Json>>).map(([name, options]) => {
    const inside = optionsText(options);
    return inside === "" ? words(name) : `${words(name)} (${inside})`;
  });
  return parts.join(", ");
}

function optionsText(options: Json): string {
  if (options === null || typeof options !== "object") return "";
  return Object.entries(options as Readonly<Record<string, Json>>)
    .filter(([, value]) => value !== null)
    .map(([key, value]) => `${words(key)} ${valueText(value)}`)
    .join(", ");
}

function valueText(value: Json): string {
  if (Array.isArray(value) && value.length === 0) return "none";
  if (Array.isArray(value)) return value.map((one: Json) => valueText(one)).join(" to ");
  if (typeof value === "boolean") return value ? "on" : "off";
  if (value === null || typeof value !== "object") return String(value);
  return Object.keys(value).length === 0 ? "none" : specText(value);
}

/** Names as the field writes them. */
const written: Readonly<Record<string, string>> = {
  none: "no pretraining",
  pixels: "the pixels themselves",
  hog: "histograms of oriented gradients",
  simclr: "SimCLR",
  moco: "MoCo",
  byol: "BYOL",
  simSiam: "SimSiam",
  barlowTwins: "Barlow Twins",
  vicreg: "VICReg",
  dino: "DINO",
  from: "an encoder from a file",
  onnx: "a frozen ONNX network",
  resnet: "ResNet",
  linearSvm: "linear SVM",
  simpleShot: "SimpleShot",
  laplacianShot: "LaplacianShot",
  fineTune: "fine-tuning",
  supCon: "SupCon",
  piModel: "Π-model",
  mixMatch: "MixMatch",
  uda: "UDA",
  fixMatch: "FixMatch",
  flexMatch: "FlexMatch",
};

/** A technique's name as it is written, or camelCase as words. */
export const words = (name: string): string =>
  Object.hasOwn(written, name)
    ? written[name]
    : name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
