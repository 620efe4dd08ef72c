import { damaged, unsuitable } from "./damaged";

/** Larger images would fill the memory, and no patch is so large. */
const mostPixels = 64e6;

/** Refuses what a header claims before anything of that size is made. */
export function checkImageSize(width: number, height: number, name: string): void {
  if (width === 0 || height === 0) throw damaged(name, `its header says ${width} x ${height}`);
  if (width * height > mostPixels) {
    throw unsuitable(
      name,
      `whose header says ${width} x ${height} pixels`,
      "at most 64 million pixels",
      "Cut it into smaller images, or export it again if it is not so large.",
    );
  }
}
