import { define, type Classify } from "../core";
import { knownRows } from "./labelled";
import { onEmbeddings } from "./onEmbeddings";

const definition = define("majority", 1, {});

/**
 * Tells every image by the labels alone: the share of each class among them, whatever the image shows. What guessing reaches, and what any learning has to
 * beat.
 * @throws InputError if no image is labelled
 */
export function majority(given: object = {}): Classify {
  const { settings } = definition.resolve(given);
  return onEmbeddings((rows) => {
    const { labels, classes, dim } = knownRows(rows);
    const shares = new Float32Array(classes);
    for (const label of labels) shares[label] += 1 / labels.length;
    return (features) => {
      const n = features.length / dim;
      return Float32Array.from({ length: n * classes }, (_, at) => shares[at % classes]);
    };
  }, settings);
}
majority.definition = definition;
