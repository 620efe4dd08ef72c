import { imagejEntries } from "./imagejEntries";
import { siUnit, type SiUnit } from "./siUnit";
import type { TiffTags } from "./tiffDirectory";

/**
 * Frame size as ImageJ or OME write it into a TIFF file. The resolution tags alone are not believed: most programs fill
 * them with the dots per inch of a printer.
 * @param description of the first page, which holds it for all
 */
export function tiffLateral(
  tags: TiffTags,
  description: string,
  { width, height }: { readonly width: number; readonly height: number },
): { readonly size?: readonly [x: number, y: number]; readonly unit?: SiUnit } {
  const metre: SiUnit = { unit: "m", factor: 1 };
  const imagej = imagejEntries(description);
  if (imagej !== undefined) {
    const unit = siUnit(imagej.get("unit") ?? "");
    const across = siUnit(imagej.get("yunit") ?? imagej.get("unit") ?? "");
    const [x, y] = [number(tags, 282), number(tags, 283)];
    if (unit.unit === "m" && across.unit === "m" && x > 0 && y > 0)
      return { size: [(width * unit.factor) / x, (height * across.factor) / y], unit: metre };
  }
  const attribute = (name: string): string | undefined =>
    new RegExp(`\\b${name}="([^"]{0,40})"`).exec(description)?.[1];
  const [x, y] = [Number(attribute("PhysicalSizeX")), Number(attribute("PhysicalSizeY"))];
  const [unit, across] = ["X", "Y"].map((axis) =>
    siUnit(attribute(`PhysicalSize${axis}Unit`) ?? "µm"),
  );
  const metres = unit.unit === "m" && across.unit === "m";
  if (metres && x > 0 && y > 0 && description.includes("<OME")) {
    return { size: [x * width * unit.factor, y * height * across.factor], unit: metre };
  }
  return {};
}

function number(tags: TiffTags, tag: number): number {
  const value = tags.get(tag);
  return value === undefined || typeof value === "string" ? NaN : (value[0] ?? NaN);
}
