import * as fs from "node:fs";
import * as path from "node:path";
import { Option, type Command } from "commander";
import { defined, InputError, writeFileAtomically } from "../../core";
import { proposePlan, readPlan } from "../../study";
import { showProgress } from "../showProgress";
import { examples } from "../examples";
import { interruptible } from "../interrupt";
import { printOutcome, runWithProgress } from "./study";

/** The words of the command line. */
interface NewStudyWords {
  readonly out?: string;
  readonly labels?: string;
  readonly groupColumn?: string;
  readonly group?: string;
  readonly quick?: boolean;
  readonly run?: string | true;
  readonly overwrite?: boolean;
}

/** Adds `new study FOLDER`: a plan with comments for somebody's images. */
export function newCommands(program: Command): void {
  const group = program.command("new").description("write what you would else write by hand");
  group
    .command("study")
    .description("look at your images and write a plan for them; with --run, run it too")
    .argument("<images>", "folder or zip archive of images, or an image set (.npz)")
    .option("--out <file>", "the plan (default: the folder's name with .study.json)")
    .option("--labels <table>", "table or export of labels")
    .option("--group-column <name>", "column of the table that says what belongs together")
    .option("--group <pattern>", "rule on names, the first bracket is the group; or none")
    .option("--quick", "very short trainings, to see that all goes through")
    .option("--run [folder]", "run the plan as well")
    .addOption(new Option("--overwrite", "write over a plan that is there"))
    .addHelpText(
      "after",
      examples(
        "new study images                                a plan for a folder with a folder for each class",
        "new study images --run runs/mine                the same, and run it",
        "new study images --labels labels.csv            labels from a table, or from Label Studio, COCO, torchvision",
        `new study images --group "(.*)_\\d+$"            images of one scan stay together`,
      ),
    )
    .action(writeStudy);
}

async function writeStudy(images: string, words: NewStudyWords): Promise<void> {
  const { labels, groupColumn, group, quick, run, overwrite } = words;
  const name = path.basename(path.resolve(images)).replace(/\.(zip|npz)$/i, "");
  const file = words.out ?? `${name}.study.json`;
  const display = showProgress();
  const options = {
    beside: path.dirname(path.resolve(file)),
    ...defined({ labels, groupColumn, group, quick }),
  };
  const { text, told } = await interruptible((signal) =>
    proposePlan(images, options, { report: display.report, signal }),
  ).finally(() => display.end());
  writeOnce(file, text, overwrite === true);
  for (const line of told) console.log(line);
  console.log(`Plan: ${file}`);
  const out = typeof run === "string" ? run : path.join("runs", name);
  const again = `study ${file} --out ${out}`;
  if (run === undefined) {
    console.log(`Read it, then: fewscope ${again}`);
    return;
  }
  printOutcome(await runWithProgress(readPlan(file), { out }, again));
}

/** The same command again finds the plan that it wrote, and goes on with it. */
function writeOnce(file: string, text: string, overwrite: boolean): void {
  if (fs.existsSync(file) && !overwrite && fs.readFileSync(file, "utf8") !== text) {
    throw new InputError({
      got: `the plan "${file}", which is there already and says something else`,
      expected: "a name that is free",
      todo: `Run it with \`fewscope study ${file} --out runs/mine\`, name another file with --out, or use --overwrite.`,
    });
  }
  writeFileAtomically(file, text);
}
