/** A size that SimCLR is timed at. */
export interface CardSize {
  readonly name: string;
  /** Layers of the ResNet, and channels of its first stage. */
  readonly depth: number;
  readonly width: number;
  /** Edge of the images, which have three channels. */
  readonly size: number;
  readonly batch: number;
  /** Steps that do not count, and at most so many that do, as far as they fit in the seconds. */
  readonly warmUp: number;
  readonly steps: number;
  readonly seconds: number;
}

/** Every size, the small ones first; with `quick` two that show that all runs, on a GPU in software too. */
export function cardSizes(quick: boolean): readonly CardSize[] {
  const often = quick ? { warmUp: 1, steps: 2, seconds: 8 } : { warmUp: 5, steps: 60, seconds: 8 };
  const net = quick ? { depth: 8, size: 16 } : { depth: 18, size: 32 };
  const [widths, batches] = quick
    ? [[8], [4, 8]]
    : [
        [8, 32, 64],
        [128, 256, 512, 1024],
      ];
  return widths.flatMap((width) =>
    batches.map((batch) => ({ name: `simclr-${width}-${batch}`, ...net, width, batch, ...often })),
  );
}

/** What a program at this size is told, which ours and the peers' take alike. */
export function sizeWords(size: CardSize): readonly string[] {
  const { depth, width, batch, warmUp, steps, seconds } = size;
  const words = { depth, width, size: size.size, batch, "warm-up": warmUp, steps, seconds };
  return Object.entries(words).flatMap(([name, value]) => [`--${name}`, String(value)]);
}
