/**
 * Time per image of each self-supervised training against SimCLR's, in turns in one run:
 *
 *   node --import tsx test/bench/pretraining.ts [--threads 2] [--rounds 3]
 *
 * ResNet of depth 8 and width 8, 32 x 32 pixels, one channel, batches of 128, grey views for all; 768 images an epoch. Methods
 * with a second network are marked. Each number is the median of the rounds.
 */
import * as os from "node:os";
import { augment, core, pretrain, simulate } from "../../src";

const word = (name: string, usual: number): number => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? usual : Number(process.argv[at + 1]);
};

const options = {
  epochs: 2,
  batchSize: 128,
  encoder: { resnet: { depth: 8, width: 8 } },
  views: augment.grey.views(),
} as const;

const methods: Readonly<Record<string, core.Pretrain>> = {
  SimCLR: pretrain.simclr(options),
  "MoCo v2 (two networks)": pretrain.moco(options),
  "BYOL (two networks)": pretrain.byol(options),
  SimSiam: pretrain.simSiam(options),
  "Barlow Twins": pretrain.barlowTwins(options),
  VICReg: pretrain.vicreg(options),
  "DINO (two networks)": pretrain.dino(options),
  rotation: pretrain.rotation(options),
  "denoising autoencoder": pretrain.denoisingAutoencoder(options),
};

async function main(): Promise<void> {
  core.configureBackend({ threads: word("threads", 2) });
  const rounds = word("rounds", 3);
  const set = simulate.images({ trainScans: 24, testScans: 0 });
  const images = core.hideLabels(core.subset(set, [...Array(768).keys()]));
  const times = new Map<string, number[]>();
  for (let round = 0; round <= rounds; round++) {
    for (const [name, method] of Object.entries(methods)) {
      const from = performance.now();
      const encoder = await method(images, core.createRng(1));
      const perImage = (performance.now() - from) / (options.epochs * images.ids.length);
      encoder.dispose();
      // The first round warms up.
      if (round > 0) times.set(name, [...(times.get(name) ?? []), perImage]);
    }
  }
  const median = (name: string): number =>
    [...(times.get(name) ?? [])].sort((a, b) => a - b)[rounds >> 1];
  const cores = os.cpus();
  console.log(`Node ${process.version}, ${cores.length} x ${cores[0].model}`);
  for (const name of Object.keys(methods)) {
    const ratio = median(name) / median("SimCLR");
    console.log(`${name.padEnd(24)} ${median(name).toFixed(2)} ms an image, ${ratio.toFixed(2)} of SimCLR`); // prettier-ignore
  }
}

void main();
