import { readLabels } from "./readLabels";

/**
 * The labels that `readLabels` reads, by image.
 * @throws InputError as `readLabels`
 */
export async function readLabelsCsv(input: string | Uint8Array): Promise<Map<string, string>> {
  const { labels } = await readLabels(input);
  return new Map(labels);
}
