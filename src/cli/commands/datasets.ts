import type { Command } from "commander";
import { list, load } from "../../catalog";
import { examples } from "../examples";
import { interruptible } from "../interrupt";
import { showProgress } from "../showProgress";

/** Adds `datasets`: the named sets, and fetching one. */
export function datasets(program: Command): void {
  program
    .command("datasets")
    .description("list the named data sets, or fetch one")
    .addHelpText("after", examples("datasets", "datasets cifar10"))
    .argument("[name]", "set to fetch into the cache")
    .action(async (name?: string) => {
      if (name === undefined) printList();
      else await fetchSet(name);
    });
}

function printList(): void {
  const entries = list();
  const width = Math.max(...entries.map((entry) => entry.name.length));
  for (const { name, cached, card } of entries)
    console.log(`${name.padEnd(width)}  ${cached ? "here" : "    "}  ${card.title}`);
}

async function fetchSet(name: string): Promise<void> {
  const display = showProgress();
  try {
    const set = await interruptible((signal) =>
      load(name, { on: { report: display.report, signal } }),
    );
    const [height, width, channels] = set.shape;
    display.end();
    console.log(
      `${name}: ${set.ids.length} images of ${width} x ${height} x ${channels}, classes ${set.classNames.join(", ")}`,
    );
  } finally {
    display.end();
  }
}
