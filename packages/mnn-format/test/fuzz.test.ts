import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  decodeConvolutionWeights,
  inlineExternalWeights,
  MnnFormatError,
  readModel,
  writeModel,
} from '../src/index.ts';
import { randomNet } from './models.ts';
import { secondsSince } from './processor-time.ts';

/** Fixed seeds: the same files every time. */
const SEEDS = [1, 2, 3, 4];
const MODELS_PER_SEED = 40;
const MUTANTS_PER_MODEL = 40;

/** 32-bit numbers that are likely to break a check. */
const EXTREMES = [
  0, 1, 3, 4, 7, 0x7f, 0xff, 0x7fff, 0xffff, 0x10000, 0x7fffffff, 0x80000000, 0xfffffffc, 0xffffffff,
];

/** mulberry32, a public-domain generator of 32-bit numbers. */
function randomNumbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

function mutate(original: Uint8Array, random: (below: number) => number): Uint8Array {
  const bytes = original.slice();
  const view = new DataView(bytes.buffer);
  const at = () => random(bytes.length);
  switch (random(5)) {
    case 0:
      return bytes.slice(0, at());
    case 1:
      bytes[at()]! ^= 1 << random(8);
      return bytes;
    case 2:
      for (let i = 0; i < 10; i++) bytes[at()] = random(256);
      return bytes;
    case 3:
      view.setUint32(random(bytes.length - 3), EXTREMES[random(EXTREMES.length)]!, true);
      return bytes;
    default: {
      const from = at();
      bytes.copyWithin(at(), from, from + random(64));
      return bytes;
    }
  }
}

/** Whatever a caller does with a file: it succeeds or throws an MnnFormatError. */
function exercise(bytes: Uint8Array): boolean {
  try {
    const { net } = readModel(bytes, { fileName: 'mutant.mnn' });
    writeModel(net);
    for (const op of net.oplists ?? []) {
      if (op.main?.type === 'Convolution2D') decodeConvolutionWeights(op.main.value, op.name ?? '');
    }
    inlineExternalWeights(net, new Uint8Array(64));
    return true;
  } catch (error) {
    if (error instanceof MnnFormatError) return false;
    throw error;
  }
}

test.each(SEEDS)('mutated files, seed %i', (seed) => {
  const random = randomNumbers(seed);
  const members = ['Convolution2D', 'Blob', 'LoopParam', 'Plugin', 'FusedLinearParam'];
  const models = fc.sample(fc.gen(), { seed, numRuns: MODELS_PER_SEED });
  let refused = 0;
  /** Seconds. */
  let slowest = 0;
  models.forEach((generate, i) => {
    const bytes = writeModel(randomNet(generate, members[i % members.length]));
    for (let mutant = 0; mutant < MUTANTS_PER_MODEL; mutant++) {
      const started = process.cpuUsage();
      if (!exercise(mutate(bytes, random))) refused++;
      slowest = Math.max(slowest, secondsSince(started));
    }
  });
  expect(refused).toBeGreaterThan(MODELS_PER_SEED);
  expect(slowest).toBeLessThan(2);
});

test('random bytes', () => {
  const random = randomNumbers(9);
  for (let i = 0; i < 3000; i++) {
    const bytes = Uint8Array.from({ length: random(300) }, () => (random(3) === 0 ? random(256) : random(8)));
    exercise(bytes);
  }
});
