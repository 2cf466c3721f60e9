import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { quantizeWeights } from '@mnnquant/calibrate';
import type { TensorBackend } from '@mnnquant/graph';
import { type MnnModel, readModel, writeModel } from '@mnnquant/mnn-format';
import { createCpuBackend } from '@mnnquant/tensor-cpu/node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ConvolutionSpec, NetBuilder } from '../../packages/calibrate/test/rewrite/net-builder.ts';
import { describeWithMnn } from './environment.ts';
import { type Calibrated, calibrated, simulate, writeQuantized } from './int8-simulation.ts';
import type { NumpyArray } from './npz.ts';
import { MnnOracle } from './oracle.ts';
import { headCosines, int8Convolutions, type Outputs, SUBJECTS, testData } from './subjects.ts';

const WIDTHS = [2, 3, 4, 5, 6, 7, 8];
const SAMPLES = 3;

/** Kinds of convolutions for which the runtime packs weights in ways of its own, over 12 channels … */
const LAYERS: Readonly<Record<string, ConvolutionSpec>> = {
  dense: { outputs: 20, inputs: 12, kernel: 3 },
  'dense, stride 2': { outputs: 16, inputs: 12, kernel: 3, stride: 2 },
  '1x1': { outputs: 24, inputs: 12 },
  '1x1, stride 2': { outputs: 5, inputs: 12, stride: 2, relu: true },
  depthwise: { outputs: 12, inputs: 12, kernel: 3, depthwise: true },
  'depthwise, stride 2': { outputs: 12, inputs: 12, kernel: 3, stride: 2, depthwise: true, relu: true },
  'without bias': { outputs: 7, inputs: 12, kernel: 3, bias: false },
};

/** … and over what comes out of one that has a single output channel. */
const SINGLE_CHANNEL: Readonly<Record<string, ConvolutionSpec>> = {
  'one channel in': { outputs: 9, inputs: 1, kernel: 5 },
  'one channel in and out': { outputs: 1, inputs: 1, kernel: 3 },
};

type Inputs = ReadonlyMap<string, NumpyArray>;

describeWithMnn('quant_bits: MNN runs every width as it is meant', ({ python, oldPython, data }) => {
  const folder = mkdtempSync(join(tmpdir(), 'mnnquant-bits-'));
  const oracle = new MnnOracle(python);
  const runtimes = [oracle, ...(oldPython ? [new MnnOracle(oldPython)] : [])];
  const rows: string[] = [];
  let backend: TensorBackend;
  beforeAll(async () => {
    backend = await createCpuBackend();
  });
  afterAll(async () => {
    rmSync(folder, { recursive: true, force: true });
    await backend.dispose();
    writeResults(rows);
  });

  /** Writes the model with so many bits, and MNN's outputs of it next to our simulation of it. */
  async function run(source: Calibrated, inputs: Inputs, quantBits: number) {
    const config = { weightMethod: 'MAX_ABS', weightClamp: 127, quantBits } as const;
    const weights = quantizeWeights(source.plan, source.candidates, config);
    const unpacked = [...weights].map(([index, one]) => [index, { ...one, bits: 8 }] as const);
    const [target, plain] = [join(folder, 'packed.mnn'), join(folder, 'unpacked.mnn')];
    const written = writeQuantized(source, weights, target);
    writeQuantized(source, new Map(unpacked), plain);
    const [outputs] = runtimes.map((runtime) => {
      const found = runtime.run(target, inputs);
      expect.soft(found, `${quantBits} bits`).toEqual(runtime.run(plain, inputs));
      return found;
    });
    return {
      outputs,
      cosines: headCosines(outputs, await simulate(written, inputs, backend), SAMPLES),
      bytes: written.bytes,
    };
  }

  describe('single layers', () => {
    let source: Calibrated;
    let inputs: Inputs;
    beforeAll(async () => {
      const path = join(folder, 'float.mnn');
      const model = singleLayers();
      writeFileSync(path, writeModel(model.net));
      inputs = oracle.random(path, { seed: 7, samples: SAMPLES });
      source = await calibrated(model, inputs, backend);
    });

    it.each(WIDTHS)('%i bits: as the same weights in 8 bits, and as simulated', async (bits) => {
      const { cosines } = await run(source, inputs, bits);
      for (const [name, cosine] of cosines) expect.soft(cosine, name).toBeGreaterThan(0.999);
      const layers = { ...LAYERS, ...SINGLE_CHANNEL };
      expect(int8Convolutions(oracle, join(folder, 'packed.mnn'), inputs)).toBe(
        Object.keys(layers).length + 1,
      );
    });
  });

  describe('RFB-320', () => {
    const path = join(data, 'models/float/RFB-320.mnn');
    let source: Calibrated;
    let inputs: Inputs;
    let float: Outputs;
    const sizes: number[] = [];
    beforeAll(async () => {
      const subject = SUBJECTS.find(({ model }) => model === 'RFB-320')!;
      ({ inputs } = await testData(subject, data, oracle, SAMPLES));
      float = oracle.run(path, inputs);
      source = await calibrated(readModel(readFileSync(path)), inputs, backend);
    });

    // Over 52 convolutions the simulation's own differences add up to 0.002, also with 8 bits.
    it.each(WIDTHS)('%i bits: as the same weights in 8 bits, and as simulated', async (bits) => {
      const { outputs, cosines, bytes } = await run(source, inputs, bits);
      for (const [name, cosine] of cosines) expect.soft(cosine, name).toBeGreaterThan(0.99);
      sizes.push(bytes);
      const cells = [headCosines(outputs, float, SAMPLES), cosines].map((all) =>
        [...all].map(([name, cosine]) => `${name} ${cosine.toFixed(4)}`).join(', '),
      );
      rows.push(`| ${bits} | ${bytes} | ${cells.join(' | ')} |`);
    });

    it('each width is smaller than the next', () => {
      expect(sizes).toEqual([...new Set(sizes)].sort((a, b) => a - b));
    });
  });
});

function singleLayers(): MnnModel {
  const net = new NetBuilder();
  const input = net.input([1, 12, 12, 12]);
  const outputs = Object.entries(LAYERS).map(([name, spec]) => net.convolution(input, spec, name));
  const single = net.convolution(input, { outputs: 1, inputs: 12 }, '1x1, one channel out');
  const after = Object.entries(SINGLE_CHANNEL).map(([name, spec]) => net.convolution(single, spec, name));
  return net.build([...outputs, ...after]);
}

/** With `MNNQUANT_RESULTS=file` the measured numbers are added to it as a table. */
function writeResults(rows: readonly string[]): void {
  const file = process.env.MNNQUANT_RESULTS;
  if (!file || rows.length === 0) return;
  const header = [
    '| quant_bits (RFB-320) | Bytes | Cosine to float | Cosine to our simulation |',
    '|---|---|---|---|',
  ];
  appendFileSync(file, `${[...header, ...rows].join('\n')}\n`);
}
