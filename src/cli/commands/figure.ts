import type { Command } from "commander";
import { redraw } from "../../study";
import { printOutcome } from "./study";
import { examples } from "../examples";

/** Adds `figure DIR`: table and figure again from a study's records. */
export function figure(program: Command): void {
  program
    .command("figure")
    .description("draw a finished study again from its records")
    .addHelpText("after", examples("figure runs/mine"))
    .argument("<folder>", "output folder of a study")
    .action(async (folder: string) => {
      printOutcome(await redraw(folder));
    });
}
