import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type PixelFormat, type RgbaImage, type SampleOptions, sampleImage } from '@mnnquant/calibrate';
import { expect, it } from 'vitest';
import { describeWithMnn } from './environment.ts';
import { readNpz, writeNpz } from './npz.ts';
import { inFolder, pythonScript, runPython } from './oracle.ts';

const FORMATS: readonly PixelFormat[] = ['RGB', 'BGR', 'RGBA', 'BGRA', 'GRAY'];

/** Image and target sizes: up, down, odd, equal, to one pixel, wider than MNN's tile of 512. From one pixel MNN reads outside of the image. */
const SIZES: readonly (readonly [number, number, number, number])[] = [
  [500, 375, 224, 224],
  [640, 480, 320, 240],
  [32, 32, 32, 32],
  [32, 32, 64, 48],
  [31, 77, 112, 113],
  [333, 500, 227, 227],
  [40, 40, 32, 32],
  [17, 13, 1, 9],
  [17, 13, 9, 1],
  [700, 90, 1100, 20],
  [1300, 40, 1030, 37],
];

const CROPS: readonly (readonly [number, number])[] = [
  [1, 1],
  [0.875, 0.875],
  [0.5, 0.9],
];

const RANDOM_CASES = 80;

interface Case {
  readonly image: RgbaImage;
  readonly options: SampleOptions;
}

describeWithMnn('the sampler gives the bits of MNN', ({ python }) => {
  it('for every size, crop and format', () => {
    const cases = SIZES.flatMap(([width, height, toWidth, toHeight], i) =>
      CROPS.filter(([h, w]) => height * h >= 1 && width * w >= 1).map(
        ([centerCropHeight, centerCropWidth], k) => ({
          image: noiseImage(width, height, i + 1),
          options: {
            format: FORMATS[(i + k) % FORMATS.length],
            mean: [123.675, 116.28, 103.53, 7],
            normal: [0.0171247, 0.017507, 0.0174292, 0.5],
            width: toWidth,
            height: toHeight,
            centerCropHeight,
            centerCropWidth,
          },
        }),
      ),
    );
    expectEqual(python, cases);
  });

  it('for random sizes and crops', () => {
    const random = createRandom(7);
    expectEqual(
      python,
      Array.from({ length: RANDOM_CASES }, (_, i) => randomCase(random, i + 1)),
    );
  });
});

function expectEqual(python: string, cases: readonly Case[]): void {
  const expected = sampleWithMnn(python, cases);
  for (const [i, { image, options }] of cases.entries()) {
    const actual = sampleImage(image, options, 'NHWC');
    const title = `${image.width}x${image.height} to ${JSON.stringify(options)}`;
    expect(differences(actual, expected[i]), title).toBe(0);
  }
}

/** Sizes up to 200 by 150 to targets up to 100 by 100; at least two pixels remain after the crop. */
function randomCase(random: () => number, seed: number): Case {
  const whole = (from: number, to: number): number => from + Math.floor(random() * (to - from + 1));
  const [width, height] = [whole(2, 200), whole(2, 150)];
  const crop = (size: number): number =>
    random() < 0.5 ? 1 : Math.min(1, (2.01 + random() * (size - 2)) / size);
  return {
    image: noiseImage(width, height, seed),
    options: {
      format: FORMATS[seed % FORMATS.length],
      mean: Array.from({ length: 4 }, () => random() * 255),
      normal: Array.from({ length: 4 }, () => random() / 50),
      width: whole(1, 100),
      height: whole(1, 100),
      centerCropHeight: crop(height),
      centerCropWidth: crop(width),
    },
  };
}

/** Numbers from 0 to below 1, the same on every machine. */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

function differences(a: Float32Array, b: Float32Array): number {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY;
  return a.reduce((count, value, i) => count + Number(!Object.is(value, b[i])), 0);
}

function sampleWithMnn(python: string, cases: readonly Case[]): Float32Array[] {
  return inFolder((folder) => {
    const path = (name: string): string => join(folder, name);
    writeNpz(
      path('in.npz'),
      new Map(
        cases.map(({ image }, i) => [
          `image${i}`,
          { shape: [image.height, image.width, 4], data: image.data },
        ]),
      ),
    );
    const described = cases.map(({ options: { centerCropHeight, centerCropWidth, ...rest } }, i) => ({
      ...rest,
      image: `image${i}`,
      cropHeight: centerCropHeight,
      cropWidth: centerCropWidth,
    }));
    writeFileSync(path('cases.json'), JSON.stringify(described));
    runPython(python, [pythonScript('sample.py'), path('cases.json'), path('in.npz'), path('out.npz')]);
    const results = readNpz(path('out.npz'));
    return cases.map((_, i) => results.get(`${i}`)!.data as Float32Array);
  });
}

function noiseImage(width: number, height: number, seed: number): RgbaImage {
  const random = createRandom(seed);
  const data = Uint8Array.from({ length: width * height * 4 }, () => random() * 256);
  return { data, width, height };
}
