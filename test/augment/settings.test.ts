import assert from "node:assert/strict";
import * as fc from "fast-check";
import {
  define,
  InputError,
  option,
  specOf,
  tf,
  type Augmentation,
  type Factory,
  type OptionTable,
  type Settings,
} from "../../src/core";
import * as augment from "../../src/augment";
import { apply, randomBatch } from "./images";
import { leadingLiteral, writtenOptions } from "../writtenOptions";

const { compose, flip, fromSpec, noise, photo, stm } = augment;

/** Something that every kind of option takes, to find for each option values that it takes. */
const values: readonly unknown[] = [
  ...[0.25, 0.5, 0, 1, 2, 3, 7, true, false, [0.2, 0.9], [1.2, 1.5], [1], [[1, 2]], [6, 5]],
  ...["edge", "zero", "mean", "left", "Ge(001)", ["scars", "noise"]],
  ...[flip(), compose(flip(), noise()), [flip(), noise()], []],
];

type Given = Readonly<Record<string, unknown>>;
type AnyFactory = Factory<Augmentation>;

const make = (factory: AnyFactory, given: Given): Augmentation => factory(given as never);

/** Settings are what these tests are about, so they have to be there. */
function settingsOf(change: Augmentation): Settings {
  assert.ok(change.settings !== undefined, `${change.name} has settings`);
  return change.settings;
}

/** Values that an option takes. */
function taken({ definition }: AnyFactory, name: string): unknown[] {
  const passes = values.filter((value) => {
    try {
      definition.options[name].check(name, value);
      return true;
    } catch (error) {
      assert.ok(error instanceof InputError, String(error));
      return false;
    }
  });
  assert.ok(passes.length > 0, `add to \`values\` what ${definition.name}.${name} takes`);
  return passes;
}

/** Every option with its default; those that have none get any value. */
function everyOption(factory: AnyFactory): Given {
  const all = Object.entries(factory.definition.options).map(([name, one]) => {
    try {
      return [name, one.fallback(name)];
    } catch {
      return [name, taken(factory, name)[0]];
    }
  });
  return Object.fromEntries(all) as Given;
}

/** The options that have to be given. */
function leastOptions(factory: AnyFactory): Given {
  const needed = Object.entries(everyOption(factory)).filter(([name]) => {
    try {
      factory.definition.options[name].fallback(name);
      return false;
    } catch {
      return true;
    }
  });
  return Object.fromEntries(needed);
}

describe("augment, settings of each one", () => {
  const batch = randomBatch([3, 12, 12, 3]);

  for (const factory of augment.augmentations()) {
    const { name, revision, options: table } = factory.definition;
    const least = leastOptions(factory);

    it(`${name} tells every option in plain JSON, the same whether defaults are written out or not`, () => {
      const settings = settingsOf(make(factory, least));
      assert.deepEqual(JSON.parse(JSON.stringify(settings)), settings);
      assert.deepEqual(
        Object.keys(settings).sort(),
        [...Object.keys(table), "name", "revision"].sort(),
      );
      assert.deepEqual([settings.name, settings.revision], [name, revision]);
      assert.deepEqual(settingsOf(make(factory, everyOption(factory))), settings);
    });

    it(`${name} has other settings when any option is changed`, () => {
      const settings = settingsOf(make(factory, least));
      for (const option of Object.keys(table)) {
        const others = taken(factory, option)
          .map((value) => settingsOf(make(factory, { ...least, [option]: value })))
          .filter((other) => JSON.stringify(other[option]) !== JSON.stringify(settings[option]));
        assert.ok(others.length > 0, `add to \`values\` another value for ${name}.${option}`);
        for (const other of others) {
          assert.deepEqual({ ...other, [option]: settings[option] }, settings);
        }
      }
    });

    it(`${name} is made again of its settings: the same settings, the same bytes`, () => {
      const names = Object.keys(table);
      const given = fc.record(
        Object.fromEntries(
          names.map((one) => [one, fc.constantFrom(...taken(factory, one))] as const),
        ),
        { requiredKeys: Object.keys(least) },
      );
      fc.assert(
        fc.property(given, (options: Given) => {
          const onlyHalf = options.quarter === true && options.surface === "TiO2(110)-1x1";
          fc.pre(!onlyHalf);
          const change = make(factory, options);
          const settings = settingsOf(change);
          const plan: unknown = JSON.parse(JSON.stringify(specOf(settings)));
          const again = fromSpec(plan);
          assert.deepEqual(settingsOf(again), settings);
          assert.deepEqual(apply(again, batch), apply(change, batch));
        }),
        { seed: 4, numRuns: 8 },
      );
    });
  }

  it("are plain in a list too, and a list of settings is read as what it was made of", () => {
    const change = compose(flip(), compose(photo.views({ size: 5 })), compose());
    const settings = settingsOf(change);
    assert.deepEqual(settings.steps, [
      settingsOf(flip()),
      settingsOf(compose(photo.views({ size: 5 }))),
      { steps: [], name: "compose", revision: 1 },
    ]);
    const again = fromSpec(specOf(settings));
    assert.deepEqual(settingsOf(again), settings);
    assert.deepEqual(settingsOf(fromSpec([{ flip: {} }])), settingsOf(compose(flip())));
  });

  it("are not there where a function was written by the user, which stays an augmentation", () => {
    const double: Augmentation = (images) => tf.mul(images, 2);
    const changes = [
      compose(flip({ horizontal: 0 }), double),
      augment.randomApply({ probability: 1, steps: double }),
    ];
    for (const change of changes) {
      assert.equal(change.settings, undefined);
      const expected = batch.values.map((value) => 2 * value);
      assert.deepEqual(apply(change, batch).values, expected);
    }
    assert.throws(() => compose(flip(), "flip" as never), /steps\[1\] "flip"/);
    assert.throws(() => augment.randomApply(0.5 as never), /options of randomApply 0.5/);
  });

  it("are the same for two spellings of one thing", () => {
    const same: [Augmentation, Augmentation][] = [
      [noise({ sigma: 0.3 }), noise({ sigma: [0.3, 0.3] })],
      [photo.views({ size: 7 }), photo.views({ size: [7, 7] })],
      [stm.feedbackLag({ retrace: [2, 0, 2] }), stm.feedbackLag({ retrace: [0, 2] })],
      [
        stm.views({ without: ["scars", "noise", "scars"] }),
        stm.views({ without: ["noise", "scars"] }),
      ],
    ];
    for (const [one, other] of same) assert.deepEqual(settingsOf(one), settingsOf(other));
    const order = stm.traceRetrace({ pairs: [[1, 0]] });
    assert.notDeepEqual(settingsOf(order), settingsOf(stm.traceRetrace()));
  });

  it("stay when a list that was given is changed afterwards", () => {
    const [sigma, size, pairs] = [[0, 1] as [number, number], [5, 6] as [number, number], [[0, 1]]];
    const changes = [
      noise({ sigma }),
      photo.views({ size }),
      stm.traceRetrace({ pairs: pairs as [number, number][] }),
    ];
    const before = JSON.stringify(changes.map(settingsOf));
    sigma[1] = 9;
    size[0] = 9;
    pairs[0][0] = 9;
    assert.equal(JSON.stringify(changes.map(settingsOf)), before);
  });
});

describe("augment, options as they are written", () => {
  const written = writtenOptions("src/augment");
  const factories = new Map(augment.augmentations().map((one) => [one.definition.name, one]));

  it("all that is defined can be named in a plan, each by a name of its own", () => {
    assert.deepEqual([...written.names].sort(), [...factories.keys()].sort());
    assert.equal(factories.size, augment.augmentations().length);
  });

  it("each option has a docstring, whose default is the real one", () => {
    for (const { of, name, docstring, written: text } of written.options) {
      const option = factories.get(of)?.definition.options[name];
      assert.ok(option !== undefined, `${of}.${name} is an option`);
      const literal = leadingLiteral(text);
      if (/has to be given/.test(docstring)) {
        assert.throws(() => option.fallback(name), InputError, `${of}.${name}`);
        assert.equal(text, "");
      } else if (literal !== undefined) {
        assert.deepEqual(option.fallback(name), literal, `${of}.${name}`);
      } else {
        // Prose: what goes by the images, or nothing.
        assert.notEqual(text, "", `write @default for ${of}.${name}`);
        const nothing = text.startsWith("none") ? [] : undefined;
        assert.deepEqual(option.fallback(name), nothing, `${of}.${name}: ${text}`);
      }
    }
    const listed = [...factories.values()].flatMap(({ definition }) =>
      Object.keys(definition.options).map((name) => `${definition.name}.${name}`),
    );
    assert.deepEqual(written.options.map(({ of, name }) => `${of}.${name}`).sort(), listed.sort());
  });

  it("literals are found at the beginning of a text, and no others", () => {
    const found: [string, unknown][] = [
      ["0.5, the paper's", 0.5],
      ["2", 2],
      ["[3/4, 4/3]", [3 / 4, 4 / 3]],
      ["[[0, 1]]", [[0, 1]]],
      ['"reflect"', "reflect"],
      ["false", false],
      ["4px", undefined],
      ["those of the 3 channels", undefined],
      ["", undefined],
    ];
    for (const [text, literal] of found) assert.deepEqual(leadingLiteral(text), literal, text);
  });

  it("does not compile with an option forgotten, misspelt or of another type", () => {
    interface Two {
      readonly sigma?: number;
      readonly absolute?: boolean;
    }
    const sigma = option.share({ default: 0 });
    const absolute = option.flag({ default: false });
    // @ts-expect-error absolute is forgotten
    define("two", 1, { sigma } satisfies OptionTable<Two>);
    // @ts-expect-error there is no such option
    define("two", 1, { sigma, absolute, sigam: sigma } satisfies OptionTable<Two>);
    // @ts-expect-error it is a number
    define("two", 1, { sigma: absolute, absolute } satisfies OptionTable<Two>);
    assert.equal(define("two", 1, { sigma, absolute } satisfies OptionTable<Two>).name, "two");
  });
});
