import type { Scan } from "../../core";
import { damaged } from "../damaged";
import { assembleScan } from "./assembleScan";
import { lateralSize, type LateralOptions } from "./lateralSize";
import type { TiffTags } from "./tiffDirectory";
import { tiffImages } from "./tiffImages";
import { tiffLateral } from "./tiffLateral";
import { tiffPlanes } from "./tiffPlanes";
import { tiffScale } from "./tiffScale";

/** What the reader of a plain image file may add to it. */
export interface ValueOptions extends LateralOptions {
  /** Unit of the values, for files that give none, for example "nm"; values become SI. @default "" */
  readonly unit?: string;
}

/**
 * Reads the pages of a TIFF file, each a scan of its own; several values a pixel are its channels. Values come as they
 * are stored, even where the file says that small ones are to be shown white, or as ImageJ's calibration gives them. A stack
 * of ImageJ with one directory gives all its images. Previews and pages in colour are passed over, with a word in the
 * metadata of the others.
 * @throws InputError if it is damaged, shows colours, or says no size in ImageJ's or OME's way and none is given
 */
export function parseTiff(bytes: Uint8Array, file: string, options: ValueOptions): Scan[] {
  const { images, odd, description } = tiffImages(bytes, file);
  const read = images.flatMap(({ tags, page, i }) => {
    const { width, height } = page;
    const size = { width, height, ...tiffLateral(tags, description, page) };
    const readOne = (): Scan => {
      const { unit, valueOf } = tiffScale(description, options, file);
      const sizeMetres = lateralSize(file, size, options);
      const planes = tiffPlanes(bytes, page, file, valueOf);
      return assembleScan({
        file,
        format: "TIFF",
        channels: planes.map((data, k) => ({
          name: planes.length > 1 ? `sample ${k}` : "data",
          unit,
          direction: "forward",
          data,
        })),
        width,
        height,
        sizeMetres,
        ...(images.length > 1 ? { title: `page ${i}` } : {}),
        metadata: metadataOf(tags),
      });
    };
    return odd.attempt(`page ${i}`, readOne) ?? [];
  });
  return odd.finish(read, () => damaged(file, "it holds no page"));
}

const tagNames: Readonly<Record<number, string>> = {
  256: "ImageWidth",
  257: "ImageLength",
  258: "BitsPerSample",
  259: "Compression",
  262: "PhotometricInterpretation",
  270: "ImageDescription",
  271: "Make",
  272: "Model",
  277: "SamplesPerPixel",
  282: "XResolution",
  283: "YResolution",
  296: "ResolutionUnit",
  305: "Software",
  306: "DateTime",
  315: "Artist",
  339: "SampleFormat",
};

/** Tags as text; long lists, such as where strips begin, say nothing of the image. */
function metadataOf(tags: TiffTags): Record<string, string> {
  return Object.fromEntries(
    [...tags]
      .filter(([, value]) => typeof value === "string" || value.length <= 16)
      .map(([tag, value]) => [
        tagNames[tag] ?? `tag ${tag}`,
        typeof value === "string" ? value : value.join(" "),
      ]),
  );
}
