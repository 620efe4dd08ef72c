import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { parse } from "csv-parse/sync";
import { pathToFileURL } from "node:url";
import { study } from "../src";
import {
  aboutResults,
  resultCells,
  resultNames,
  resultPages,
  withTables,
} from "./fixtures/resultTables";

const project = path.join(__dirname, "..");
/** Found from any folder, unlike a package name. */
const typescript = pathToFileURL(
  path.join(path.dirname(require.resolve("tsx/package.json")), "dist", "loader.mjs"),
).href;
const readme = fs.readFileSync(path.join(project, "README.md"), "utf8");

/** The code blocks of one language, in order. */
function blocks(language: string, page = readme): string[] {
  const fence = new RegExp("```" + language + "\\n([\\s\\S]*?)```", "g");
  return Array.from(page.matchAll(fence), (match) => match[1]);
}

/** Runs code as a file of this project, in a folder of its own that `look` sees before it goes. */
function runAsFile(code: string, look: (folder: string) => void = () => undefined): void {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "fewscope-readme-"));
  const file = path.join(project, ".cache", `readme-${process.pid}.mts`);
  fs.mkdirSync(path.dirname(file), { recursive: true });
  try {
    fs.writeFileSync(file, code);
    const words = ["--import", typescript, file];
    const env = { ...process.env, NODE_OPTIONS: "" };
    const run = spawnSync(process.execPath, words, { cwd: folder, encoding: "utf8", env });
    assert.equal(run.status, 0, run.stderr);
    look(folder);
  } finally {
    fs.rmSync(folder, { recursive: true });
    fs.rmSync(file);
  }
}

describe("README", function () {
  this.timeout(600_000);

  it("has a tour whose cells run, one after the other, as they stand", () => {
    const cells = blocks("ts").filter((cell) => !cell.startsWith("//"));
    assert.equal(cells.length, 5);
    runAsFile(cells.join("\n"), (folder) => {
      for (const name of ["my-study.svg", "my-study.png"])
        assert.ok(fs.statSync(path.join(folder, name)).size > 1000, name);
    });
  });

  for (const room of fs.readdirSync(path.join(project, "src"))) {
    const page = path.join(project, "src", room, "README.md");
    const cells = fs.existsSync(page) ? blocks("ts", fs.readFileSync(page, "utf8")) : [];
    // A comment at the front says that a cell needs what a reader has.
    const whole = cells.filter((cell) => !cell.startsWith("//"));
    for (const cell of whole)
      it(`has a cell on the page of ${room} that runs`, () => runAsFile(cell));
  }

  it("names only commands that there are", () => {
    const { scripts } = JSON.parse(fs.readFileSync(path.join(project, "package.json"), "utf8")) as {
      scripts: Record<string, string>;
    };
    const lines = blocks("sh").join("").split("\n");
    const named = lines
      .flatMap((line) => /^npm (?:run )?(?:-s )?([a-z]+)/.exec(line)?.[1] ?? [])
      .filter((name) => name !== "install");
    assert.ok(named.length >= 4);
    for (const name of named) assert.ok(name in scripts, `npm script "${name}"`);
    const commands = fs.readdirSync(path.join(project, "src", "cli", "commands"));
    for (const [, command] of readme.matchAll(/fewscope -- ([a-z]+)/g))
      assert.ok(commands.includes(`${command}.ts`), `command "${command}"`);
  });

  it("is short, and has a page for each room beside its code", () => {
    assert.ok(readme.split("\n").length <= 131, "README has more than 130 lines");
    const source = path.join(project, "src");
    for (const room of fs.readdirSync(source, { withFileTypes: true })) {
      if (!room.isDirectory()) continue;
      assert.ok(
        readme.includes(`(src/${room.name}/README.md)`),
        `README does not name ${room.name}`,
      );
    }
  });

  it("points only at files that there are, and so do the pages of the rooms", () => {
    const rooms = fs.readdirSync(path.join(project, "src")).map((room) => `src/${room}/README.md`);
    const pages = ["README.md", "notebooks/README.md", ...resultPages, ...rooms];
    for (const page of pages.filter((name) => name !== "src/index.ts/README.md")) {
      const text = fs.readFileSync(path.join(project, page), "utf8");
      for (const [, target] of text.matchAll(/\]\((?!https?:)([^)#]+)\)/g))
        assert.ok(
          fs.existsSync(path.join(project, path.dirname(page), target)),
          `${page}: ${target}`,
        );
    }
  });
});

describe("results", () => {
  const pages = resultPages.map((page) => [page, fs.readFileSync(path.join(project, page), "utf8")] as const); // prettier-ignore
  const cells = resultNames().flatMap((name) =>
    [...resultCells(name).values()].flatMap((line) => [...line.values()]),
  );

  for (const [page, text] of pages) {
    it(`are in the tables of ${page} as notebooks/results has them`, () => {
      assert.ok(text.includes("<!-- table "));
      const todo = "run `node --import tsx test/fixtures/resultTables.ts`";
      assert.equal(text, withTables(text), todo);
    });

    it(`are the only numbers with an interval in ${page}`, () => {
      const told = text.match(/\d+\.\d ± \d+\.\d/g) ?? [];
      assert.ok(told.length > 20);
      assert.deepEqual(told.filter((number) => !cells.includes(number)), []); // prettier-ignore
    });
  }

  it("name the command that measured them, and what it runs is there", () => {
    const { scripts } = JSON.parse(fs.readFileSync(path.join(project, "package.json"), "utf8")) as {
      scripts: Record<string, string>;
    };
    for (const name of resultNames()) {
      const { command, revision, records } = aboutResults(name);
      assert.ok(revision >= 1 && records !== "", name);
      const [, script] = /^npm (?:run -s )?(\w+)/.exec(command) ?? [];
      assert.ok(script === undefined ? command.startsWith("node ") : script in scripts, command);
      for (const [file] of command.matchAll(/(?:notebooks|test)\/\S+/g))
        assert.ok(fs.existsSync(path.join(project, file)), file);
    }
  });

  const kept = resultNames().filter((name) => fs.existsSync(path.join(project, "notebooks", "results", name, "results.csv"))); // prettier-ignore
  for (const name of kept) {
    it(`of ${name} are summed up from its trials, as the study does it`, () => {
      const folder = path.join(project, "notebooks", "results", name);
      const read = (file: string): string => fs.readFileSync(path.join(folder, file), "utf8");
      const [names, ...rows] = parse(read("results.csv"));
      const results = rows.map((row) => {
        const fields = names.map((field, i) => {
          const text = row[i];
          return [field, /^(?:dataset|method)$/.test(field) ? text : Number(text)] as const;
        });
        return Object.fromEntries(fields) as unknown as Parameters<typeof study.summarise>[0][number]; // prettier-ignore
      });
      const plan = JSON.parse(read("plan.json")) as { labelsPerClass: unknown[]; draws: number; methods: unknown[] }; // prettier-ignore
      assert.equal(results.length, plan.labelsPerClass.length * plan.draws * plan.methods.length);
      const now = JSON.parse(fs.readFileSync(path.join(project, "notebooks", "plans", `${name}.json`), "utf8")) as typeof plan; // prettier-ignore
      assert.deepEqual([plan.labelsPerClass, plan.draws], [now.labelsPerClass, now.draws]);
      const summary = study.summarise(results);
      const [, ...written] = parse(read("summary.csv"));
      assert.equal(written.length, summary.length);
      for (const [i, [method, labels, draws, mean, half]] of written.entries()) {
        const { mean: m, halfWidth, ...others } = summary[i];
        assert.deepEqual(others, { method, labelsPerClass: Number(labels), draws: Number(draws) });
        assert.ok(Math.abs(m - Number(mean)) < 1e-12 && Math.abs(halfWidth - Number(half)) < 1e-12);
      }
    });
  }

  it("are kept as trials of the demo at least", () => assert.ok(kept.includes("demo")));
});
