import { defined } from "../../src/core";
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import * as path from "node:path";
import { augment, core, notebook } from "../../src";

type Bundle = Readonly<Record<string, unknown>>;
interface Sent {
  readonly bundle: Bundle;
  readonly options?: { displayId?: string; update?: boolean };
}

const symbol = Symbol.for("fewscope.kernel");
const holder = globalThis as Record<symbol, unknown>;

/** Runs something as if in a cell and gives what it sent. */
async function inKernel(act: () => void | Promise<void>, signal?: AbortSignal): Promise<Sent[]> {
  const sent: Sent[] = [];
  holder[symbol] = {
    display: (bundle: Bundle, options?: Sent["options"]) =>
      void sent.push({ bundle, ...defined({ options }) }),
    signal: signal ?? new AbortController().signal,
  };
  try {
    await act();
  } finally {
    Reflect.deleteProperty(holder, symbol);
  }
  return sent;
}

const set = core.imageSet({
  name: "small",
  pixels: Float32Array.from({ length: 6 * 64 }, (_, i) => (i * 7) % 13),
  shape: [8, 8, 1],
  labels: [0, 0, 1, 1, 1, -1],
  classNames: ["clean", "vacancy"],
  groups: ["a", "b", "a", "a", "a", "c"],
  parts: ["train", "test", "train", "train", "test", "unlabelled"],
  unit: "pm",
});

describe("notebook/table", () => {
  const text = async (...args: Parameters<typeof notebook.table>): Promise<string> => {
    const [sent] = await inKernel(() => notebook.table(...args));
    return String(sent?.bundle["text/plain"]);
  };

  it("aligns numbers by their points and text to the left", async () => {
    const rows = [
      { name: "a", score: 12.345, n: 5 },
      { name: "long", score: 0.5, n: 1000 },
    ];
    const lines = [
      "name  score     n",
      "----  -----  ----",
      "a     12.35     5",
      "long   0.50  1000",
    ];
    assert.equal(await text(rows), lines.join("\n"));
  });

  it("gives HTML beside it, in which a name cannot be markup", async () => {
    const [sent] = await inKernel(() => notebook.table([{ name: "<b>", n: 1 }]));
    const html = String(sent?.bundle["text/html"]);
    assert.match(html, /<td style="text-align:left">&lt;b&gt;<\/td>/);
    assert.match(html, /<td style="text-align:right">1<\/td>/);
  });

  it("shows what is missing as nothing, and numbers of very different size with their own digits", async () => {
    assert.equal(await text([{ a: 1.5 }, { b: "x" }]), "    a  b\n-----  -\n1.500   \n       x");
    assert.match(await text([{ a: 123456.5 }, { a: 0.001234 }]), /1\.235e\+5\n0\.001234/);
  });

  it("counts the rows that it leaves out", async () => {
    assert.match(await text([{ a: 1 }, { a: 2 }, { a: 3 }], { maxRows: 1 }), /\.\.\. 2 more rows$/);
  });

  it("holds numbers of any size, and whole numbers of any length", async () => {
    assert.match(await text([{ a: 1e-300 }, { a: 2.5e-300 }]), /\n1\.000e-300\n2\.500e-300$/);
    assert.match(await text([{ a: 1e300 }, { a: -2e-300 }]), /1\.000e\+300/);
    assert.match(await text([{ a: Number.MIN_VALUE }, { a: Number.MAX_VALUE }]), /4\.941e-324/);
    assert.match(await text([{ a: 12345678901234567890n }]), /\n12345678901234567890$/);
    assert.match(
      await text([{ a: 0 }, { a: -0 }, { a: NaN }, { a: Infinity }]),
      /NaN\n *Infinity$/,
    );
    const many = Array.from({ length: 200_000 }, (_, i) => ({ a: i + 0.5 }));
    assert.match(await text(many, { maxRows: 200_000 }), /199999\.5|2\.000e\+5$/);
  });

  it("shows the summary of an image set", async () => {
    assert.deepEqual(notebook.summariseImages(set), [
      { class: "clean", images: 2, groups: 2, train: 1, test: 1, unlabelled: 0 },
      { class: "vacancy", images: 3, groups: 1, train: 2, test: 1, unlabelled: 0 },
      { class: "(unlabelled)", images: 1, groups: 1, train: 0, test: 0, unlabelled: 1 },
    ]);
    assert.match(await text(set), /^class +images +groups +train +test +unlabelled\n/);
  });
});

describe("notebook/dataFrame", () => {
  it("has a column for each value, by its path, and knows what is missing", () => {
    const frame = notebook.dataFrame([
      { name: "a", factor: { value: 2.5 }, points: [1, 2] },
      { name: "b", note: "x" },
    ]);
    assert.deepEqual(frame.columns, ["name", "factor.value", "note"]);
    assert.deepEqual(frame.values, [
      ["a", 2.5, null],
      ["b", NaN, "x"],
    ]);
  });

  it("groups results, and is shown as a table", async () => {
    const frame = notebook.dataFrame([
      { method: "a", accuracy: 0.5 },
      { method: "a", accuracy: 0.7 },
      { method: "b", accuracy: 1 },
    ]);
    const [sent] = await inKernel(() =>
      notebook.table(frame.groupby(["method"]).col(["accuracy"]).mean()),
    );
    const lines = ["method  accuracy_mean", "------  -------------", "a               0.600"];
    assert.equal(
      String(sent?.bundle["text/plain"]),
      [...lines, "b               1.000"].join("\n"),
    );
  });

  it("is described with the names of its rows, and shown a column at a time", async () => {
    const frame = notebook.dataFrame([{ a: 1 }, { a: 3 }, { a: 8 }]);
    const shown = async (of: notebook.DataFrameLike): Promise<string> => {
      const [sent] = await inKernel(() => notebook.table(of));
      return String(sent?.bundle["text/plain"]);
    };
    const described = await shown(frame.describe());
    for (const name of ["count", "mean", "std", "min", "median", "max"])
      assert.match(described, new RegExp(`^${name} +\\d`, "m"));
    assert.equal(await shown(frame.column("a")), "a\n-\n1\n3\n8");
    assert.match(await shown(frame.column("a").describe()), /^mean +4/m);
  });

  it("takes an image set, and says so where there is no row", () => {
    assert.deepEqual(notebook.dataFrame(set).column("images").values, [2, 3, 1]);
    assert.throws(() => notebook.dataFrame([]), core.InputError);
  });

  it("loads danfojs when first called, with one TensorFlow and not a word on the log", () => {
    const code = `
      const { notebook } = require(${JSON.stringify(path.join(__dirname, "../../src"))});
      const loaded = (name) => Object.keys(require.cache).filter((file) => file.includes(name));
      if (loaded("danfojs-node").length > 0) throw new Error("danfojs is loaded too early");
      notebook.dataFrame([{ a: 1 }]);
      const folders = (name) => new Set(loaded("/node_modules/" + name + "/").map((file) => file.split("/" + name + "/")[0]));
      process.stdout.write(JSON.stringify(["@tensorflow/tfjs-core", "@tensorflow/tfjs-node"].map((name) => folders(name).size)));`;
    const loader = require.resolve("tsx/cjs");
    const run = spawnSync(process.execPath, ["--require", loader, "--eval", code], {
      encoding: "utf8",
      env: { ...process.env, NODE_OPTIONS: "" },
    });
    assert.deepEqual([run.stdout, run.stderr, run.status], ["[1,1]", "", 0]);
  });
});

describe("notebook/show", () => {
  const figure = {
    data: [{ type: "scatter", x: [1, 2], y: [3, 4] }],
    layout: { title: { text: "Hello" }, width: 300, height: 200 },
  };

  it("sends one message with the figure, its picture and a line of text", async () => {
    const sent = await inKernel(() => notebook.show(figure));
    assert.equal(sent.length, 1);
    const { bundle } = sent[0];
    assert.deepEqual(bundle["application/vnd.plotly.v1+json"], figure);
    const png = Buffer.from(String(bundle["image/png"]), "base64");
    assert.deepEqual([png.readUInt32BE(16), png.readUInt32BE(20)], [300, 200]);
    assert.equal(bundle["text/plain"], 'Figure "Hello" with 1 traces');
  });

  it("shows a figure in a theme, once or from here on", async () => {
    const ground = async (options?: notebook.ShowOptions): Promise<unknown> => {
      const [sent] = await inKernel(() => notebook.show(figure, options));
      const { layout } = sent?.bundle["application/vnd.plotly.v1+json"] as { layout: object };
      return (layout as { paper_bgcolor?: string }).paper_bgcolor;
    };
    assert.equal(await ground({ theme: "dark" }), "#161616");
    assert.equal(await ground(), undefined);
    notebook.useTheme("dark");
    try {
      assert.equal(await ground(), "#161616");
      assert.equal(await ground({ theme: "paper" }), undefined);
    } finally {
      notebook.useTheme("paper");
    }
    assert.throws(() => notebook.useTheme("drak" as "dark"), /Did you mean "dark"/);
  });

  it("sends typed arrays as plotly reads them", async () => {
    const typed = { ...figure, data: [{ type: "scatter", x: [1, 2], y: Float32Array.of(3, 4) }] };
    const [sent] = await inKernel(() => notebook.show(typed));
    assert.deepEqual(sent?.bundle["application/vnd.plotly.v1+json"], figure);
  });

  for (const type of ["surface", "scatter3d", "scattergl"]) {
    it(`shows a figure of the type ${type}, with a sentence in place of its picture`, async () => {
      const drawn = {
        data: [
          {
            type,
            z: [
              [1, 2],
              [3, 4],
            ],
          },
        ],
        layout: { title: { text: "<i>" } },
      };
      const [sent] = await inKernel(() => notebook.show(drawn));
      assert.deepEqual(sent?.bundle["application/vnd.plotly.v1+json"], drawn);
      assert.equal(sent?.bundle["image/png"], undefined);
      assert.match(String(sent?.bundle["text/plain"]), /has no still picture, .* "\w+" .* WebGL/);
      assert.match(String(sent?.bundle["text/html"]), /^<p>Figure "&lt;i&gt;" with 1 traces\./);
    });
  }

  it("shows a gallery of views with a row for each, and refuses views of another size", async () => {
    const [sent] = await inKernel(() =>
      notebook.views(core.subset(set, [2, 2]), { flipped: augment.flip({ horizontal: 1 }) }),
    );
    assert.match(JSON.stringify(sent?.bundle["application/vnd.plotly.v1+json"]), /flipped/);
    await assert.rejects(
      notebook.views(set, { crop: augment.randomResizedCrop({ size: 4 }) }),
      core.InputError,
    );
  });
});

describe("notebook/progress", () => {
  it("is one bar updated in place, which ends full and carries the interrupt", async () => {
    const stop = new AbortController();
    const sent = await inKernel(() => {
      const { report, signal } = notebook.progress();
      assert.equal(signal, stop.signal);
      for (let done = 1; done <= 1000; done++)
        report?.({ task: "SimCLR", done, total: 1000, unit: "step", values: { loss: 1 / done } });
    }, stop.signal);
    assert.ok(sent.length >= 2 && sent.length < 100, `${sent.length} messages`);
    assert.equal(new Set(sent.map(({ options }) => options?.displayId)).size, 1);
    assert.deepEqual(
      sent.map(({ options }) => options?.update),
      [false, ...Array<boolean>(sent.length - 1).fill(true)],
    );
    assert.match(String(sent.at(-1)?.bundle["text/html"]), /<progress max="1000" value="1000"/);
    assert.match(String(sent.at(-1)?.bundle["text/plain"]), /^SimCLR 1000\/1000, .*loss/);
  });
});

describe("augment/applyTo", () => {
  it("changes every image with its own draw, and keeps what is known of it", async () => {
    const changed = await augment.applyTo(set, augment.noise({ sigma: 1 }), core.createRng(1));
    assert.deepEqual(
      [changed.labels, changed.ids, changed.parts],
      [set.labels, set.ids, set.parts],
    );
    const added = (i: number): number => changed.pixels.read([i])[0] - set.pixels.read([i])[0];
    assert.notEqual(added(0), added(1));
    const again = await augment.applyTo(set, augment.noise({ sigma: 1 }), core.createRng(1));
    assert.deepEqual(again.pixels.read([0, 5]), changed.pixels.read([0, 5]));
  });

  it("takes the size that the augmentation gives", async () => {
    const crop = augment.randomResizedCrop({ size: 4 });
    const { shape } = await augment.applyTo(set, crop, core.createRng(1));
    assert.deepEqual(shape, [4, 4, 1]);
  });
});
