import assert from "node:assert/strict";
import {
  canonicalJson,
  define,
  inPlace,
  InputError,
  known,
  option,
  specOf,
  type OptionTable,
} from "../../src/core";

interface SoupOptions {
  /** Above 0. @default 2 */
  readonly salt?: number;
  /** @default as many as there are guests */
  readonly bowls?: number;
  /** @default "hot" */
  readonly served?: "hot" | "cold";
  readonly from: string;
}

const soup = define("soup", 3, {
  salt: option.positive({ default: 2 }),
  bowls: option.count({}),
  served: option.choice(["hot", "cold"], { default: "hot" }),
  from: option.text(),
} satisfies OptionTable<SoupOptions>);

const says = (work: () => unknown, words: RegExp): void => {
  assert.throws(work, (error) => {
    assert.ok(error instanceof InputError);
    assert.match(error.message, words);
    return true;
  });
};

describe("core/definition", () => {
  it("fills in defaults, and leaves open what has none", () => {
    const { options, settings } = soup.resolve({ from: "the pot" });
    assert.deepEqual(options, { salt: 2, bowls: undefined, served: "hot", from: "the pot" });
    assert.deepEqual(settings, {
      name: "soup",
      revision: 3,
      salt: 2,
      bowls: null,
      served: "hot",
      from: "the pot",
    });
  });

  it("gives the same settings whether a default is left out or written out, in any order", () => {
    const short = soup.resolve({ from: "a" }).settings;
    const long = soup.resolve({ from: "a", served: "hot", bowls: undefined, salt: 2 }).settings;
    assert.equal(canonicalJson(long), canonicalJson(short));
  });

  it("names the option that is wrong, missing, or unknown", () => {
    says(() => soup.resolve({ from: "a", salt: 0 }), /^Got salt 0\. Expected a number above 0/);
    says(() => soup.resolve({ from: "a", salt: "much" }), /^Got salt "much"\./);
    says(() => soup.resolve({ from: "a", bowls: 1.5 }), /bowls 1\.5.*whole number/);
    says(() => soup.resolve({ from: "a", served: "hott" }), /served "hott".*Did you mean "hot"/);
    says(() => soup.resolve({}), /^Got no from\./);
    says(
      () => soup.resolve({ from: "a", slat: 1 }),
      /slat, which is no option of soup.*Did you mean "salt"/,
    );
    says(() => soup.resolve([1] as never), /options of soup \[1\]/);
    says(
      () => define("air", 1, {}).resolve({ salt: 1 }),
      /salt, which is no option of air.*no options/,
    );
  });

  it("tells a mistake with the place that it was made in", () => {
    const cook = (): unknown => soup.resolve({ from: "a", salt: -1 });
    says(() => inPlace("menu[2]", cook), /^Got menu\[2\]\.salt -1\..*Change menu\[2\]\.salt\.$/);
    says(() => inPlace("day", () => inPlace("menu", cook)), /^Got day\.menu\.salt -1\./);
    const unknown = (): unknown => soup.resolve({ slat: 1 });
    says(() => inPlace("menu[2]", unknown), /^Got menu\[2\]\.slat, which is no option of soup/);
    assert.throws(() => inPlace("menu", () => JSON.parse("{") as unknown), SyntaxError);
  });

  it("reads null from a plan as what stays open, and only there", () => {
    assert.deepEqual(soup.parse({ from: "a", bowls: null }), { from: "a", bowls: undefined });
    says(() => soup.resolve(soup.parse({ from: "a", salt: null })), /salt null/);
  });

  it("has no settings where one option does not know what it is", () => {
    const cooked = define("cooked", 1, {
      by: { fallback: () => undefined, check: (_, value) => value as () => void, tell: (f: object) => ("settings" in f ? "known" : undefined) }, // prettier-ignore
    });
    assert.equal(cooked.resolve({ by: () => undefined }).settings, undefined);
    const told = cooked.resolve({ by: known(() => undefined, undefined) }).settings;
    assert.deepEqual(told, { name: "cooked", revision: 1, by: "known" });
  });

  it("writes settings as a plan has them, nested ones too, without revisions", () => {
    const inner = { name: "flip", revision: 2, horizontal: 0.5 };
    const settings = { name: "simclr", revision: 1, views: inner, list: [inner, 3], none: null };
    assert.deepEqual(specOf(settings), {
      simclr: {
        views: { flip: { horizontal: 0.5 } },
        list: [{ flip: { horizontal: 0.5 } }, 3],
        none: null,
      },
    });
  });
});
