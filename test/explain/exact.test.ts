import assert from "node:assert/strict";
import { createRng, imageSet, InputError, tf, valuesOf, type ImageSet } from "../../src/core";
import {
  cellsToPixels,
  cosineHead,
  evidence,
  explained,
  gradients,
  inputTimesGradient,
  integratedGradients,
  layerMap,
  likeness,
  linearHead,
  occlusion,
  prototypeHead,
  readHead,
  scoreImages,
  scoresOf,
  smoothGradients,
  targetShares,
  targetScores,
  type Head,
} from "../../src/explain";
import { prototypes, logisticRegression, nearestNeighbours } from "../../src/classify";
import { buildNetwork, embedImages, encoderFrom, setInputStatistics } from "../../src/nets";
import { stripes } from "../study/fixtures";
import { vectorImage, vectorNet } from "./vectorNet";

function close(got: ArrayLike<number>, expected: readonly number[], tolerance = 1e-4): void {
  assert.equal(got.length, expected.length);
  expected.forEach((value, i) => assert.ok(Math.abs(got[i] - value) < tolerance, `${i}: ${got[i]} for ${value}`)); // prettier-ignore
}
const sum = (values: ArrayLike<number>): number => Array.from(values).reduce((a, b) => a + b, 0);
/** Class 1's own score: against the other with its bias alone would be another. */
const one = { for: 1, against: 0 } as const;
/** Class 1 alone, as the vectors have it. */
function alone(): ReturnType<typeof vectorNet> {
  const net = vectorNet();
  return { ...net, head: linearHead({ weights: [0, 0, -0.5, 2], bias: [0, -0.1] }) };
}

const hiRes = [-0.01889, 0.00046, 0.06042, -0.01195, -0.00662, 0.07169, -0.01443, 0.00933, 0.02903, 0.05074, -0.00386, 0.04168, 0.01685, -0.00821, 0.04795, 0.01347]; // prettier-ignore

describe("explain, on the network whose values PyTorch and captum gave", () => {
  it("gives the scores", () => {
    const { maps, head } = vectorNet();
    const features = valuesOf(() => maps.from(maps.upTo(tf.tensor4d(vectorImage.pixels.read([0]), [1, 4, 4, 1]), 1), 1)); // prettier-ignore
    close(features, [0.16131, 0.17916]);
    close(scoresOf(head, features), [0.19257, 0.177658]);
  });

  it("gives the gradient and what it makes with the input", () => {
    const expected = [-0.07174, -0.08933, -0.00529, -0.00595, -0.03581, 0.10782, 0.04563, -0.0674, 0.02499, 0.03564, -0.12456, -0.02184, 0.02656, -0.01083, 0.03865, 0.09837]; // prettier-ignore
    close(gradients(alone(), vectorImage, one), expected);
    close([sum(inputTimesGradient(alone(), vectorImage, one))], [0.152252]);
    const rng = createRng(1);
    close(smoothGradients(alone(), vectorImage, one, { noise: 0, copies: 2, rng }), expected);
  });

  it("gives integrated gradients that add up to the score's change", () => {
    // With kinks no rule is exact: of the published values, which took 300 points, 2048 are nowhere further than 1e-4.
    const zero = { baseline: new Float32Array(16), points: 2048, most: 2048 };
    const found = integratedGradients(alone(), vectorImage, one, zero);
    const expected = [-0.03798, 0.06118, -0.029, 0.00151, -0.0081, -0.00675, 0.01063, 0.01137, 0.00212, 0.03181, 0.01561, 0.01146, 0.02561, -0.01604, 0.01798, -0.01927]; // prettier-ignore
    close(found.values, expected);
    close([sum(found.values)], [0.0721495]);
    assert.ok(found.incomplete[0] < 1e-3, `${found.incomplete[0]}`);
    assert.equal(found.warning, undefined);
    // The lower median of the pixels is the baseline where none is given.
    const median = integratedGradients(alone(), vectorImage, one, { points: 64 });
    const score = scoreImages(alone(), [4, 4, 1]);
    const ends = score(Float32Array.of(...vectorImage.pixels.read([0]), ...new Float32Array(16).fill(-0.2794155)), [one, one]); // prettier-ignore
    close([ends[0] - ends[1]], [0.0967442]);
    assert.ok(Math.abs(sum(median.values) / 0.0967442 - 1) < 0.02);
  });

  it("weights the points of the way by one in all, unlike the rule that gives 5.88 for 6", () => {
    // A linear score, the sum of the pixels twice over, from 0 to 3: exact with any number of points.
    const linear = {
      maps: {
        stages: [{ name: "only", stride: 1, offset: 0, field: 1 }],
        averaged: true,
        upTo: (x: never) => x,
        from: (x: { mean(axes: number[]): never }) => x.mean([1, 2]),
      },
      head: linearHead({ weights: [0, 8], bias: [0, 0] }),
    };
    const image = imageSet({
      name: "x",
      pixels: Float32Array.of(0.5, 1, 0.5, 1),
      shape: [2, 2, 1],
    });
    for (const points of [10, 50]) {
      const found = integratedGradients(linear, image, one, { points, baseline: new Float32Array(4) }); // prettier-ignore
      close([sum(found.values)], [6], 1e-5);
    }
  });

  it("says where points are too few", () => {
    const found = integratedGradients(alone(), vectorImage, one, {
      baseline: new Float32Array(16),
      points: 1,
      most: 1,
    });
    assert.match(found.warning ?? "", /miss more than 2 %/);
  });

  it("makes input times gradient, integrated gradients and the score one without biases", () => {
    const net = vectorNet({ biases: false });
    const plain = { ...net, head: linearHead({ weights: [0, 0, -0.5, 2], bias: [0, 0] }) };
    close([sum(inputTimesGradient(plain, vectorImage, one))], [0.1908197], 1e-5);
    const zero = { baseline: new Float32Array(16), points: 8 };
    const found = integratedGradients(plain, vectorImage, one, zero);
    close(found.values, [...inputTimesGradient(plain, vectorImage, one)], 1e-5);
  });

  it("gives the maps of both stages", () => {
    const of = (
      kind: "gradCam" | "hiResCam" | "layerCam" | "xGradCam",
      stage: number,
    ): Float64Array => layerMap(alone(), vectorImage, one, { kind, stage })[0].values;
    close(of("hiResCam", -1), hiRes);
    close(of("gradCam", -1), hiRes);
    close([of("hiResCam", -1), of("layerCam", -1)].map(sum), [0.2776576, 0.3583112]);
    const early = [of("gradCam", 0), of("hiResCam", 0), of("layerCam", 0)].map(sum);
    close(early, [-0.0559391, 0.1057826, 0.2011638]);
    // Weights of the channels: sum(g A) / sum(A).
    const { maps } = vectorNet();
    const a = valuesOf(() => maps.upTo(tf.tensor4d(vectorImage.pixels.read([0]), [1, 4, 4, 1]), 0));
    const weighted = Array.from(
      { length: 16 },
      (_, u) => 0.0057 * a[2 * u] + 0.10892 * a[2 * u + 1],
    );
    close(of("xGradCam", 0), weighted);
  });

  it("gives the exact evidence: the last map's, with the bias as rest", () => {
    const [found] = evidence(alone(), vectorImage, one);
    close(found.map.values, hiRes);
    close([found.rest, found.score], [-0.1, 0.177658]);
  });

  it("gives the contrast of two prototypes, and a cosine, as sums over cells", () => {
    const { maps } = vectorNet();
    const points = [0.6, 0.1, 0.2, 0.9];
    const [squared] = evidence({ maps, head: prototypeHead(points, 2) }, vectorImage, one);
    close([sum(squared.map.values), squared.rest, squared.score], [0.1576033, -0.48, -0.3223967], 1e-5); // prettier-ignore
    const head = cosineHead([0, 0, 0.2, 0.9], 2);
    const [cosine] = evidence({ maps, head }, vectorImage, one);
    close([cosine.score, sum(cosine.map.values)], [0.8706113, 0.8706113], 1e-5);
  });

  it("gives occlusion with zeros", () => {
    const score = scoreImages(alone(), [4, 4, 1]);
    const fill = (image: Float32Array, hole: Uint8Array): Float32Array => image.map((v, i) => (hole[i] === 0 ? v : 0)); // prettier-ignore
    const image = vectorImage.pixels.read([0]);
    const coarse = occlusion(score, image, [4, 4, 1], one, { window: 2, stride: 2, fill }).values;
    close([coarse[0], coarse[2], coarse[8], coarse[10]], [-0.015, -0.01616, 0.01438, -0.06972]);
    const fine = occlusion(score, image, [4, 4, 1], one, { window: 2, stride: 1, fill }).values;
    close([fine[5]], [-0.00909]);
  });
});

describe("explain/cellsToPixels", () => {
  const values = Float64Array.from(hiRes);
  const map = { rows: 4, columns: 4, values, stride: 2, offset: 0.5 };
  it("interpolates between the places where cells lie", () => {
    const row = (offset: number): Float64Array => cellsToPixels({ ...map, offset }, [8, 8]).subarray(0, 8); // prettier-ignore
    close(row(0.5), [-0.01889, -0.01405, -0.00438, 0.01545, 0.04543, 0.04232, 0.00614, -0.01195]);
    close(row(0), [-0.01889, -0.00922, 0.00046, 0.03044, 0.06042, 0.02424, -0.01195, -0.01195]);
  });

  it("puts a lone blob where it lies, and moves with it, where a plain resize is off by pixels", () => {
    // All weights of the head alike, so that the map shows how much each cell is excited; one network's kernels lean to a side, many do not.
    const head = linearHead({
      weights: [...new Float32Array(32), ...new Float32Array(32).fill(1)],
      bias: [0, 0],
    });
    const offs: number[] = [];
    const resized: number[] = [];
    for (let seed = 1; seed <= 8; seed++) {
      const network = buildNetwork(
        { resnet: { depth: 8, width: 8 } },
        [48, 48, 1],
        createRng(seed),
      );
      const encoder = encoderFrom(network);
      for (const at of [18, 19, 20, 21]) {
        const blob = Float32Array.from(
          { length: 48 * 48 },
          (_, i) => 3 * Math.exp(-(((i % 48) - at) ** 2 + (Math.floor(i / 48) - 24) ** 2) / 4),
        );
        const pixels = Float32Array.from([...blob, ...new Float32Array(48 * 48)]);
        const pair = imageSet({ name: "blob", pixels, shape: [48, 48, 1] });
        const [seen, flat] = evidence(explained(encoder, head), pair, one);
        const values = seen.map.values.map((v, u) => Math.abs(v - flat.map.values[u]));
        const mean = (offset: number): number => {
          const drawn = cellsToPixels({ ...seen.map, values, offset }, [48, 48]);
          return sum(drawn.map((v, i) => v * (i % 48))) / sum(drawn);
        };
        offs.push(mean(seen.map.offset) - at);
        resized.push(mean((seen.map.stride - 1) / 2) - at);
      }
      encoder.dispose();
    }
    const average = (list: number[]): number => sum(list) / list.length;
    assert.ok(Math.abs(average(offs)) < 0.5, offs.join(" "));
    assert.ok(average(resized) > 1, resized.join(" "));
  });
});

describe("explain/evidence, on a network of the library", () => {
  const images: ImageSet = stripes({ perClass: 8, size: 16, noise: 0.6 });

  it("adds up to the score for linear, prototype and cosine heads, and to the cosine of a pair", async () => {
    const network = buildNetwork({ resnet: { depth: 8, width: 4 } }, images.shape, createRng(1));
    setInputStatistics(network, images);
    const encoder = encoderFrom(network);
    const features = await embedImages(encoder, images);
    const rng = createRng(2);
    const draw = (n: number): Float64Array => Float64Array.from({ length: n }, () => rng.normal());
    const heads: Head[] = [
      linearHead({ weights: draw(48), bias: draw(3), mean: draw(16), spread: draw(16).map((v) => Math.abs(v) + 0.3) }), // prettier-ignore
      prototypeHead(draw(48), 3),
      cosineHead(draw(48), 3, { scale: 10 }),
      cosineHead(draw(48), 3, { scale: 10, centre: draw(16) }),
    ];
    for (const head of heads) {
      for (const target of [{ for: 2, against: 0 }, { for: 1 }]) {
        const found = evidence(explained(encoder, head), images, target);
        const scores = targetScores(scoresOf(head, features), target, 3);
        found.forEach(({ map, rest, score }, i) => {
          assert.ok(Math.abs(sum(map.values) + rest - score) < 1e-9);
          assert.ok(Math.abs(score - scores[i]) < 1e-5 * Math.max(1, Math.abs(scores[i])), `${score} ${scores[i]}`); // prettier-ignore
        });
        // Against itself nothing is left.
        const nothing = evidence(explained(encoder, head), images, target, { clean: images });
        assert.ok(
          nothing.every(({ score, map }) => score === 0 && map.values.every((v) => v === 0)),
        );
      }
    }
    const alike = likeness(explained(encoder, heads[0]), images, [0, 5]);
    close([sum(alike.first.values), sum(alike.second.values)], [alike.cosine, alike.cosine], 1e-9);
    encoder.dispose();
  });

  it("refuses a network that flattens its map, and classes that are not there", () => {
    const network = buildNetwork({ conv4: { width: 2 } }, images.shape, createRng(1));
    const encoder = encoderFrom(network);
    const head = linearHead({ weights: new Float64Array(6), bias: [0, 0, 0] });
    assert.throws(() => evidence(explained(encoder, head), images, { for: 1 }), InputError);
    encoder.dispose();
    assert.throws(() => targetShares({ for: 3 }, 3), InputError);
    assert.throws(() => targetShares({ for: 1, against: 1 }, 3), InputError);
  });
});

describe("explain/readHead", () => {
  const rng = createRng(6);
  const [n, dim] = [30, 5];
  const features = Float32Array.from({ length: n * dim }, (_, at) => rng.normal() + (at % dim === 0 ? 2 * (Math.floor(at / dim) % 3) : 0)); // prettier-ignore
  const labels = Int32Array.from({ length: n }, (_, i) => i % 3);
  const rows = { features, labels, dim, classNames: ["a", "b", "c"] };

  it("reads logistic regression and prototypes to where 32 bits end", async () => {
    for (const classify of [logisticRegression(), prototypes()]) {
      if (classify.fit === undefined) throw new Error("no fit");
      const { head, residual } = readHead(await classify.fit(rows, createRng(1)), features, { dim, classes: 3 }); // prettier-ignore
      assert.ok(residual < 5e-3, `${residual}`);
      assert.equal(head.classes, 3);
    }
  });

  it("refuses a head that is no plane", async () => {
    const predict = await nearestNeighbours({ k: 3 }).fit?.(rows, createRng(1));
    if (predict === undefined) throw new Error("no fit");
    assert.throws(() => readHead(predict, features, { dim, classes: 3 }), InputError);
  });
});
