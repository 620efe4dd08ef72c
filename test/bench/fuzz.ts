/**
 * Feeds every reader of instrument files damaged, cut and forged inputs, and stops at the first that makes it fail in
 * another way than by a sentence to the user, take over a second, or take more memory than four times the file and 64 MB.
 *
 *   node --import tsx test/bench/fuzz.ts [inputs a reader, default 20000] [seed, default 1] [reader]
 */
import { forge, forgeTargets, mostMilliseconds, tryInput } from "../formats/forge";

async function main(): Promise<void> {
  const [count = "20000", seed = "1", only] = process.argv.slice(2);
  console.log("reader".padEnd(20), "inputs", "refused", "slowest ms", "most MB", "seconds");
  for (const target of await forgeTargets()) {
    if (only !== undefined && target.name !== only) continue;
    let [refused, slowest, most, inputs] = [0, 0, 0, 0];
    const from = performance.now();
    const { patience = mostMilliseconds } = target;
    for (const input of forge(target.files, Number(count), Number(seed))) {
      let outcome = await tryInput(target, input);
      // Another program may have had the core: what is slow must be slow twice.
      if (outcome.milliseconds > patience) outcome = await tryInput(target, input);
      if (outcome.milliseconds > patience) {
        throw new Error(
          `${target.name} took ${outcome.milliseconds} ms for ${Buffer.from(input).toString("base64").slice(0, 20000)}`,
        );
      }
      inputs++;
      if (outcome.refused) refused++;
      slowest = Math.max(slowest, outcome.milliseconds);
      most = Math.max(most, outcome.bytes);
    }
    const seconds = (performance.now() - from) / 1000;
    console.log(
      target.name.padEnd(20),
      String(inputs).padStart(6),
      String(refused).padStart(7),
      slowest.toFixed(1).padStart(10),
      (most / 1e6).toFixed(1).padStart(7),
      seconds.toFixed(1).padStart(7),
    );
  }
  // What is freed before a reader returns shows only here.
  console.log(`peak of the process: ${(process.resourceUsage().maxRSS / 1000).toFixed(0)} MB`);
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
