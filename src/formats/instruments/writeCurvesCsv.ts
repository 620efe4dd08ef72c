import type { Curves } from "./curveTypes";

/**
 * Writes curves as a table: a column for each quantity with its unit, its direction and its sweep in the title, in SI units;
 * what was not measured is left empty. The place, where it is known, stands in comments before it.
 */
export function writeCurvesCsv({ name, columns, positionMetres, segments }: Curves): string {
  const place = ["x", "y", "z"].flatMap((axis, i) =>
    Number.isFinite(positionMetres[i]) ? [`# ${axis} ${positionMetres[i]} m`] : [],
  );
  const parts = segments.length > 1 ? [`# parts begin at rows ${segments.join(" ")}`] : [];
  const titles = columns.map(({ name: title, unit, direction, filtered, sweep }) =>
    quoted(
      [
        title,
        ...(direction === "backward" ? ["backward"] : []),
        ...(filtered ? ["filtered"] : []),
        ...(sweep === undefined ? [] : [`sweep ${sweep}`]),
        ...(unit === "" ? [] : [`(${unit})`]),
      ].join(" "),
    ),
  );
  const count = columns.length === 0 ? 0 : columns[0].data.length;
  const rows = Array.from({ length: count }, (_, i) =>
    columns.map(({ data }) => (Number.isNaN(data[i]) ? "" : String(data[i]))).join(","),
  );
  const head = `# ${name.replace(/[\r\n]+/g, " ")}`;
  return [head, ...place, ...parts, titles.join(","), ...rows, ""].join("\n");
}

const quoted = (text: string): string =>
  /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
