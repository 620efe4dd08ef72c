import {
  canonicalJson,
  imagesHash,
  sha256,
  type ImageSet,
  type Progress,
  type Settings,
} from "../core";

/** What tells a training from others, so that it does not go on from the checkpoint of another: its settings, and the images and labels it learns from. */
export function identify(
  settings: Settings | undefined,
  images: ImageSet,
  { checkpoint, identity }: Progress = {},
): string {
  // Without a checkpoint nobody asks, and the pixels of many images take a while.
  if (checkpoint === undefined) return "";
  const given = identity ?? sha256(imagesHash(images), JSON.stringify([...images.labels]));
  return canonicalJson({ settings: settings ?? "not known", images: given });
}
