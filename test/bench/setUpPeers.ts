/*
 * Sets up what fewscope's speed is held against, in an environment of Python's own in the cache: `npm run bench -- peers`.
 */
import { installPeers, peerVersions } from "./speed/peersEnvironment";

async function main(): Promise<void> {
  try {
    const python = await installPeers();
    const versions = Array.from(peerVersions(python), ([name, version]) => `${name} ${version}`);
    console.log(`The peers are set up: ${versions.join(", ")} (${python}).`);
  } catch (error) {
    if (!(error instanceof Error) || error.name !== "Problem") throw error;
    console.error(error.message);
    process.exitCode = 1;
  }
}

void main();
