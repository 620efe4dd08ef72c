import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { isDeepStrictEqual } from "node:util";
import {
  createRng,
  specOf,
  type Augmentation,
  type Factory,
  type Known,
  type Json,
  type Settings,
} from "../../src/core";
import { pretrain, study } from "../../src";
import { leadingLiteral, writtenOptions, type WrittenOption } from "../writtenOptions";
import { neededOptions, smallOptions, type Outside } from "./everyMethod";
import { stripes } from "./fixtures";

const { classifiers, pretrainings } = study;
// As many classes and images as the episodes of the papers have.
const source = stripes({ classes: 20, perClass: 14, size: 20 });
let folder = "";
let outside: Outside = {};

const halves: Readonly<Record<"pretrain" | "classify", Readonly<Record<string, Factory<Known>>>>> =
  { pretrain: pretrainings, classify: classifiers };
const written: Readonly<Record<string, readonly WrittenOption[]>> = {
  pretrain: writtenOptions("src/pretrain").options,
  classify: writtenOptions("src/classify").options,
};
const every = Object.entries(halves).flatMap(([room, factories]) =>
  Object.entries(factories).map(([name, factory]) => ({ room, name, factory })),
);

/** Values that some option takes, whatever it is. */
const candidates: readonly unknown[] = [
  ...[0.5, 0.25, 1, 2, 3, 8, true, false],
  ...[
    "labelled",
    "none",
    "all",
    "L2N",
    "UN",
    "cosine",
    "linear",
    "file",
    "images",
    "windows",
    "paper",
    "stated",
    "oneVsRest",
    "mean",
  ],
  ...[{ stem: 0 }, [1, 2], [1, 2, 3], { conv4: { width: 2 } }, (x: unknown) => x],
  [pretrain.pixels(), pretrain.hog()],
];

const settingsOf = (factory: Factory<Known>, options: object): Settings => {
  const { settings } = factory(options as never);
  assert.ok(settings !== undefined);
  return settings;
};

/** What has to be given from outside, and nothing else. */
const needed = (factory: Factory<unknown>): object => neededOptions(factory, outside);

describe("study/methods: every technique", () => {
  before(async () => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "fewscope-methods-"));
    const file = path.join(folder, "encoder.safetensors");
    const made = await pretrain.none({ encoder: { resnet: { depth: 8, width: 2 } } })(source, createRng(1)); // prettier-ignore
    await made.save(file);
    made.dispose();
    outside = { source, file };
  });
  after(() => fs.rmSync(folder, { recursive: true }));

  it("stands in the list of its room under its own name, with everything that the room gives", () => {
    for (const { name, factory } of every) assert.equal(factory.definition.name, name);
    const isFactory = (value: unknown): value is Factory<Known> =>
      typeof value === "function" && "definition" in value;
    for (const [room, factories] of Object.entries(halves)) {
      // eslint-disable-next-line @typescript-eslint/no-require-imports -- the room by its name
      const given = Object.values(require(`../../src/${room}`) as Record<string, unknown>);
      const listed = new Set<unknown>(Object.values(factories));
      const missing = given.filter(isFactory).filter((factory) => !listed.has(factory));
      assert.deepEqual(
        missing.map(({ definition }) => definition.name),
        [],
        `give each a line in src/study/methods.ts`,
      );
    }
  });

  for (const { room, name, factory } of every) {
    describe(`${room}.${name}`, () => {
      it("tells every option as plain JSON, the same whether defaults are left out or written out", () => {
        const settings = settingsOf(factory, needed(factory));
        assert.deepEqual(JSON.parse(JSON.stringify(settings)), settings);
        const { definition } = factory;
        const told = Object.keys(settings).filter((key) => key !== "name" && key !== "revision");
        assert.deepEqual(told.sort(), Object.keys(definition.options).sort());
        const { options } = definition.resolve(needed(factory));
        assert.deepEqual(settingsOf(factory, options), settings);
      });

      it("is made again of the plan that its settings are written as", () => {
        const settings = settingsOf(factory, smallOptions(factory, outside));
        const spec = specOf(settings)[name] as object;
        const given = factory.definition.parse({ ...spec, ...needed(factory) });
        assert.deepEqual(settingsOf(factory, { ...given, ...needed(factory) }), settings);
      });

      it("has other settings when any option has another value", () => {
        const settings = settingsOf(factory, needed(factory));
        for (const [key, option] of Object.entries(factory.definition.options)) {
          if (option.outside !== undefined) continue;
          const other = candidates.find((value) => {
            try {
              const told = option.tell(option.check(key, value));
              return JSON.stringify(told) !== JSON.stringify(settings[key]);
            } catch {
              return false;
            }
          });
          assert.ok(other !== undefined, `none of the candidates is another value of ${key}`);
          const changed = factory({ ...needed(factory), [key]: other } as never).settings;
          assert.notDeepEqual(changed, settings, key);
        }
      });

      it("searches around its defaults, among values that it takes, the step size wherever it has one", () => {
        const { options } = factory.definition;
        for (const [key, option] of Object.entries(options)) {
          assert.ok(key !== "learningRate" || option.search !== undefined, key);
          if (option.search === undefined) continue;
          const fallback = option.outside === undefined ? option.fallback(key) : undefined;
          if ("among" in option.search) {
            const { among } = option.search;
            for (const value of among) assert.deepEqual(option.check(key, value), value);
            assert.ok(fallback === undefined || among.includes(fallback as Json), key);
          } else {
            const [low, high] = option.search.log;
            for (const value of [low, high]) assert.equal(option.check(key, value), value);
            assert.ok(fallback === undefined || (low < Number(fallback) && Number(fallback) < high), key); // prettier-ignore
          }
        }
      });

      it("says of each option what its default is", () => {
        const settings = settingsOf(factory, needed(factory));
        const told = new Map(
          written[room].filter(({ of }) => of === name).map((one) => [one.name, one.written]),
        );
        const wrong = Array.from(told, ([key, text]): [string, unknown, unknown] => [
          key,
          leadingLiteral(text),
          settings[key],
        ]).filter(
          ([, literal, value]) =>
            literal !== undefined && value !== null && !isDeepStrictEqual(literal, value),
        );
        assert.deepEqual(wrong, []);
      });
    });
  }

  it("has no settings where a function is not ours", () => {
    const views: Augmentation = (images) => images;
    assert.equal(pretrain.simclr({ views }).settings, undefined);
    assert.equal(typeof pretrain.simclr().settings?.revision, "number");
  });
});
