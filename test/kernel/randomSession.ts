import { core } from "../../src";

/*
 * Draws sessions of cells, and says the same as one plain TypeScript program whose statements stand in the order in which the
 * cells run. Where a program cannot say something twice, the rules of the kernel are written out: a declaration that comes again
 * assigns to the one variable, functions are there when their cell begins, and what a failed cell did not reach does not happen.
 */

/** Cells in the order in which they run. */
export interface RandomSession {
  readonly cells: readonly string[];
  /** A program that leaves in `results` what each cell gives, or that it failed. */
  readonly program: string;
}

interface Statement {
  /** As a cell has it. */
  readonly cell: string;
  /** As the program has it, where every name is declared at its top. */
  readonly program: string;
  /** Said at the beginning of the cell. */
  readonly isHoisted?: boolean;
  /** Names that have a value from here on, and how each is read. */
  readonly gives?: Readonly<Record<string, string>>;
}

const failed = "failed";

/** @param prefix begins all names, so that several sessions can share a kernel */
export function randomSession(seed: number, prefix: string): RandomSession {
  const rng = core.createRng(seed);
  const pick = <T>(list: readonly T[]): T => list[rng.integer(list.length)];
  const names = new Set<string>();
  const name = (kind: string, count: number): string => `${prefix}${kind}${rng.integer(count)}`;
  /** What can be read now, by name. */
  let readable: Record<string, string> = {};
  /** What could be read when the cell began; functions speak of that alone, since they are there before all else. */
  let before: Record<string, string> = {};

  /** A number. Functions call none of their own or a higher number, so that all calls end. */
  const value = (of = readable, below = Infinity): string => {
    const usable = Object.entries(of).filter(([each]) => rank(each) < below);
    const part = (): string =>
      usable.length > 0 && rng.uniform() < 0.7 ? pick(usable)[1] : String(rng.integer(10));
    const operator = pick(["+", "-", "*"]);
    return rng.uniform() < 0.4 ? part() : `((${part()} ${operator} ${part()}) % 97)`;
  };
  const variables = (): string[] => Object.keys(readable).filter((each) => kindOf(each) === "v");

  const declarations: readonly (() => Statement)[] = [
    () => {
      const [v, e] = [name("v", 4), value()];
      return { cell: `let ${v} = ${e};`, program: `${v} = ${e};`, gives: { [v]: v } };
    },
    () => {
      const [k, e] = [name("k", 3), value()];
      return { cell: `const ${k} = ${e};`, program: `${k} = ${e};`, gives: { [k]: k } };
    },
    () => {
      const [k, l] = [`${prefix}k3`, `${prefix}k4`];
      const [a, b] = [value(), value()];
      const pattern = `{ a: ${k}, b: [${l} = ${b}] }`;
      const whole = `{ a: ${a}, b: [] as number[] }`;
      return {
        cell: `const ${pattern} = ${whole};`,
        program: `(${pattern} = ${whole});`,
        gives: { [k]: k, [l]: l },
      };
    },
    () => {
      const f = name("f", 4);
      const v = pick([undefined, ...Object.keys(before).filter((each) => kindOf(each) === "v")]);
      const change = v === undefined ? "" : `${v} += 1; `;
      const text = `function ${f}() { ${change}return ${value(before, rank(f))}; }`;
      return { cell: text, program: `${f} = ${text};`, isHoisted: true, gives: { [f]: `${f}()` } };
    },
    () => {
      const g = name("g", 3);
      const text = `() => ${value(readable, rank(g))}`;
      return {
        cell: `const ${g} = ${text};`,
        program: `${g} = ${text};`,
        gives: { [g]: `${g}()` },
      };
    },
    () => {
      const c = name("C", 2);
      const text = `class ${c} { own = ${value(readable, rank(c))}; m() { return this.own + ${value(readable, rank(c))}; } }`;
      return { cell: text, program: `${c} = ${text};`, gives: { [c]: `new ${c}().m()` } };
    },
    () => {
      const n = name("N", 2);
      const [e, h] = [value(readable, rank(n)), value(readable, rank(n))];
      return {
        cell: `namespace ${n} { export const c = ${e}; export function h() { return c + ${h}; } }`,
        program: `${n} = (() => { const c = ${e}; return { c, h() { return c + ${h}; } }; })();`,
        gives: { [n]: `${n}.h()` },
      };
    },
    () => {
      const n = name("E", 2);
      const first = rng.integer(9);
      return {
        cell: `enum ${n} { A = ${first}, B }`,
        program: `${n} = { A: ${first}, B: ${first + 1} };`,
        gives: { [n]: `${n}.B` },
      };
    },
    () => {
      const w = name("w", 2);
      const [test, e] = [value(), value()];
      return {
        cell: `if (${test} > 3) { var ${w} = ${e}; }`,
        program: `if (${test} > 3) { ${w} = ${e}; }`,
      };
    },
    () => {
      const l = name("l", 2);
      return {
        cell: `const ${l}: (() => number)[] = [];`,
        program: `${l} = [];`,
        gives: { [l]: `${l}.reduce((sum, each) => (sum + each()) % 97, 0)` },
      };
    },
  ];
  const actions: readonly (() => Statement)[] = [
    () => both(`${pick(variables())} = ${value()};`),
    () => both(`${pick(variables())} ${pick(["+=", "-="])} ${value()};`),
    () => both(`${pick(variables())}++;`),
    () => {
      const [v, w] = [pick(variables()), pick(variables())];
      return both(`[${v}, ${w}] = [${w}, ${v}];`);
    },
    () => {
      const v = pick(variables());
      return both(`({ ${v} } = { ${v}: ${value()} });`);
    },
    () => {
      const [i, v] = [name("i", 2), pick(variables())];
      const turn = (keyword: string): string =>
        `for (${keyword}${i} = 0; ${i} < 3; ${i}++) ${v} += ${i};`;
      return { cell: turn("var "), program: turn("") };
    },
    () => {
      const v = pick(variables());
      // The inner variable is another one.
      return both(
        `{ const ${v} = ${rng.integer(10)}; ((${prefix}p: number) => ${v} + ${prefix}p)(1); }`,
      );
    },
    () => {
      const lists = Object.keys(readable).filter((each) => kindOf(each) === "l");
      if (lists.length === 0) return both(";");
      const l = pick(lists);
      return both(`${l}.push(() => ${value(readable, rank(l))});`);
    },
  ];
  const both = (text: string): Statement => ({ cell: text, program: text });
  /** @param here what the cell says so far */
  const statement = (here: string): Statement => {
    const isAction = variables().length > 0 && rng.uniform() < 0.5;
    const made = pick(isAction ? actions : declarations)();
    // One cell says a name once, and does not use it before.
    const own: readonly string[] = made.cell.match(new RegExp(`${prefix}[a-zA-Z]\\d+`, "g")) ?? [];
    const declared = /^(?:let|const|function|class|namespace|enum|if|for) /.test(made.cell);
    const isSaidTwice = (each: string): boolean =>
      here.includes(each) ||
      (/^(?:let|const) /.test(made.cell) && own.filter((word) => word === each).length > 1);
    if (declared && newNames(made).some(isSaidTwice)) return statement(here);
    for (const each of own) names.add(each);
    if (made.isHoisted !== true) readable = { ...readable, ...made.gives };
    return made;
  };
  const newNames = ({ cell, gives = {} }: Statement): string[] => [
    ...Object.keys(gives),
    ...(cell.match(new RegExp(`(?<=var )${prefix}\\w+`, "g")) ?? []),
  ];
  const newCell = (): Statement[] => {
    const statements: Statement[] = [];
    const length = 1 + rng.integer(5);
    while (statements.length < length)
      statements.push(statement(statements.map(({ cell }) => cell).join("\n")));
    return statements;
  };

  const written: (readonly Statement[])[] = [];
  const said: { cell: string; program: string }[] = [];
  const count = 2 + rng.integer(4);
  for (let number = 0; number < count; number++) {
    before = readable;
    const again = written.length > 0 && rng.uniform() < 0.25;
    const statements = again ? pick(written) : newCell();
    if (!again) written.push(statements);
    const stop = rng.uniform() < 0.15 ? rng.integer(statements.length + 1) : undefined;
    const reached = statements.filter(
      (each, i) => each.isHoisted || stop === undefined || i < stop,
    );
    readable = Object.assign({}, before, ...reached.map(({ gives }) => gives)) as typeof readable;
    said.push(say(statements, reached, stop, Object.values(readable)));
  }
  const declared =
    names.size === 0 ? "" : `let ${[...names].map((each) => `${each}: any`).join(", ")};`;
  return {
    cells: said.map(({ cell }) => cell),
    program: [
      "const results: unknown[] = [];",
      declared,
      ...said.map(({ program }) => program),
    ].join("\n"),
  };
}

/** A cell, and what the program says in its place. */
function say(
  statements: readonly Statement[],
  reached: readonly Statement[],
  stop: number | undefined,
  values: readonly string[],
): { cell: string; program: string } {
  const stopping = 'throw new Error("stop");';
  const lines = statements.map(({ cell }) => cell);
  if (stop !== undefined) lines.splice(stop, 0, stopping);
  const all = `JSON.stringify([${values.join(", ")}])`;
  const inOrder = [
    ...reached.filter(({ isHoisted }) => isHoisted),
    ...reached.filter(({ isHoisted }) => !isHoisted),
  ].map(({ program }) => program);
  const result = stop === undefined ? all : `"${failed}"`;
  return {
    cell: [...lines, all].join("\n"),
    program: [...inOrder, `results.push(${result});`].join("\n"),
  };
}

/** The kind of a name is its letter before the number. */
const kindOf = (name: string): string => /([a-zA-Z])\d+$/.exec(name)?.[1] ?? "";

/** Functions call what ranks lower. */
function rank(name: string): number {
  const kinds = "vkwiEfgCNl";
  const number = Number(/\d+$/.exec(name)?.[0] ?? 0);
  return 10 * kinds.indexOf(kindOf(name)) + number;
}
