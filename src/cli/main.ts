#!/usr/bin/env node
import { Command, CommanderError } from "commander";
import { InputError, nearestName, StoppedError } from "../core";
import { bench } from "./commands/bench";
import { convert } from "./commands/convert";
import { datasets } from "./commands/datasets";
import { demo } from "./commands/demo";
import { detect } from "./commands/detect";
import { detector } from "./commands/detector";
import { doctor } from "./commands/doctor";
import { explain } from "./commands/explain";
import { figure } from "./commands/figure";
import { kernel } from "./commands/kernel";
import { look } from "./commands/look";
import { patches } from "./commands/patches";
import { simulate } from "./commands/simulate";
import { study } from "./commands/study";
import { version } from "../study";

/** Every command, in the order in which help lists them. */
const commands = [
  demo,
  study,
  figure,
  explain,
  datasets,
  look,
  convert,
  detect,
  detector,
  patches,
  simulate,
  kernel,
  doctor,
  bench,
];

async function main(): Promise<void> {
  const program = new Command("fewscope")
    .description("How many labels do I need, and which technique saves most of them?")
    .version(version)
    // What stands behind the name of a command belongs to the command, all the way down.
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({ writeErr: () => undefined });
  for (const add of commands) add(program);
  try {
    await program.parseAsync();
  } catch (error) {
    process.exitCode = failureCode(error, program);
  }
}

/** Prints what went wrong and gives the exit code: 1 for a user's mistake, 130 for a stop, 70 for a fault of ours. */
function failureCode(error: unknown, program: Command): number {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return 0;
    const group = program.commands.find((command) => command.name() === process.argv[2]);
    const asked = group === undefined || group.commands.length === 0 ? program : group;
    const names = asked.commands.map((command) => command.name());
    const unknown = /unknown command '(.*?)'/.exec(error.message)?.[1];
    const near = unknown === undefined ? undefined : nearestName(unknown, names);
    if (error.code === "commander.help") console.error(asked.helpInformation());
    else
      console.error(
        `${error.message.replace(/^error: /, "")}. ${near === undefined ? `Commands: ${names.join(", ")}; --help says more.` : `Did you mean "${near}"?`}`,
      );
    return 1;
  }
  if (error instanceof InputError) {
    console.error(error.message);
    return 1;
  }
  if (error instanceof StoppedError) {
    console.error(error.message);
    return 130;
  }
  console.error(error);
  return 70;
}

void main();
