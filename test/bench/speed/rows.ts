import type { Row, Side, Way } from "./row";

/** How much is measured. */
export interface RowOptions {
  /** Wide networks and the whole study too. */
  readonly full?: boolean;
  /** Peers compiled by torch.compile too. */
  readonly compiled?: boolean;
  /** Rows of mixed precision too, for which the processor needs brain floats. */
  readonly mixed?: boolean;
  /** So little that numbers mean nothing: shows that all runs. */
  readonly quick?: boolean;
}

/** Words that stand for files, which lie elsewhere on every machine: a scan that both can read, and CIFAR-10. */
export const [scanWord, cifarWord] = ["SCAN", "CIFAR10"];

const layouts = ["contiguous", "channels_last"] as const;
const layoutNames = { contiguous: "contiguous", channels_last: "channels last" } as const;
const threadNames = ["", "one thread", "two threads"] as const;

/** A script on what users run: fewscope as it was built. */
const scriptBy =
  (way: "--import" | "--require", loader: string) =>
  (script: string, ...words: readonly (string | number)[]): string[] => [
    way,
    loader,
    way,
    "./test/bench/compiled.ts",
    `test/bench/${script}.ts`,
    ...words.map(String),
  ];

const typescript = scriptBy("--import", "tsx");

/** Without the loader's thread, beside which loops of ours take a tenth longer: where all is done by them. */
const withoutThread = scriptBy("--require", "tsx/cjs");

const python = (script: string, options: Readonly<Record<string, string | number>>): string[] => [
  `test/bench/peers/${script}.py`,
  ...Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]),
];

/** One operation at a time within these threads, as TensorFlow reads it when it loads. */
const threadsOf = (threads: number, sideBySide?: "on" | "off"): Record<string, string> => ({
  TF_NUM_INTRAOP_THREADS: String(threads),
  TF_NUM_INTEROP_THREADS: "1",
  ...(sideBySide === undefined ? {} : { FEWSCOPE_SIDE_BY_SIDE: sideBySide }),
});

const fewscope = (...ways: readonly Way[]): Side => ({ by: "fewscope", ways });

/** Every row, in the order of the table. */
export function speedRows(options: RowOptions): Row[] {
  const rows = allRows(options);
  return options.quick === true ? rows.map(withFewWays) : rows;
}

/** The first way of each side, and the last. */
function withFewWays({ ours, peer, other, ...rest }: Row): Row {
  const few = ({ by, ways }: Side): Side => ({ by, ways: [...new Set([ways[0], ...ways.slice(-1)])] }); // prettier-ignore
  return {
    ...rest,
    ours: few(ours),
    ...(peer === undefined ? {} : { peer: few(peer) }),
    ...(other === undefined ? {} : { other: few(other) }),
  };
}

function allRows(options: RowOptions): Row[] {
  const steps = options.quick === true ? 3 : 30;
  const views = options.quick === true ? 16 : 128;
  return [
    ...stepRows(options, steps),
    ...simclrRows(steps, views),
    ...(options.mixed === true ? mixedRows(options, steps, views) : []),
    ...trialStepRows(steps),
    ...trainOnFewRows(steps),
    prototypicalRow(options.quick === true ? 2 : 20),
    ...headRows(options),
    ...partRows(options),
    ...togetherRows(steps, views),
    ...(options.full === true ? [studyRow(options)] : []),
    ...scanRows,
    kernelRow,
  ];
}

/** Ours with and without operations side by side, PyTorch in both layouts, each on one thread and on two. */
function stepRows({ full = false, compiled = false }: RowOptions, steps: number): Row[] {
  return (full ? [8, 32, 64] : [8]).flatMap((width) =>
    [4, 10, 64, 256].map((batch): Row => {
      const theirs = (compile: boolean): Way[] =>
        [1, 2].flatMap((threads) =>
          layouts.map((layout): Way => {
            const words = python("step", { batch, width, threads, steps, layout });
            const name = `${threadNames[threads]}, ${layoutNames[layout]}`;
            return { name, program: "python", words: [...words, ...(compile ? ["--compile"] : [])] }; // prettier-ignore
          }),
        );
      const ways = [1, 2].flatMap((threads) =>
        (["off", "on"] as const).map((sideBySide): Way => ({
          name: `${threadNames[threads]}${sideBySide === "on" ? ", side by side" : ""}`,
          program: "node",
          words: typescript("steps", batch, width, steps),
          env: threadsOf(threads, sideBySide),
        })),
      );
      return {
        name: `step-${width}-${batch}`,
        title: `a training step of ResNet-18, width ${width}, batch ${batch}`,
        unit: "ms",
        field: "milliseconds",
        ours: fewscope(...ways),
        peer: { by: "PyTorch", ways: theirs(false) },
        ...(compiled ? { other: { by: "compiled", ways: theirs(true) } } : {}),
        asked: { ratio: batch === 256 ? 1.1 : 1.2 },
      };
    }),
  );
}

const simclrWords = (width: number, batch: number, threads: number, steps: number): string[] => {
  const sizes = { width, size: 32, channels: 3, batch, steps, threads };
  const words = Object.entries(sizes).flatMap(([name, value]) => [`--${name}`, String(value)]);
  return ["dist/cli/main.js", "bench", "simclr", ...words];
};

function simclrRows(steps: number, batch: number): Row[] {
  return [8, 32].map((width): Row => {
    const theirs = layouts.flatMap((layout) =>
      [0, 2].map((workers): Way => {
        const [script, ...words] = python("simclr", {
          width,
          batch,
          steps,
          threads: 2,
          workers,
          layout,
        });
        const name = `${layoutNames[layout]}, ${workers} workers`;
        return { name, program: "python", words: [script, "whole", ...words] };
      }),
    );
    return {
      name: `simclr-${width}`,
      title: `SimCLR with views, width ${width}, batch ${batch}`,
      unit: "images/s",
      field: "imagesPerSecond",
      ours: fewscope({
        name: "two threads",
        program: "node",
        words: simclrWords(width, batch, 2, steps),
      }),
      peer: { by: "lightly", ways: theirs },
      asked: { ratio: width === 8 ? 2 : 1.3 },
    };
  });
}

function autocast({ ways }: Side): Side {
  return {
    by: "autocast",
    ways: ways
      .filter(({ name }) => name.includes(layoutNames.channels_last))
      .map((way) => ({ ...way, words: [...way.words, "--autocast"] })),
  };
}

/**
 * The same beside the same peers in 32 bits, which is their default, and beside their own mode of brain floats,
 * autocast, in the layout that suits it.
 */
function mixedRows(options: RowOptions, steps: number, views: number): Row[] {
  const asked: Readonly<Record<string, number>> = {
    "step-8-64": 1.3,
    "step-8-256": 1.5,
    "simclr-8": 2.5,
    "simclr-32": 1.8,
  };
  const rows = [
    ...stepRows({ ...options, full: false, compiled: false }, steps),
    ...simclrRows(steps, views),
  ];
  return rows
    .filter(({ name }) => name in asked)
    .map(({ name, title, ours, peer, ...rest }): Row => ({
      ...rest,
      ...(peer === undefined ? {} : { peer, other: autocast(peer) }),
      name: `${name}-mixed`,
      title: `${title}, mixed precision`,
      ours: {
        ...ours,
        ways: ours.ways.map((way) => ({
          ...way,
          env: { ...way.env, FEWSCOPE_PRECISION: "mixed" },
        })),
      },
      asked: { ratio: asked[name] },
    }));
}

/** What a trial has around a step, its views too, beside the step alone. */
function trialStepRows(steps: number): Row[] {
  return [10, 64].map((batch): Row => ({
    name: `trial-step-${batch}`,
    title: `fine-tuning's step in a trial beside the bare step, batch ${batch}`,
    unit: "ms",
    field: "milliseconds",
    ours: fewscope({
      name: "two threads",
      program: "node",
      words: typescript("trainOnFew", `fineTune${batch}`, 2, steps),
    }),
    peer: {
      by: "the bare step",
      ways: [
        {
          name: "two threads",
          program: "node",
          words: typescript("steps", batch, 8, steps),
          env: threadsOf(2),
        },
      ],
    },
    asked: { ratio: 1 / 1.1, words: "within 10 %" },
  }));
}

/** What a step trains on: labelled images, and unlabelled ones for each of them. */
const fewCases = {
  fixMatch: { title: "FixMatch", mode: "fixMatch", batch: 16, ratio: 7 },
  meanTeacher: { title: "Mean Teacher", mode: "meanTeacher", batch: 16, ratio: 1 },
  fineTune10: { title: "fine-tuning", mode: "fineTune", batch: 10, ratio: 0 },
  fineTune64: { title: "fine-tuning", mode: "fineTune", batch: 64, ratio: 0 },
} as const;

function trainOnFewRows(steps: number): Row[] {
  return Object.entries(fewCases).map(([name, { title, mode, batch, ratio }]): Row => {
    const theirs = [1, 2].flatMap((threads) =>
      layouts.flatMap((layout) =>
        [0, 2].map((workers): Way => {
          const [script, ...words] = python("trainOnFew", { batch, ratio, steps, threads, workers, layout }); // prettier-ignore
          const told = `${threadNames[threads]}, ${layoutNames[layout]}, ${workers} workers`;
          return { name: told, program: "python", words: [script, mode, ...words] };
        }),
      ),
    );
    const ways = [1, 2].map((threads): Way => {
      const words = typescript("trainOnFew", name, threads, steps);
      return { name: threadNames[threads], program: "node", words };
    });
    const also = ratio === 0 ? "" : ` and ${batch * ratio} unlabelled`;
    return {
      name,
      title: `${title}'s step in a trial, ${batch} labelled${also}`,
      unit: "ms",
      field: "milliseconds",
      ours: fewscope(...ways),
      peer: { by: "PyTorch", ways: theirs },
      asked: { ratio: 1.3 },
    };
  });
}

function prototypicalRow(episodes: number): Row {
  const theirs = layouts.map((layout): Way => ({
    name: layoutNames[layout],
    program: "python",
    words: python("prototypical", { episodes, threads: 2, layout }),
  }));
  return {
    name: "prototypical",
    title: "prototypical episodes, 60 ways",
    unit: "episodes/s",
    field: "episodesPerSecond",
    ours: fewscope({
      name: "two threads",
      program: "node",
      words: typescript("prototypical", 2, episodes),
    }),
    peer: { by: "PyTorch", ways: theirs },
  };
}

function headRows({ quick = false }: RowOptions): Row[] {
  const sizes = quick ? { each: 10, tests: 100, repeats: 1 } : { each: 100, tests: 2000, repeats: 3 }; // prettier-ignore
  const words = Object.entries(sizes).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const titles = { logistic: "logistic regression", neighbours: "nearest neighbours" };
  return Object.entries(titles).map(([mode, title]): Row => ({
    name: mode,
    title: `${title} on raw pixels`,
    unit: "ms",
    field: "milliseconds",
    ours: fewscope({
      name: "two threads",
      program: "node",
      words: withoutThread("parts", mode, ...words),
    }),
    peer: {
      by: "scikit-learn",
      ways: [
        {
          name: "two threads",
          program: "python",
          words: ["test/bench/peers/heads.py", mode, ...words],
          env: { OMP_NUM_THREADS: "2", OPENBLAS_NUM_THREADS: "2" },
        },
      ],
    },
  }));
}

function partRows({ quick = false, compiled = false }: RowOptions): Row[] {
  const sizes = quick ? { count: 256, repeats: 1 } : { count: 4096, repeats: 5 };
  const ours = (part: string): Side => {
    const words = Object.entries(sizes).flatMap(([name, value]) => [`--${name}`, value]);
    return fewscope({
      name: "two threads",
      program: "node",
      words: typescript("parts", part, ...words),
    });
  };
  const theirs = (part: string, name: string, options: Record<string, string | number>): Way => {
    const [script, ...words] = python("parts", { ...sizes, ...options });
    return { name, program: "python", words: [script, part, ...words] };
  };
  const forward = (more: readonly string[]): Way[] =>
    layouts.map((layout) => {
      const way = theirs("embed", layoutNames[layout], { threads: 2, layout });
      return { ...way, words: [...way.words, ...more] };
    });
  const common = { unit: "images/s", field: "imagesPerSecond" } as const;
  return [
    {
      ...common,
      name: "embed",
      title: `embedding ${sizes.count} images, ResNet-18 of width 8`,
      ours: ours("embed"),
      peer: { by: "PyTorch", ways: forward([]) },
      ...(compiled ? { other: { by: "compiled", ways: forward(["--compile"]) } } : {}),
    },
    {
      ...common,
      name: "views",
      title: "the two views of SimCLR",
      ours: ours("views"),
      peer: {
        by: "torchvision",
        ways: (["pil", "tensor"] as const).flatMap((kind) =>
          [0, 2].map((workers) =>
            theirs("views", `${kind === "pil" ? "PIL images" : "tensors"}, ${workers} workers`, {
              kind,
              workers,
            }),
          ),
        ),
      },
    },
  ];
}

/** Two processes of one thread, as a study has them with two workers, beside one that has both. */
function togetherRows(steps: number, batch: number): Row[] {
  const row = (
    name: string,
    title: string,
    measured: Pick<Row, "unit" | "field">,
    ratio: number,
    words: (threads: number) => readonly string[],
  ): Row => ({
    ...measured,
    name: `together-${name}`,
    title: `two at once beside one on two threads, ${title}`,
    ours: fewscope({
      name: "two processes of one thread",
      program: "node",
      words: words(1),
      env: { FEWSCOPE_SIDE_BY_SIDE: "off" },
      copies: 2,
    }),
    peer: {
      by: "one process",
      ways: [{ name: "two threads", program: "node", words: words(2) }],
    },
    asked: { ratio },
  });
  const rate = { unit: "images/s", field: "imagesPerSecond" } as const;
  const time = { unit: "ms", field: "milliseconds" } as const;
  return [
    row("simclr", "SimCLR", rate, 1.35, (threads) => simclrWords(8, batch, threads, steps)),
    row("fineTune", "fine-tuning with 10", time, 1.6, (threads) => typescript("trainOnFew", "fineTune10", threads, steps)), // prettier-ignore
  ];
}

function studyRow({ quick = false }: RowOptions): Row {
  return {
    name: "study",
    title: "a whole label-efficiency study",
    unit: "s",
    field: "total",
    ours: fewscope({
      name: "as planned",
      program: "node",
      words: typescript("wholeStudy", ...(quick ? ["--quick"] : [])),
    }),
    peer: {
      by: "lightly, PyTorch, scikit-learn",
      ways: [0, 2].map((workers) => ({
        name: `${workers} workers`,
        program: "python",
        words: [
          "test/bench/peers/study.py",
          cifarWord,
          "--workers",
          String(workers),
          ...(quick
            ? ["--only", "simclr", "--only", "scratch", "--epochs", "1", "--scratch-steps", "10"]
            : []),
        ],
      })),
    },
    asked: { ratio: 2.5 },
    limitSeconds: 6 * 3600,
  };
}

/** Reading alone leaves nanonispy with the bytes as they are; with all values both have the same. */
const scanRows: readonly Row[] = [
  ...Object.entries({ alone: "as each leaves it", whole: "with all values" }).map(
    ([field, title]): Row => ({
      name: `sxm-${field}`,
      title: `reading .sxm, four images of 512 x 512, ${title}`,
      unit: "ms",
      field,
      ours: fewscope({
        name: "one process",
        program: "node",
        words: withoutThread("readScans", "--json", scanWord),
      }),
      peer: {
        by: "nanonispy",
        ways: [
          {
            name: "one process",
            program: "python",
            words: ["test/bench/peers/nanonispyRead.py", "200", scanWord],
          },
        ],
      },
      asked: { ratio: 1, words: "no slower" },
    }),
  ),
  {
    name: "simulate",
    title: "simulating a scan of 512 x 512 with every effect",
    unit: "ms",
    field: "milliseconds",
    ours: fewscope({
      name: "one thread",
      program: "node",
      words: withoutThread("simulator", "--json"),
    }),
    asked: { under: 400 },
  },
];

const kernelRow: Row = {
  name: "kernel",
  title: "the notebook kernel, from its start to the first result",
  unit: "ms",
  field: "milliseconds",
  ours: fewscope({ name: "kernel", program: "node", words: typescript("kernel", "fewscope") }),
  peer: {
    by: "tslab",
    ways: [{ name: "kernel", program: "node", words: typescript("kernel", "tslab") }],
  },
  limitSeconds: 120,
};
