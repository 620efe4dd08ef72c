/** Endings of images, which a table may write or leave out. */
const endings = /\.(png|jpe?g|tiff?|npy|sxm|gwy|gsf|bmp|gif)$/i;

/** What labelling tools put before a name when they take a file in. */
const uploadMark = /^[0-9a-f]{8}-/;

/**
 * Finds images by the names that tables give them: exactly; else without the ending; else by as many folders as both have.
 * A name comes back with the numbers of the images that it fits, none where it fits none.
 */
export function imageNames(ids: readonly string[]): (name: string) => readonly number[] {
  const exact = new Map(ids.map((id, i) => [id, i]));
  const byName = new Map<string, number[]>();
  ids.forEach((id, i) => {
    const key = lastStep(plainName(id));
    const before = byName.get(key);
    if (before === undefined) byName.set(key, [i]);
    else before.push(i);
  });
  const plain = ids.map(plainName);
  const fitting = (name: string): readonly number[] => {
    const candidates = byName.get(lastStep(name)) ?? [];
    const whole = candidates.filter((i) => plain[i] === name);
    if (whole.length > 0) return whole;
    const inside = candidates.filter((i) => plain[i].endsWith(`/${name}`));
    if (inside.length > 0) return inside;
    return candidates.filter((i) => name.endsWith(`/${plain[i]}`));
  };
  return (name) => {
    const own = exact.get(name);
    if (own !== undefined) return [own];
    const bare = plainName(localPath(name));
    const found = fitting(bare);
    if (found.length > 0) return found;
    return uploadMark.test(lastStep(bare)) ? fitting(lastStep(bare).replace(uploadMark, "")) : [];
  };
}

function plainName(name: string): string {
  return name
    .normalize("NFC")
    .replaceAll("\\", "/")
    .replace(/^(\.\/)+/, "")
    .replace(endings, "");
}

function lastStep(name: string): string {
  return name.slice(name.lastIndexOf("/") + 1);
}

/** The path in an address: "/data/local-files/?d=folder/a%20b.png". */
function localPath(name: string): string {
  const path = name.replace(/^.*[?&]d=/, "");
  if (!/%[0-9a-f]{2}/i.test(path)) return path;
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
