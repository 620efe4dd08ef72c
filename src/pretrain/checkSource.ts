import { InputError, type ImageSet } from "../core";

/** Makes sure that a source's images have as many channels. @throws InputError if not */
export function checkChannels(images: ImageSet, source: ImageSet): void {
  if (images.shape[2] === source.shape[2]) return;
  throw new InputError({
    got: `a source with ${source.shape[2]} channels for images with ${images.shape[2]}`,
    expected: "as many",
    todo: "Convert one of the sets.",
  });
}
