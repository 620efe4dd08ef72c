import { imagesHash, InputError, option, sha256, type ImageSet, type Option } from "../core";

/** Another set, whose labels are learnt from, as an option that has to be given; known by what it holds. */
export function sourceOption(): Option<ImageSet> {
  return option.required({
    fallback: () => undefined,
    check: (name, value) => {
      if (option.isRecord(value) && "pixels" in value && "labels" in value)
        return value as unknown as ImageSet;
      throw option.wrongOption(name, value, "a set of labelled images");
    },
    tell: (source) => ({ sha256: contentHash(source) }),
    outside: "images",
  });
}

const hashes = new WeakMap<ImageSet, string>();

/** A hash of pixels, ids and labels, made once for each set. */
function contentHash(source: ImageSet): string {
  const { labels, classNames } = source;
  const hash =
    hashes.get(source) ?? sha256(imagesHash(source), JSON.stringify([[...labels], classNames]));
  hashes.set(source, hash);
  return hash;
}

/** Makes sure that a source's images have as many channels. @throws InputError if not */
export function checkChannels(images: ImageSet, source: ImageSet): void {
  if (images.shape[2] === source.shape[2]) return;
  throw new InputError({
    got: `a source with ${source.shape[2]} channels for images with ${images.shape[2]}`,
    expected: "as many",
    todo: "Convert one of the sets.",
  });
}
