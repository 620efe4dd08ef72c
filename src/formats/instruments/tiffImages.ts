import { checkImageSize } from "../checkImageSize";
import { checkMemory } from "./checkMemory";
import { members, type Members } from "./passedOver";
import { tiffDirectory, type TiffTags } from "./tiffDirectory";
import { tiffPage, type TiffPage } from "./tiffPage";
import { tiffSlices, type NumberedPage } from "./tiffSlices";

/** The pages of a TIFF file that can be read. */
export interface TiffImages {
  readonly images: readonly NumberedPage[];
  /** With words on the pages that cannot. */
  readonly odd: Members;
  /** Description of the first page, which holds it for all. */
  readonly description: string;
}

/**
 * The images of a TIFF file, before they are unpacked: its pages but for previews, and of a stack that ImageJ wrote with one
 * directory all its slices.
 * @throws InputError if it is damaged, or asks for too much memory
 */
export function tiffImages(bytes: Uint8Array, file: string, colours = false): TiffImages {
  const odd = members();
  const directories = tiffDirectory(bytes, file);
  const text = directories[0].get(270);
  const description = typeof text === "string" ? text : "";
  const pages = directories.flatMap((tags, i) => {
    const member = `page ${i}`;
    if (directories.length > 1 && isPreview(tags)) {
      odd.pass(member, "a preview");
      return [];
    }
    const read = (): TiffPage => tiffPage(tags, bytes.length, file, colours);
    const page = odd.attempt(member, read);
    return page === undefined ? [] : [{ tags, page, i }];
  });
  const single = pages.length === 1 && directories.length === 1;
  const images = single ? tiffSlices(pages[0], description, bytes.length) : pages;
  let needed = 0;
  for (const { page } of images) {
    checkImageSize(page.width, page.height, file);
    // A block is in memory twice while it is unpacked.
    needed += 8 * page.width * page.height * page.samples + 2 * blockBytes(page);
    checkMemory(file, needed, bytes.length);
  }
  return { images, odd, description };
}

/** A smaller copy for a glance, or a page of a mask. */
function isPreview(tags: TiffTags): boolean {
  const [kind = 0] = tags.get(254) ?? [];
  const [before = 0] = tags.get(255) ?? [];
  return (Number(kind) & 5) !== 0 || before === 2;
}

function blockBytes({ blockWidth, blockHeight, samples, planar, bytes }: TiffPage): number {
  return blockWidth * blockHeight * (planar ? 1 : samples) * bytes;
}
