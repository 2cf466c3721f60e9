import { createTable, MNN_DATA_FORMAT, type MnnModel, type Net, type Op, OpType } from '@mnnquant/mnn-format';
import { type CpuBackend, createCpuBackend } from '@mnnquant/tensor-cpu/node';
import { beforeAll, describe, expect, it } from 'vitest';
import { Judge } from '../../src/auto/judge.ts';
import { UsageError } from '../../src/errors.ts';
import { openSamples } from '../../src/job/run.ts';
import { op, smallNet } from '../scratch.ts';
import { preparedJob } from './made-up.ts';

let backend: CpuBackend;
beforeAll(async () => {
  backend = await createCpuBackend();
});

/** Two scores for each pixel, the same for all, and the place of the larger one. */
function netWithPlaces(scores: readonly [number, number], outputName: string[]): Net {
  const net = smallNet();
  const [image, first, second] = net.oplists!;
  if (second?.main?.type !== 'Convolution2D') throw new Error('expected a convolution');
  const { weight } = second.main.value;
  const value = {
    ...second.main.value,
    weight: new Float32Array(weight!.length),
    bias: Float32Array.from(scores),
  };
  const plain = (name: string, type: number, from: number, main: Op['main']): Op =>
    createTable('Op', {
      name,
      type,
      inputIndexes: Int32Array.of(from),
      outputIndexes: Int32Array.of(from + 1),
      main,
      defaultDimentionFormat: MNN_DATA_FORMAT.NCHW,
    });
  const info = createTable('TensorConvertInfo', {
    source: MNN_DATA_FORMAT.NC4HW4,
    dest: MNN_DATA_FORMAT.NCHW,
  });
  const place = createTable('ArgMax', { axis: 1 });
  return {
    ...net,
    oplists: [
      image!,
      first!,
      { ...second, main: { type: 'Convolution2D', value } },
      plain('scores', OpType.ConvertTensor, 2, { type: 'TensorConvertInfo', value: info }),
      plain('place', OpType.ArgMax, 3, { type: 'ArgMax', value: place }),
    ],
    tensorName: [...net.tensorName!, 'scores', 'place'],
    outputName,
  };
}

/** The verdict on a network whose scores are so little different that the places of all of them change. */
async function verdictOnSwapped(...outputName: string[]) {
  return verdictOn([1, 1.01], outputName);
}

async function verdictOn(scores: readonly [number, number], outputName: string[]) {
  // What is skipped may hold what cannot be rounded.
  const config = { width: 8, height: 6, skip_quant_op_names: ['conv2'] };
  const job = await preparedJob(config, netWithPlaces(scores, outputName));
  const options = { backend, memoryBytes: 2 ** 26, warn: () => {} };
  const samples = await openSamples(job, options);
  const swapped = await preparedJob(config, netWithPlaces([1.01, 1], outputName));
  const written: MnnModel = swapped.inference.folded.model;
  return new Judge(job, samples, options).judge(written);
}

describe('outputs of whole numbers', () => {
  // cos = 2 * 1.01 / (1 + 1.01²)
  const ofScores = 1 - (2 * 1.01) / (1 + 1.01 ** 2);

  it('do not count beside others', async () => {
    const { error, typical, outputs, logErrors } = await verdictOnSwapped('scores', 'place');
    expect(outputs.map(({ name }) => name)).toEqual(['scores', 'place']);
    expect(error).toBeCloseTo(ofScores, 6);
    expect(typical).toBeCloseTo(ofScores, 6);
    expect(logErrors).toHaveLength(3);
  });

  it('count where there is nothing else', async () => {
    const { error, typical, outputs, logErrors } = await verdictOnSwapped('place');
    expect(outputs.map(({ name }) => name)).toEqual(['place']);
    // All ones and all zeros.
    expect(error).toBe(1);
    expect(typical).toBeCloseTo(1, 6);
    expect(logErrors).toHaveLength(3);
  });
});

describe('an output of the float network that is not finite', () => {
  it('ends a search with the name of the sample', async () => {
    await expect(verdictOn([1, Number.NaN], ['scores'])).rejects.toThrow(
      /^AUTO: .*\.bmp cannot judge: the float network's output scores has values that are NaN or infinite/,
    );
  });

  it('does no harm on the way to one', async () => {
    const { outputs } = await verdictOn([1, Number.NaN], ['place']);
    expect(outputs.map(({ name }) => name)).toEqual(['place']);
  });
});

it('does not judge by other things where no output can be compared', async () => {
  // The different values of the image: as many as there happen to be. Nobody reads the second convolution.
  const net = smallNet();
  const job = await preparedJob(
    { width: 8, height: 6 },
    {
      ...net,
      oplists: [...net.oplists!, op('values', OpType.Unique, [0], 3)],
      tensorName: [...net.tensorName!, 'values'],
      outputName: ['values'],
    },
  );
  const options = { backend, memoryBytes: 2 ** 26, warn: () => {} };
  const samples = await openSamples(job, options);
  expect(() => new Judge(job, samples, options)).toThrow(
    new UsageError('AUTO: the network has no output to judge by; choose a method'),
  );
});
