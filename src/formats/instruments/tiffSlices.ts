import { imagejEntries } from "./imagejEntries";
import type { TiffTags } from "./tiffDirectory";
import type { TiffPage } from "./tiffPage";

/** More slices than anyone records. */
const mostSlices = 65_536;

/** A page and its number. */
export interface NumberedPage {
  readonly tags: TiffTags;
  readonly page: TiffPage;
  readonly i: number;
}

/**
 * The images of a stack that ImageJ wrote with one directory: unpacked, one after the other, as many as its description says,
 * where the file holds them. Of any other file the page itself.
 */
export function tiffSlices(
  first: NumberedPage,
  description: string,
  fileLength: number,
): NumberedPage[] {
  const { page } = first;
  const count = Number(imagejEntries(description)?.get("images") ?? 1);
  const [from] = page.blocks[0];
  const size = page.blocks.reduce((sum, [, length]) => sum + length, 0);
  const whole = page.width * page.height * page.samples * page.bytes;
  const plain =
    page.compression === 1 &&
    size === whole &&
    page.blocks.every(([at], i) => i === 0 || at === page.blocks[i - 1][0] + page.blocks[i - 1][1]);
  // A page that was cut out of a stack keeps the stack's description.
  const there = count >= 2 && count <= mostSlices && from + count * size <= fileLength;
  if (!plain || !Number.isSafeInteger(count) || !there) return [first];
  return Array.from({ length: count }, (_, i) => ({
    ...first,
    i,
    page: { ...page, blocks: page.blocks.map(([at, length]) => [at + i * size, length] as const) },
  }));
}
