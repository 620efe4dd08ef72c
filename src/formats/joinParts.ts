import { imageSet, type ImageSet, type SetPart } from "../core";

/**
 * Makes one set of the parts that its authors published: ids get the part before them, pixels stay where they are.
 * Class names are those of the first part and of the others as far as they are new.
 * @throws InputError if an id occurs twice in a part
 */
export function joinParts(
  name: string,
  parts: readonly { readonly part: SetPart; readonly set: ImageSet }[],
): ImageSet {
  const starts: number[] = [];
  let n = 0;
  for (const { set } of parts) {
    starts.push(n);
    n += set.ids.length;
  }
  const { shape, unit } = parts[0].set;
  const perImage = shape[0] * shape[1] * shape[2];
  const classNames = [...new Set(parts.flatMap(({ set }) => set.classNames))];
  return imageSet({
    name,
    shape,
    unit,
    classNames,
    pixels: {
      read: (indices) => {
        const out = new Float32Array(indices.length * perImage);
        parts.forEach(({ set }, k) => {
          const [from, to] = [starts[k], starts[k] + set.ids.length];
          const places = Array.from(indices, (_, i) => i).filter(
            (i) => indices[i] >= from && indices[i] < to,
          );
          if (places.length === 0) return;
          const values = set.pixels.read(places.map((i) => indices[i] - from));
          places.forEach((place, i) => {
            out.set(values.subarray(i * perImage, (i + 1) * perImage), place * perImage);
          });
        });
        return out;
      },
    },
    labels: parts.flatMap(({ set }) => {
      const index = set.classNames.map((className) => classNames.indexOf(className));
      return Array.from(set.labels, (label) => (label < 0 ? label : index[label]));
    }),
    ids: parts.flatMap(({ part, set }) => set.ids.map((id) => `${part}/${id}`)),
    groups: parts.flatMap(({ part, set }) => set.groups.map((group) => `${part}/${group}`)),
    parts: parts.flatMap(({ part, set }) => set.ids.map(() => part)),
  });
}
