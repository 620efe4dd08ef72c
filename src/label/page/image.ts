import { imageOf } from "./api.js";
import { drawGrey } from "./draw.js";
import { h, useEffect, useRef, type View } from "./preact.js";
import type { Store } from "./store.js";

/** One image of a feature, in the same shades as all others. */
export function FeatureImage({
  store,
  id,
  onValues,
}: {
  readonly store: Store;
  readonly id: string;
  readonly onValues?: (values: Float32Array) => void;
}): View {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [height, width, channels] = store.facts.shape;
  const index = store.index.get(id);
  const levels = store.levelsOf(store.item(id));
  useEffect(() => {
    if (index === undefined) return;
    let wanted = true;
    void imageOf(id, index, height * width * channels).then((values) => {
      if (!wanted || canvas.current === null) return;
      const first = channels === 1 ? values : values.filter((_, i) => i % channels === 0);
      drawGrey(canvas.current, first, width, height, levels);
      onValues?.(first);
    });
    return () => {
      wanted = false;
    };
  }, [id, index, levels.low, levels.high]);
  return h("canvas", { ref: canvas, width, height, class: "grey", "aria-hidden": "true" });
}
