import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import {
  importsIn,
  importsOf,
  projectFolder,
  sourceFiles,
  type SourceImport,
} from "./sourceImports";

/** A room imports rooms of lower rank only. Figures stand above metrics, whose intervals they draw. */
const ranks: Readonly<Record<string, number>> = {
  core: 0,
  formats: 1,
  scans: 1.5,
  physics: 1,
  simulate: 1,
  augment: 1,
  nets: 1,
  losses: 1,
  train: 1,
  metrics: 1,
  figures: 2,
  explain: 2,
  catalog: 2,
  pretrain: 2,
  classify: 2,
  acquire: 2,
  study: 3,
  session: 3,
  notebook: 4,
  label: 4,
  cli: 5,
};

/** They import no room and no room imports them: they run before, or without, what the library is. */
const alone: readonly string[] = ["kernel", "runtime"];

/** Rooms that may call a room that stands alone, through its index: the command line installs the kernel. */
const callers: Readonly<Record<string, string>> = { cli: "kernel" };

/** Take long to load, so a room loads them when it first needs them. */
const heavy: readonly string[] = [
  "@napi-rs/canvas",
  "@resvg/resvg-js",
  "danfojs-node",
  "geotiff",
  "jsdom",
  "ml-matrix",
  "plotly.js-dist-min",
  "umap-js",
];

/** What lies beside the sources; dot-files are free. */
const topLevel: readonly string[] = [
  "README.md",
  "datasets",
  "notebooks",
  "package-lock.json",
  "package.json",
  "src",
  "test",
  "tsconfig.json",
];

/** Made by tools and never committed. */
const made: readonly string[] = ["dist", "node_modules", "runs"];

/** "file -> specifier" of imports that break a rule for a reason. */
const exceptions: readonly string[] = [
  // The probe of `doctor`, a program of its own that tells whether the library loads at all.
  "src/runtime/tensorFlowFacts.js -> @tensorflow/tfjs-node",
];

const roomOf = (file: string): string | undefined => /^src\/([^/]+)\//.exec(file)?.[1];

/** What is wrong with one import, and how to mend it; undefined if nothing is. */
function complaint(found: SourceImport): string | undefined {
  const room = roomOf(found.file);
  if (exceptions.includes(`${found.file} -> ${found.specifier}`)) return undefined;
  if (found.specifier.startsWith("@tensorflow/") && found.file !== "src/core/backend.ts") {
    return 'only src/core/backend.ts names TensorFlow; mend: import { tf } from "../core"';
  }
  if (heavy.includes(found.specifier) && found.onLoad && !found.typeOnly) {
    return `${found.specifier} takes long to load; mend: require it inside the function that first needs it, and import only its types at the top`;
  }
  if (!found.specifier.startsWith(".")) return undefined;
  const target = path.posix.join(path.posix.dirname(found.file), found.specifier);
  if (!target.startsWith("src/")) {
    return "it leaves src; mend: move what is needed into the room, or read it as a file at run time";
  }
  const [, other, ...inside] = target.split("/");
  if (room === undefined || other === room) return undefined;
  if (alone.includes(room)) {
    return `${room} stands alone; mend: move what it needs from ${other} into it, or call the built command`;
  }
  if (alone.includes(other) && callers[room] !== other) {
    return `${other} stands alone; mend: start it as a program, or move the shared part into core`;
  }
  if (inside.length > 0 && inside.join("/") !== "index") {
    return `it goes past the door of ${other}; mend: export the name from src/${other}/index.ts and import "${"../".repeat(found.file.split("/").length - 2)}${other}"`;
  }
  return orderComplaint(room, other);
}

function orderComplaint(room: string, other: string): string | undefined {
  const [own, theirs] = [ranks[room], ranks[other]];
  if (own === undefined || theirs === undefined || theirs < own) return undefined;
  const relation = theirs === own ? `its sibling ${other}` : `${other}, which stands above it`;
  return `${room} (rank ${own}) imports ${relation} (rank ${theirs}); mend: pass what is needed in as an argument, or move it down to a room below both`;
}

const complaintsOf = (imports: readonly SourceImport[]): string[] =>
  imports.flatMap((found) => {
    const wrong = complaint(found);
    return wrong === undefined
      ? []
      : [`${found.file}:${found.line} "${found.specifier}": ${wrong}`];
  });

const list = (lines: readonly string[]): string => `\n${lines.join("\n")}`;

describe("architecture", () => {
  it("lets each room import rooms of lower rank only, through their index", () => {
    const files = sourceFiles("src");
    assert.ok(files.length > 50, `only ${files.length} source files were found`);
    const wrong = files.flatMap((file) => complaintsOf(importsOf(file)));
    assert.deepEqual(wrong, [], list(wrong));
  });

  it("has a rank for every room and an index for every room that others use", () => {
    const rooms = fs
      .readdirSync(path.join(projectFolder, "src"), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => entry.name);
    const unknown = rooms.filter((room) => !(room in ranks) && !alone.includes(room));
    assert.deepEqual(unknown, [], "give the new room a rank in test/architecture.test.ts");
    const closed = rooms.filter(
      (room) =>
        room in ranks &&
        room !== "cli" &&
        !fs.existsSync(path.join(projectFolder, "src", room, "index.ts")),
    );
    assert.deepEqual(closed, [], "list the room's exports in its index.ts");
  });

  it("draws random numbers from an Rng alone", () => {
    const wrong = sourceFiles("src").filter((file) => {
      const text = fs.readFileSync(path.join(projectFolder, file), "utf8");
      return /(?<![\w.])Math\.random\(/.test(text);
    });
    assert.deepEqual(wrong, [], "take an rng argument and draw from rng.uniform()");
  });

  it("has nothing at the top but what belongs there", () => {
    const found = fs.readdirSync(projectFolder).filter((name) => !name.startsWith("."));
    const wrong = found.filter((name) => !topLevel.includes(name) && !made.includes(name));
    assert.deepEqual(wrong, [], "move it into src, datasets, notebooks or test");
    assert.deepEqual(
      topLevel.filter((name) => !found.includes(name)),
      [],
      "this is missing",
    );
  });

  it("names only exceptions that are still needed", () => {
    const all = sourceFiles("src").flatMap(importsOf);
    const known = new Set(all.map(({ file, specifier }) => `${file} -> ${specifier}`));
    assert.deepEqual(
      exceptions.filter((exception) => !known.has(exception)),
      [],
    );
  });
});

describe("the import order", () => {
  const wrongOf = (file: string, text: string): string[] => complaintsOf(importsIn(file, text));
  const refused: readonly (readonly [file: string, text: string, mend: RegExp])[] = [
    ["src/nets/a.ts", 'import { sgd } from "../train";', /sibling train.*move it down/],
    ["src/core/a.ts", 'export { run } from "../study";', /which stands above it/],
    ["src/study/a.ts", 'import { x } from "../nets/linear";', /index\.ts and import "\.\.\/nets"/],
    ["src/cli/commands/a.ts", 'import x = require("../../nets/linear");', /"\.\.\/\.\.\/nets"/],
    ["src/nets/a.ts", 'type T = import("../classify").T;', /stands above it/],
    ["src/nets/a.ts", 'const f = () => import("../classify");', /stands above it/],
    ["src/nets/a.ts", 'import type { Tensor } from "@tensorflow/tfjs-node";', /from "\.\.\/core"/],
    ["src/figures/a.ts", 'import { JSDOM } from "jsdom";', /inside the function/],
    ["src/figures/a.ts", 'const { JSDOM } = require("jsdom");', /inside the function/],
    ["src/kernel/a.js", 'require("../core");', /kernel stands alone/],
    ["src/cli/a.ts", 'import { doctor } from "../runtime/doctor";', /runtime stands alone/],
    ["src/cli/a.ts", 'import { launch } from "../kernel/launch";', /past the door of kernel/],
    ["src/study/a.ts", 'import { installKernel } from "../kernel";', /kernel stands alone/],
    ["src/core/a.ts", 'import data from "../../datasets/mnist.json";', /leaves src/],
  ];
  for (const [file, text, mend] of refused) {
    it(`refuses ${text} in ${file}, and says the mend`, () => {
      const wrong = wrongOf(file, text);
      assert.equal(wrong.length, 1);
      assert.match(wrong[0], mend);
    });
  }

  it("takes what the order allows", () => {
    const allowed = [
      ["src/figures/a.ts", 'import { meanInterval } from "../metrics"; import { b } from "./b";'],
      [
        "src/figures/a.ts",
        'import type * as C from "@napi-rs/canvas"; import { type D } from "jsdom";',
      ],
      ["src/figures/a.ts", 'function f(): unknown { return require("jsdom"); }'],
      ["src/augment/stm/a.ts", 'import { tf } from "../../core"; import { b } from "../b";'],
      ["src/core/backend.ts", 'import type * as T from "@tensorflow/tfjs-node";'],
      ["src/index.ts", 'export * as study from "./study";'],
      ["src/cli/main.ts", 'import { run } from "../study"; import * as fs from "node:fs";'],
      ["src/cli/commands/a.ts", 'import { installKernel } from "../../kernel";'],
    ] as const;
    for (const [file, text] of allowed) assert.deepEqual(wrongOf(file, text), []);
  });
});
