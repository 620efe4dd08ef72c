/**
 * What ImageJ wrote into the description of a TIFF file, by key; undefined where it was another program. Letters may be
 * written out ("\\u00B5m").
 */
export function imagejEntries(description: string): ReadonlyMap<string, string> | undefined {
  if (!description.startsWith("ImageJ=")) return undefined;
  const entries = new Map<string, string>();
  for (const line of description.split(/\r?\n/)) {
    const at = line.indexOf("=");
    if (at < 1) continue;
    const value = line
      .slice(at + 1)
      .trim()
      .replace(/\\u([0-9a-fA-F]{4})/g, (_, code: string) =>
        String.fromCharCode(Number.parseInt(code, 16)),
      );
    entries.set(line.slice(0, at).trim(), value);
  }
  return entries;
}
