import type { Rng } from "../../core";
import { count } from "../instrument/marks";

/** Adds steps, straight or ragged, as no defect: heights in units of the pattern. */
export function addSteps(values: Float32Array, size: number, rng: Rng): void {
  const steps = rng.uniform() < 0.45 ? 0 : 1 + count(0.8, rng);
  for (let n = 0; n < steps; n++) {
    const angle = rng.between(0, 2 * Math.PI);
    const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
    const middle = rng.between(-0.45, 0.45) * size;
    const height = Math.exp(rng.between(Math.log(1.5), Math.log(12)));
    const width = rng.between(0.6, 2.2);
    const edge = ragged(2 * size, rng);
    const rim = rng.uniform() < 0.3 ? rng.between(-0.3, 0.3) * height : 0;
    for (let y = 0; y < size; y++)
      for (let x = 0; x < size; x++) {
        const [dx, dy] = [x - size / 2, y - size / 2];
        const along = Math.round(dy * cos - dx * sin) + size;
        const distance =
          dx * cos + dy * sin - middle - edge[Math.min(edge.length - 1, Math.max(0, along))];
        values[y * size + x] += (height / 2) * Math.tanh(distance / width);
        if (rim !== 0) values[y * size + x] += rim * Math.exp(-(distance * distance) / 6);
      }
  }
}

/** How far the edge of a step lies from a line: with waves, kinks, or neither. */
function ragged(length: number, rng: Rng): Float32Array {
  const edge = new Float32Array(length);
  const [wave, period, phase] = [rng.between(0, 6), rng.between(30, 150), rng.between(0, 6)];
  const kinks = rng.uniform() < 0.5 ? rng.between(0.01, 0.12) : 0;
  const depth = rng.between(2, 7);
  let at = 0;
  for (let i = 0; i < length; i++) {
    if (rng.uniform() < kinks) at += depth * (rng.uniform() < 0.5 - at / (8 * depth) ? 1 : -1);
    edge[i] = at + wave * Math.sin((2 * Math.PI * i) / period + phase);
  }
  return edge;
}

/** Adds a smooth pattern of long period, as layers that do not fit each other show it, as no defect. */
export function addSuperstructure(values: Float32Array, size: number, rng: Rng): void {
  if (rng.uniform() >= 0.15) return;
  const height = rng.between(0.3, 1.8);
  const turn = rng.between(0, Math.PI);
  const waves = [0, rng.uniform() < 0.5 ? Math.PI / 3 : Math.PI / 2].map((angle) => {
    const pace = (2 * Math.PI) / rng.between(12, 34);
    return { x: pace * Math.cos(turn + angle), y: pace * Math.sin(turn + angle), phase: rng.between(0, 6) }; // prettier-ignore
  });
  for (let y = 0; y < size; y++)
    for (let x = 0; x < size; x++)
      for (const wave of waves)
        values[y * size + x] += (height / 2) * Math.cos(wave.x * x + wave.y * y + wave.phase);
}

/** Adds what an instrument adds, as no defect: noise of several colours, offsets of rows, scars, spikes, hum and bow. */
export function addNoise(values: Float32Array, size: number, rng: Rng): void {
  const strength = rng.uniform() ** 2;
  const white = 0.03 + 0.9 * strength;
  const slow = rng.uniform() < 0.5 ? 0.9 * rng.uniform() ** 2 : 0;
  const keep = Math.exp(-1 / rng.between(1.5, 8));
  const fresh = slow * Math.sqrt(1 - keep * keep);
  const offset = rng.uniform() * 1.5 * rng.uniform();
  const hum = rng.uniform() < 0.25 ? rng.between(0, 0.6) : 0;
  const pace = rng.between(0.15, 1.2);
  const [tx, ty] = [rng.between(-0.1, 0.1), rng.between(-0.1, 0.1)];
  const bow = rng.between(-3, 3);
  let wander = slow * rng.normal();
  let phase = 0;
  for (let y = 0; y < size; y++) {
    const own = offset * rng.normal();
    for (let x = 0; x < size; x++) {
      wander = keep * wander + fresh * rng.normal();
      phase += pace;
      const [u, v] = [x / size - 0.5, y / size - 0.5];
      values[y * size + x] +=
        white * rng.normal() +
        wander +
        own +
        tx * x +
        ty * y +
        bow * (u * u + v * v) +
        hum * Math.sin(phase);
    }
    phase += pace * size;
  }
  const scars = rng.uniform() < 0.4 ? count(3, rng) : 0;
  for (let n = 0; n < scars; n++) {
    const length = Math.exp(0.8 * rng.normal()) * 13;
    const rows = Math.min(4, 1 + Math.floor(-Math.log2(1 - rng.uniform())));
    const height = (rng.uniform() < 0.7 ? 1 : -1) * Math.exp(rng.between(-0.5, 2.5));
    const [left, top] = [rng.integer(size), rng.integer(size)];
    for (let y = top; y < Math.min(size, top + rows); y++) {
      const from = Math.max(0, left - rng.integer(3));
      const to = Math.min(size, left + Math.ceil(length) + rng.integer(3));
      for (let x = from; x < to; x++) values[y * size + x] += height;
    }
  }
  const spikes = rng.uniform() < 0.25 ? count(4, rng) : 0;
  for (let n = 0; n < spikes; n++) {
    const at = rng.integer(size * size);
    const height = (rng.uniform() < 0.5 ? 1 : -1) * rng.between(2, 20);
    for (let k = 0; k <= rng.integer(3) && at + k < values.length; k++) values[at + k] += height;
  }
}
