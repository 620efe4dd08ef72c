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
import { label } from "./commands/label";
import { look } from "./commands/look";
import { newCommands } from "./commands/new";
import { patches } from "./commands/patches";
import { simulate } from "./commands/simulate";
import { study } from "./commands/study";
import { version } from "../study";

/** Every command, in the order in which help lists them. */
const commands = [
  demo,
  newCommands,
  study,
  figure,
  explain,
  datasets,
  look,
  convert,
  detect,
  detector,
  patches,
  label,
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
    // One hint is enough: ours names the nearest word.
    .showSuggestionAfterError(false)
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
    const asked = commandOf(program, process.argv.slice(2));
    if (error.code === "commander.help") console.error(asked.helpInformation());
    else
      console.error(`${error.message.replace(/^error: |\.$/g, "")}. ${hint(error.message, asked)}`);
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

/** The command that words name, as far down as they do. */
function commandOf(program: Command, words: readonly string[]): Command {
  const next = program.commands.find((command) => command.name() === words[0]);
  return next === undefined ? program : commandOf(next, words.slice(1));
}

/** One thing to do about a wrong word. */
function hint(message: string, asked: Command): string {
  const unknown = /unknown (?:command|option) '(.*?)'/.exec(message)?.[1];
  const options = asked.options.flatMap(({ long }) => long ?? []);
  const names = unknown?.startsWith("-")
    ? options
    : asked.commands.map((command) => command.name());
  const near = unknown === undefined ? undefined : nearestName(unknown, names);
  if (near !== undefined) return `Did you mean "${near}"?`;
  if (unknown?.startsWith("-")) return `Options: ${[...options, "--help"].join(", ")}.`;
  return asked.commands.length > 0
    ? `Commands: ${names.join(", ")}; --help says more.`
    : "--help says more.";
}

void main();
